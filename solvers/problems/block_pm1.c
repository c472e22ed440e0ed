/* A = diag(A_1 ... A_B), A_b (m/B, n/B) of independent signs +-1/sqrt(m/B): unit columns. */
#include "solvers/problem.h"

#include <math.h>

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    int rows = A.rows / as->blocks, cols = A.cols / as->blocks;
    sgn_real c = (sgn_real)(1 / sqrt(rows));
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < rows; i++)
            *sgn_mat_at(A, j / cols * rows + i, j) = sgn_rng_u32(rng) >> 31 ? c : -c;
    return SGN_OK;
}

const sgn_problem_kind sgn_problem_kind_block_pm1 = {
    .name = "block-pm1",
    .title = "block-diagonal, independent signs inside the blocks",
    .cite = "Park, Yap, Rozell and Wakin 2011, Concentration of measure for block diagonal "
            "matrices, IEEE T-SP 59(12)",
    .draw = draw,
    .has_blocks = 1,
};
