/* A_ij = t_{i-j+n-1}, t_k ~ N(0, 1), then unit columns: the convolution with a random sequence.
 * t is never stored: A_ij = A_{i-1,j-1}, and the first row and column are drawn.
 */
#include "solvers/problem.h"

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    (void)as;
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++)
            *sgn_mat_at(A, i, j) =
                i && j ? *sgn_mat_at(A, i - 1, j - 1) : (sgn_real)sgn_rng_normal(rng);
    sgn_unit_columns(A);
    return SGN_OK;
}

const sgn_problem_kind sgn_problem_kind_toeplitz = {
    .name = "toeplitz",
    .title = "random Gaussian Toeplitz, unit columns",
    .cite = "Haupt, Bajwa, Raz and Nowak 2010, Toeplitz compressed sensing matrices with "
            "applications to sparse channel estimation, IEEE T-IT 56(11)",
    .draw = draw,
};
