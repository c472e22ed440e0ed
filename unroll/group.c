#include "unroll/group.h"

#include <math.h>
#include <string.h>

static int unit_at(const sgn_group *g, int i, int j)
{
    return i / g->rowspan + g->unitrows * (j / g->colspan);
}

int sgn_unit_of(const sgn_group *g, const sgn_link *w, size_t entry)
{
    return unit_at(g, (int)(entry % (size_t)w->rows), (int)(entry / (size_t)w->rows));
}

/* The stretch that begins at entry `first`. */
static sgn_stretch stretch_at(const sgn_group *g, const sgn_link *w, size_t first)
{
    size_t size = sgn_link_size(w), rows = (size_t)w->rows;
    if (first >= size) return (sgn_stretch){size, 0, 0};
    if (g->units == 1) return (sgn_stretch){first, size - first, 0};
    int i = (int)(first % rows);
    int left = g->rowspan - i % g->rowspan;
    return (sgn_stretch){first, (size_t)(left < w->rows - i ? left : w->rows - i),
                         sgn_unit_of(g, w, first)};
}

sgn_stretch sgn_stretch_first(const sgn_group *g, const sgn_link *w) { return stretch_at(g, w, 0); }

sgn_stretch sgn_stretch_next(const sgn_group *g, const sgn_link *w, sgn_stretch r)
{
    return stretch_at(g, w, r.first + r.count);
}

void sgn_group_walk(const sgn_group *g, sgn_stretch_visit *visit)
{
    for (int k = 0; k < g->n; k++)
        for (sgn_stretch r = sgn_stretch_first(g, g->link[k]); r.count;
             r = sgn_stretch_next(g, g->link[k], r))
            visit(g, g->link[k], r);
}

const sgn_real *sgn_group_importance(const sgn_group *g, const sgn_link *w, size_t first)
{
    const sgn_real *at = g->importance;
    for (int k = 0; at && g->link[k] != w; k++) at += sgn_link_size(g->link[k]);
    return at ? at + first : NULL;
}

/* ---- what many constraints are made of -------------------------------------------------------- */

void sgn_group_copy_target(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++)
        memcpy(g->link[k]->latent, g->link[k]->weight,
               sgn_link_size(g->link[k]) * sizeof(sgn_real));
}

void sgn_group_pull_straight(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        const uint8_t *mask = sgn_plane_mask(w, 0, 0);
        for (size_t i = 0; i < sgn_link_size(w); i++)
            w->dlatent[i] = !mask || mask[i] ? w->dweight[i] : 0;
    }
}

/* The first link of a support to be fitted chooses it; one that moves is chosen anew later. */
static void choose_for(const sgn_group *g, const sgn_link *w, int p)
{
    sgn_support *s = w->support[p];
    if (!s || s->density == 0 || s->active < sgn_link_size(w)) return;
    sgn_real *score = sgn_plane_grad(w, p, 0);
    for (size_t i = 0; i < sgn_link_size(w); i++) score[i] = (sgn_real)fabs((double)w->weight[i]);
    sgn_support_choose(s, score, s->density, g->scratch);
}

void sgn_group_choose_support(const sgn_group *g, int p)
{
    for (int k = 0; k < g->n; k++) choose_for(g, g->link[k], p);
}

/* ---- scales ------------------------------------------------------------------------------------ */

static void add_abs(const sgn_real *v, const uint8_t *on, const sgn_real *importance, size_t n,
                    double *sum, double *count)
{
    double total = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        double of = on && !on[i] ? 0 : importance ? (double)importance[i] : 1;
        total += of * fabs((double)v[i]);
        weight += of;
    }
    *sum += total;
    *count += weight;
}

/* The scale gathers the sum, and its gradient, which nobody else needs yet, the weights of it. */
void sgn_group_mean_abs(const sgn_group *g, int p, int of_latents)
{
    sgn_real *mean = g->scale->weight + p * g->units, *weight = g->scale->dweight + p * g->units;
    for (int u = 0; u < g->units; u++) mean[u] = weight[u] = 0;
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r)) {
            double sum = (double)mean[r.unit], count = (double)weight[r.unit];
            add_abs(of_latents ? sgn_plane(w, p, r.first) : w->weight + r.first,
                    sgn_plane_on(w, p, r.first), sgn_group_importance(g, w, r.first), r.count, &sum,
                    &count);
            mean[r.unit] = (sgn_real)sum;
            weight[r.unit] = (sgn_real)count;
        }
    }
    for (int u = 0; u < g->units; u++)
        if (weight[u] > 0) mean[u] /= weight[u];
}

/* ---- codes ------------------------------------------------------------------------------------- */

static void quantise_plane(const sgn_group *g, const sgn_constraint *c, const sgn_link *w, int p)
{
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        if (!sgn_plane_has(w, p, i)) sgn_plane(w, p, 0)[i] = 0;
        else if (c->code(g, p).levels) c->set(g, w, p, i, c->level(g, w, p, i));
    }
}

void sgn_group_quantise(const sgn_group *g, const sgn_constraint *c)
{
    for (int k = 0; k < g->n; k++)
        for (int p = 0; p < g->link[k]->planes; p++) quantise_plane(g, c, g->link[k], p);
    if (c->settle) c->settle(g);
}
