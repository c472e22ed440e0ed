#include "unroll/group.h"

#include <math.h>
#include <string.h>

/* The links of a single unit may differ in shape. */
int sgn_unit_of(const sgn_group *g, const sgn_link *w, size_t entry)
{
    int i = (int)(entry % (size_t)w->rows), j = (int)(entry / (size_t)w->rows);
    return g->units == 1 ? 0 : i / g->rowspan + g->unitrows * (j / g->colspan);
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

/* ---- one unit ---------------------------------------------------------------------------------- */

static int least(int a, int b) { return a < b ? a : b; }

/* Column by column; where there is but one unit, the whole matrix at once. */
sgn_piece sgn_unit_piece(const sgn_group *g, int unit, int at)
{
    if (at == g->n) return (sgn_piece){.at = at};
    const sgn_link *w = g->link[at];
    if (g->units == 1) return (sgn_piece){w, 0, sgn_link_size(w), at, 0};
    int i = unit % g->unitrows * g->rowspan, j = unit / g->unitrows * g->colspan;
    return (sgn_piece){w, (size_t)i + (size_t)j * (size_t)w->rows,
                       (size_t)least(g->rowspan, w->rows - i), at,
                       least(g->colspan, w->cols - j) - 1};
}

size_t sgn_unit_links(const sgn_group *g, int unit, int p)
{
    size_t links = 0;
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const uint8_t *on = sgn_plane_on(r.w, p, r.first);
        if (!on) links += r.count;
        for (size_t i = 0; on && i < r.count; i++) links += on[i];
    }
    return links;
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
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        if (w->latent != w->weight)
            memcpy(w->latent, w->weight, sgn_link_size(w) * sizeof *w->latent);
    }
}

void sgn_group_pull_straight(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        const uint8_t *mask = sgn_plane_mask(w, 0, 0);
        if (!mask && w->dlatent == w->dweight) continue;
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

typedef struct {
    double sum, weight;
} weighed;

static void add_abs(weighed *m, const sgn_real *v, const uint8_t *on, const sgn_real *importance,
                    size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double of = on && !on[i] ? 0 : importance ? (double)importance[i] : 1;
        m->sum += of * fabs((double)v[i]);
        m->weight += of;
    }
}

static double mean_abs(const sgn_group *g, int unit, int p, int of_latents)
{
    weighed m = {0};
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r))
        add_abs(&m, of_latents ? sgn_plane(r.w, p, r.first) : r.w->weight + r.first,
                sgn_plane_on(r.w, p, r.first), sgn_group_importance(g, r.w, r.first), r.count);
    return m.weight > 0 ? m.sum / m.weight : 0;
}

void sgn_group_mean_abs(const sgn_group *g, int p, int of_latents)
{
    for (int u = 0; u < g->units; u++)
        g->scale->weight[p * g->units + u] = (sgn_real)mean_abs(g, u, p, of_latents);
}

void sgn_unit_stretch(const sgn_group *g, int unit, double by)
{
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        sgn_real *v = sgn_plane(r.w, 0, r.first);
        for (size_t i = 0; i < r.count; i++) v[i] = (sgn_real)((double)v[i] * by);
    }
}

void sgn_group_stretch_to_scale(const sgn_group *g)
{
    for (int u = 0; u < g->units; u++) {
        double mean = mean_abs(g, u, 0, 1);
        if (mean > 0) sgn_unit_stretch(g, u, (double)g->scale->weight[u] / mean);
    }
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
