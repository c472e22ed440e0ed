/* A_ij ~ N(0, 1), then unit columns. */
#include "solvers/problem.h"

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    (void)as;
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++) *sgn_mat_at(A, i, j) = (sgn_real)sgn_rng_normal(rng);
    sgn_unit_columns(A);
    return SGN_OK;
}

const sgn_problem_kind sgn_problem_kind_gaussian = {
    .name = "gaussian",
    .title = "independent Gaussian entries, unit columns",
    .cite = "Candes and Tao 2006, Near-optimal signal recovery from random projections, IEEE T-IT",
    .draw = draw,
};
