/* ternary_absmean.c -- W = s T,  T = clip(round(V / s), -1, 1),  s = mean |V| over the unit.
 *
 *     dV = dW      (straight-through; s is not differentiated)
 *
 * BitNet b1.58: Ma et al. 2024, arXiv:2402.17764, eq. 1-3.  V / s rounds to 0 up to |V| = s / 2.
 */
#include "unroll/group.h"
#include "unroll/ternary.h"

static void project(const sgn_group *g)
{
    sgn_group_mean_abs(g, 0, 1);
    for (int u = 0; u < g->units; u++) {
        *sgn_group_aside(g, u) = g->scale->weight[u] / 2;
        sgn_ternary_put(g, u);
    }
}

/* Latents that are codes times s have a smaller mean magnitude than s, unless they are stretched. */
const sgn_constraint sgn_constraint_ternary_absmean = {
    .name = "ternary-absmean",
    .title = "ternary links, scale the mean magnitude (BitNet b1.58)",
    .cite = "Ma et al. 2024, arXiv:2402.17764",
    .scales = SGN_SCALES_COMPUTED,
    .density = 0.5,
    .start = sgn_group_copy_target,
    .project = project,
    .pullback = sgn_group_pull_straight,
    .code = sgn_ternary_code,
    .level = sgn_ternary_level,
    .value = sgn_ternary_value,
    .set = sgn_ternary_set,
    .settle = sgn_group_stretch_to_scale,
};
