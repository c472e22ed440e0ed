/* blocks.c -- the diagonal blocks of a problem that has them. */
#include "unroll/support.h"

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)rng;
    if (wish->blocks < 2)
        return sgn_fail(SGN_ECONFIG,
                        "weights.support blocks needs a problem with blocks; problem.kind "
                        "block-pm1 or block-gaussian with problem.blocks of 2 or more "
                        "has them");
    for (int j = 0; j < s->cols; j++)
        for (int i = 0; i < s->rows; i++)
            s->on[sgn_support_entry(s, i, j)] =
                (long)i * wish->blocks / s->rows == (long)j * wish->blocks / s->cols;
    return SGN_OK;
}

const sgn_support_kind sgn_support_blocks = {
    .name = "blocks",
    .title = "the diagonal blocks of the problem",
    .cite = "",
    .derived = 1,
    .fill = fill,
};
