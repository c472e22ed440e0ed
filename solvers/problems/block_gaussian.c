/* A = diag(A_1 ... A_B), A_b (m/B, n/B) of independent N(0, 1), then unit columns. */
#include "solvers/problem.h"

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    int rows = A.rows / as->blocks, cols = A.cols / as->blocks;
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < rows; i++)
            *sgn_mat_at(A, j / cols * rows + i, j) = (sgn_real)sgn_rng_normal(rng);
    sgn_unit_columns(A);
    return SGN_OK;
}

const sgn_problem_kind sgn_problem_kind_block_gaussian = {
    .name = "block-gaussian",
    .title = "block-diagonal, Gaussian with unit columns inside the blocks",
    .cite = "Park, Yap, Rozell and Wakin 2011, Concentration of measure for block diagonal "
            "matrices, IEEE T-SP 59(12)",
    .draw = draw,
    .has_blocks = 1,
};
