/* A_ij = +-1/sqrt(m), either sign with probability 1/2. */
#include "solvers/problem.h"

#include <math.h>

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    (void)as;
    sgn_real c = (sgn_real)(1 / sqrt(A.rows));
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++) *sgn_mat_at(A, i, j) = sgn_rng_u32(rng) >> 31 ? c : -c;
    return SGN_OK;
}

const sgn_problem_kind sgn_problem_kind_rademacher = {
    .name = "rademacher",
    .title = "independent signs, unit columns",
    .cite = "Baraniuk et al. 2008, A simple proof of the restricted isometry property for random "
            "matrices, Constructive Approximation 28",
    .draw = draw,
    .has_sign_columns = 1,
};
