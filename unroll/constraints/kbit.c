/* kbit.c -- evenly spaced values:  W = s round(clip(V / s, -2^(b-1), 2^(b-1) - 1)),  b = weights.bits.
 *
 * s is learned (LSQ: Esser et al. 2020, arXiv:1902.08153); the formulas are in unroll/uniform.h.  Also
 * what the links of any constraint obey in the early stages of training by a ladder of bits.
 */
#include "unroll/group.h"
#include "unroll/uniform.h"

static void start(const sgn_group *g)
{
    sgn_group_copy_target(g);
    sgn_uniform_start(g);
}

const sgn_constraint sgn_constraint_kbit = {
    .name = "kbit",
    .title = "evenly spaced values of weights.bits bits, learned step (LSQ)",
    .cite = "Esser et al. 2020, arXiv:1902.08153",
    .scales = SGN_SCALES_LEARNED,
    .estimates_scales = 1,
    .density = 0.5,
    .start = start,
    .project = sgn_uniform_project,
    .pullback = sgn_uniform_pullback,
    .code = sgn_uniform_code,
    .level = sgn_uniform_level,
    .value = sgn_uniform_value,
    .set = sgn_uniform_set,
};
