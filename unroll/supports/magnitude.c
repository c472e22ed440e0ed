/* magnitude.c -- the largest weights: of each plane's residual, or of the sum of |V| over the layers that
 * share the support; chosen anew at every step while the weights are trained.
 */
#include "unroll/support.h"

const sgn_support_kind sgn_support_magnitude = {
    .name = "magnitude",
    .title = "the largest weights; chosen anew while training",
    .cite = "",
    .follows = 1,
    .choose = sgn_support_choose_largest,
};
