#include "train/admm.h"

#include <string.h>

/* Where the latents of a link matrix begin among all of them.  Real links are its first plane. */
static size_t offset_of(const sgn_net *net, const sgn_link *w)
{
    size_t count;
    return (size_t)(w->latent - sgn_net_latents(net, &count));
}

static int is_drawn(const sgn_link *w) { return w->role == SGN_ROLE_LINKS && w->trained; }

static void add_duals(const sgn_admm *a, const sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        const sgn_real *u = a->U + offset_of(net, w);
        for (size_t i = 0; is_drawn(w) && i < sgn_link_size(w); i++) w->latent[i] += u[i];
    }
}

static void keep_nearest(sgn_admm *a, const sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (is_drawn(w))
            memcpy(a->Z + offset_of(net, w), w->weight, sgn_link_size(w) * sizeof *w->weight);
    }
}

/* Back to real links on every entry that could be chosen. */
static void undo(const sgn_admm *a, sgn_net *net, const sgn_constraint *real)
{
    size_t count;
    sgn_real *latents = sgn_net_latents(net, &count);
    memcpy(latents, a->kept, count * sizeof *latents);
    sgn_net_obey(net, real, 0);
    for (int i = 0; i < net->nsupports; i++)
        if (net->support[i]->density > 0) sgn_support_fill(net->support[i]);
}

static void move_duals(const sgn_admm *a, const sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        sgn_real *u = a->U + offset_of(net, w);
        const sgn_real *z = a->Z + offset_of(net, w);
        for (size_t i = 0; is_drawn(w) && i < sgn_link_size(w); i++) u[i] += w->latent[i] - z[i];
    }
}

void sgn_admm_refresh(sgn_admm *a, sgn_net *net, int is_first)
{
    size_t count;
    const sgn_real *latents = sgn_net_latents(net, &count);
    const sgn_constraint *real = net->stand_in;
    memcpy(a->kept, latents, count * sizeof *latents);
    add_duals(a, net);
    sgn_net_round(net);
    keep_nearest(a, net);
    undo(a, net, real);
    if (!is_first) move_duals(a, net);
}

void sgn_admm_draw(const sgn_admm *a, const sgn_net *net, const sgn_link *w, size_t first, size_t n,
                   double by)
{
    size_t size = sgn_link_size(w), at = offset_of(net, w);
    for (size_t i = first; i < first + n && i < size; i++)
        w->latent[i] -= (sgn_real)by * (w->latent[i] - a->Z[at + i] + a->U[at + i]);
}
