/* initial.c -- the largest entries of what the links start from, and these for good: a learned network
 * on a support that follows from A, and costs no bits.
 */
#include "unroll/support.h"

const sgn_support_kind sgn_support_initial = {
    .name = "initial",
    .title = "the largest entries of the weight links start from, kept; follows from A",
    .cite = "",
    .derived = 1,
    .choose = sgn_support_choose_largest,
};
