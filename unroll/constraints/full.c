/* full.c -- no constraint: W = V on the support, one real per link.  The baseline. */
#include "unroll/group.h"

#include <string.h>

static void start(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++)
        memcpy(g->link[k]->latent, g->link[k]->weight,
               sgn_link_size(g->link[k]) * sizeof(sgn_real));
}

/* to = from on the mask (NULL: everywhere), else 0 */
static void masked(const sgn_link *w, const uint8_t *mask, const sgn_real *from, sgn_real *to)
{
    for (size_t i = 0; i < sgn_link_size(w); i++) to[i] = !mask || mask[i] ? from[i] : 0;
}

static void project(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        masked(w, sgn_plane_on(w, 0, 0), w->latent, w->weight);
    }
}

static void pullback(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        masked(w, sgn_plane_mask(w, 0, 0), w->dweight, w->dlatent);
    }
}

static void quantise(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        masked(w, sgn_plane_on(w, 0, 0), w->latent, w->latent);
    }
}

const sgn_constraint sgn_constraint_full = {
    .name = "full",
    .title = "full precision, one real per link",
    .cite = "",
    .density = 0.5,
    .bits_per_active = 32,
    .stores_support = 1,
    .start = start,
    .project = project,
    .pullback = pullback,
    .quantise = quantise,
};
