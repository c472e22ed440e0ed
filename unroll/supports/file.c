/* file.c -- the links the user names: those of a pattern for a matrix (n, m), of the pattern transposed
 * for (m, n), every link of any other.  Where nothing is given yet, the mask of a checkpoint is still
 * to come.
 */
#include "unroll/support.h"

static int is_given(const sgn_support *s, sgn_mat given, int i, int j)
{
    if (s->rows == given.rows && s->cols == given.cols) return *sgn_mat_at(given, i, j) != 0;
    if (s->rows == given.cols && s->cols == given.rows) return *sgn_mat_at(given, j, i) != 0;
    return 1;
}

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)rng;
    for (int j = 0; j < s->cols; j++)
        for (int i = 0; i < s->rows; i++)
            s->on[sgn_support_entry(s, i, j)] = (uint8_t)is_given(s, wish->given, i, j);
    return SGN_OK;
}

const sgn_support_kind sgn_support_file = {
    .name = "file",
    .title = "the links of weights.support_file",
    .cite = "",
    .fill = fill,
};
