/* onebit_centred.c -- W = s M (.) sign(V - mean V),  s = mean |V|,  both means on M.
 *
 *     dV = dW      (straight-through; the means are not differentiated)
 *
 * Where all V are alike, sign(V).
 *
 * BitNet: Wang et al. 2023, arXiv:2310.11453, eq. 1-3 (s is its beta): both signs occur,
 * whatever the mean of V.
 */
#include "unroll/group.h"
#include "unroll/signs.h"

#include <math.h>

/* The mean of latents that are all alike would tell nothing, and rounding which sign: then it is 0. */
static sgn_real mean_of(const sgn_group *g, int unit)
{
    double sum = 0, links = 0, least = (double)INFINITY, most = -(double)INFINITY;
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const sgn_real *at = sgn_plane(r.w, 0, r.first);
        const uint8_t *on = sgn_plane_on(r.w, 0, r.first);
        for (size_t i = 0; i < r.count; i++) {
            if (on && !on[i]) continue;
            double v = (double)at[i];
            sum += v, links++;
            least = fmin(least, v), most = fmax(most, v);
        }
    }
    return (sgn_real)(least < most ? sum / links : 0);
}

static void put(const sgn_group *g, int unit)
{
    sgn_real s = g->scale->weight[unit], mean = *sgn_group_aside(g, unit);
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const sgn_real *v = sgn_plane(r.w, 0, r.first);
        const uint8_t *on = sgn_plane_on(r.w, 0, r.first);
        sgn_real *w = r.w->weight + r.first;
        for (size_t i = 0; i < r.count; i++) w[i] = on && !on[i] ? 0 : v[i] < mean ? -s : s;
    }
}

static void project(const sgn_group *g)
{
    sgn_group_mean_abs(g, 0, 1);
    for (int u = 0; u < g->units; u++) {
        *sgn_group_aside(g, u) = mean_of(g, u);
        put(g, u);
    }
}

static int level(const sgn_group *g, const sgn_link *w, int plane, size_t entry)
{
    return !(*sgn_plane(w, plane, entry) < *sgn_group_aside(g, sgn_unit_of(g, w, entry)));
}

/* Of one size in a whole unit, whatever the matrices' sizes: else the mean may lie beyond some. */
static void set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level)
{
    *sgn_plane(w, plane, entry) = sgn_signs_value(g, sgn_unit_of(g, w, entry), plane, level);
}

const sgn_constraint sgn_constraint_onebit_centred = {
    .name = "onebit-centred",
    .title = "one sign per link beside the mean, scale the mean magnitude (BitNet)",
    .cite = "Wang et al. 2023, arXiv:2310.11453",
    .scales = SGN_SCALES_COMPUTED,
    .density = 0.5,
    .start = sgn_group_copy_target,
    .project = project,
    .pullback = sgn_group_pull_straight,
    .code = sgn_signs_code,
    .level = level,
    .value = sgn_signs_value,
    .set = set,
    .settle = sgn_group_stretch_to_scale,
};
