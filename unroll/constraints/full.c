/* full.c -- no constraint: W = V on the support, one real per link.  The baseline. */
#include "unroll/link.h"

#include <string.h>

static void start(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++)
        memcpy(g->link[k]->latent, g->link[k]->weight,
               sgn_link_size(g->link[k]) * sizeof(sgn_real));
}

/* to = from where the link exists, else 0 */
static void masked(const sgn_link *w, const sgn_real *from, sgn_real *to)
{
    const uint8_t *on = w->support[0] ? w->support[0]->on : NULL;
    for (size_t i = 0; i < sgn_link_size(w); i++) to[i] = !on || on[i] ? from[i] : 0;
}

static void project(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) masked(g->link[k], g->link[k]->latent, g->link[k]->weight);
}

static void pullback(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) masked(g->link[k], g->link[k]->dweight, g->link[k]->dlatent);
}

static void quantise(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) masked(g->link[k], g->link[k]->latent, g->link[k]->latent);
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
