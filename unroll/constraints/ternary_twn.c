/* ternary_twn.c -- W = s T,  T = sign(V) where |V| > 0.7 mean |V|, else 0;  s = mean |V| where T != 0.
 *
 *     dV = dW      (straight-through; threshold and s are not differentiated)
 *
 * Ternary weight networks: Li & Liu 2016, arXiv:1605.04711, sec. 2.2: s minimises |V - s T|, and the
 * threshold nearly does.
 */
#include "unroll/group.h"
#include "unroll/ternary.h"

#include <math.h>

static const sgn_real threshold = (sgn_real)0.7;

static sgn_real mean_above(const sgn_group *g, int unit, double least)
{
    double sum = 0, kept = 0;
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const sgn_real *v = sgn_plane(r.w, 0, r.first);
        const uint8_t *on = sgn_plane_on(r.w, 0, r.first);
        for (size_t i = 0; i < r.count; i++) {
            double size = fabs((double)v[i]);
            int keeps = size > least && (!on || on[i]);
            sum += keeps * size;
            kept += keeps;
        }
    }
    return (sgn_real)(kept > 0 ? sum / kept : 0);
}

static void project(const sgn_group *g)
{
    sgn_group_mean_abs(g, 0, 1);
    for (int u = 0; u < g->units; u++) {
        sgn_real least = threshold * g->scale->weight[u];
        *sgn_group_aside(g, u) = least;
        g->scale->weight[u] = mean_above(g, u, (double)least);
        sgn_ternary_put(g, u);
    }
}

/* Of latents that are codes times a number 0.7 mean |V| is below that number, so all that are not 0 are
   kept, and it is their mean. */
static void settle(const sgn_group *g)
{
    for (int u = 0; u < g->units; u++) {
        sgn_real mean = mean_above(g, u, 0);
        if (mean > 0) sgn_unit_stretch(g, u, (double)g->scale->weight[u] / (double)mean);
    }
}

const sgn_constraint sgn_constraint_ternary_twn = {
    .name = "ternary-twn",
    .title = "ternary links, scale the mean of the kept ones",
    .cite = "Li & Liu 2016, arXiv:1605.04711",
    .scales = SGN_SCALES_COMPUTED,
    .density = 0.5,
    .start = sgn_group_copy_target,
    .project = project,
    .pullback = sgn_group_pull_straight,
    .code = sgn_ternary_code,
    .level = sgn_ternary_level,
    .value = sgn_ternary_value,
    .set = sgn_ternary_set,
    .settle = settle,
};
