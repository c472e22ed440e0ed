/* magnitude.c -- the largest weights: of each plane's residual, or of the sum of |V| over the layers that
 * share the support; chosen anew at every step while the weights are trained.
 */
#include "unroll/support.h"

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)wish, (void)rng;
    sgn_support_fill(s);
    return SGN_OK;
}

const sgn_support_kind sgn_support_magnitude = {
    .name = "magnitude",
    .title = "the largest weights; chosen anew while training",
    .cite = "",
    .follows = 1,
    .fill = fill,
    .choose = sgn_support_choose_largest,
};
