/* ternary_absmean.c -- W = s T,  T = clip(round(V / s), -1, 1),  s = mean |V| over the group.
 *
 *     dV = dW      (straight-through; s is not differentiated)
 *
 * BitNet b1.58: Ma et al. 2024, arXiv:2402.17764, eq. 1-3.  A link whose code is 0 is off; the code
 * says so itself, so no support is stored: log2 3 bits a link.
 */
#include "unroll/group.h"

#include <string.h>

static void start(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++)
        memcpy(g->link[k]->latent, g->link[k]->weight,
               sgn_link_size(g->link[k]) * sizeof(sgn_real));
}

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

static void pullback(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        const uint8_t *mask = sgn_plane_mask(w, 0, 0);
        for (size_t i = 0; i < sgn_link_size(w); i++)
            w->dlatent[i] = !mask || mask[i] ? w->dweight[i] : 0;
    }
}

/* v = w |w| / mean */
static void spread(const sgn_real *w, sgn_real mean, sgn_real *v, size_t n)
{
    for (size_t i = 0; i < n; i++) v[i] = mean > 0 ? w[i] * (w[i] < 0 ? -w[i] : w[i]) / mean : 0;
}

/* Codes alone, spread so that their mean magnitude is s again: V = T s^2 / mean |W|. */
static void quantise(const sgn_group *g)
{
    project(g);
    sgn_group_mean_abs(g, 0, 0);
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r))
            spread(w->weight + r.first, g->scale->weight[r.unit], w->latent + r.first, r.count);
    }
}

const sgn_constraint sgn_constraint_ternary_absmean = {
    .name = "ternary-absmean",
    .title = "ternary links, scale the mean magnitude (BitNet b1.58)",
    .cite = "Ma et al. 2024, arXiv:2402.17764",
    .scales = SGN_SCALES_COMPUTED,
    .density = 0.5,
    .bits_per_active = 1.5849625007211562,
    .start = start,
    .project = project,
    .pullback = pullback,
    .quantise = quantise,
};
