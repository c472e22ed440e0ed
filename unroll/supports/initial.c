/* initial.c -- the largest entries of what the links start from, and these for good: a learned network
 * on a support that follows from A, and costs no bits.
 */
#include "unroll/support.h"

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)wish, (void)rng;
    sgn_support_fill(s);
    return SGN_OK;
}

const sgn_support_kind sgn_support_initial = {
    .name = "initial",
    .title = "the largest entries of the weight links start from, kept; follows from A",
    .cite = "",
    .derived = 1,
    .fill = fill,
    .choose = sgn_support_choose_largest,
};
