/* ternary_absmean.c -- W = s T,  T = clip(round(V / s), -1, 1),  s = mean |V| over the group.
 *
 *     dV = dW      (straight-through; s is not differentiated)
 *
 * BitNet b1.58: Ma et al. 2024, arXiv:2402.17764, eq. 1-3.  A link whose code is 0 is off; the code
 * says so itself, so no support is stored: log2 3 bits a link.
 */
#include "unroll/group.h"

#include <string.h>

/* to = s sign(v) for codes that are not 0: |v| rounds to s or more */
static void put_codes(const sgn_real *v, const uint8_t *on, sgn_real s, sgn_real *to, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sgn_real a = v[i] < 0 ? -v[i] : v[i], code = v[i] < 0 ? -s : s;
        to[i] = a > s / 2 && (!on || on[i]) ? code : 0;
    }
}

static void project(const sgn_group *g)
{
    sgn_group_mean_abs(g, 0, 1);
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r)) {
            put_codes(w->latent + r.first, sgn_plane_on(w, 0, r.first), g->scale->weight[r.unit],
                      w->weight + r.first, r.count);
        }
    }
}

/* ---- codes: 0 is -s, 1 is off, 2 is +s ------------------------------------------------------- */

static sgn_code code(const sgn_group *g, int plane)
{
    (void)g, (void)plane;
    return (sgn_code){.levels = 3, .stores_support = 0};
}

static int level(const sgn_group *g, const sgn_link *w, int plane, size_t entry)
{
    sgn_real v = *sgn_plane(w, plane, entry), half = g->scale->weight[sgn_unit_of(g, w, entry)] / 2;
    return 1 + (v > half) - (v < -half);
}

static sgn_real value(const sgn_group *g, int unit, int plane, int level)
{
    (void)plane;
    return (sgn_real)(level - 1) * g->scale->weight[unit];
}

static void set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level)
{
    *sgn_plane(w, plane, entry) = value(g, sgn_unit_of(g, w, entry), plane, level);
}

static void stretch_to_mean(const sgn_group *g, const sgn_link *w, sgn_stretch r)
{
    sgn_real s = *sgn_plane(g->scale, 0, (size_t)r.unit), mean = g->scale->weight[r.unit];
    sgn_real *v = sgn_plane(w, 0, r.first);
    for (size_t i = 0; mean > 0 && i < r.count; i++) v[i] *= s / mean;
}

/* Latents that are codes times s have a smaller mean magnitude than s, unless they are stretched.
   The scale's latent, which a computed scale does not need, remembers s. */
static void settle(const sgn_group *g)
{
    memcpy(g->scale->latent, g->scale->weight, sgn_link_size(g->scale) * sizeof(sgn_real));
    sgn_group_mean_abs(g, 0, 1);
    sgn_group_walk(g, stretch_to_mean);
}

const sgn_constraint sgn_constraint_ternary_absmean = {
    .name = "ternary-absmean",
    .title = "ternary links, scale the mean magnitude (BitNet b1.58)",
    .cite = "Ma et al. 2024, arXiv:2402.17764",
    .scales = SGN_SCALES_COMPUTED,
    .density = 0.5,
    .start = sgn_group_copy_target,
    .project = project,
    .pullback = sgn_group_pull_straight,
    .code = code,
    .level = level,
    .value = value,
    .set = set,
    .settle = settle,
};
