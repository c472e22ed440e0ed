/* full.c -- no constraint: W = V on the support, one real per link.  The baseline. */
#include "unroll/group.h"

#include <string.h>

static void project(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        const uint8_t *on = sgn_plane_on(w, 0, 0);
        if (w->weight == w->latent) continue;
        if (!on) memcpy(w->weight, w->latent, sgn_link_size(w) * sizeof(sgn_real));
        for (size_t i = 0; on && i < sgn_link_size(w); i++) w->weight[i] = on[i] ? w->latent[i] : 0;
    }
}

static sgn_code code(const sgn_group *g, int plane)
{
    (void)g, (void)plane;
    return (sgn_code){.levels = 0, .stores_support = 1};
}

const sgn_constraint sgn_constraint_full = {
    .name = "full",
    .title = "full precision, one real per link",
    .cite = "",
    .is_identity = 1,
    .density = 0.5,
    .start = sgn_group_copy_target,
    .project = project,
    .pullback = sgn_group_pull_straight,
    .code = code,
};
