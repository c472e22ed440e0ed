/* physics.c -- the links the sensing matrix has: the pattern of A' for a matrix (n, m), of A for
 * (m, n), of A'A for (n, n); every link of any other.
 *
 * Saeedi et al. 2025, arXiv:2502.01908: what the problem does not couple, the network need not.
 */
#include "unroll/support.h"

/* Column a of A and column b of A overlap: entry (a, b) of A'A does not vanish by structure. */
static int columns_overlap(sgn_mat A, int a, int b)
{
    for (int i = 0; i < A.rows; i++)
        if (*sgn_mat_at(A, i, a) != 0 && *sgn_mat_at(A, i, b) != 0) return 1;
    return 0;
}

static int physically_linked(const sgn_support *s, sgn_mat A, int i, int j)
{
    if (s->rows == A.cols && s->cols == A.rows) return *sgn_mat_at(A, j, i) != 0;
    if (s->rows == A.rows && s->cols == A.cols) return *sgn_mat_at(A, i, j) != 0;
    if (s->rows == A.cols && s->cols == A.cols) return columns_overlap(A, i, j);
    return 1;
}

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)rng;
    for (int j = 0; j < s->cols; j++)
        for (int i = 0; i < s->rows; i++)
            s->on[sgn_support_entry(s, i, j)] = (uint8_t)physically_linked(s, wish->A, i, j);
    return SGN_OK;
}

const sgn_support_kind sgn_support_physics = {
    .name = "physics",
    .title = "the pattern of A' (of A'A between estimates)",
    .cite = "arXiv:2502.01908",
    .derived = 1,
    .fill = fill,
};
