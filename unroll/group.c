#include "unroll/group.h"

#include <math.h>

static int unit_of(const sgn_group *g, int i, int j) { return i / g->rowspan + j / g->colspan; }

/* The stretch that begins at entry `first`. */
static sgn_stretch stretch_at(const sgn_group *g, const sgn_link *w, size_t first)
{
    size_t size = sgn_link_size(w), rows = (size_t)w->rows;
    if (first >= size) return (sgn_stretch){size, 0, 0};
    if (g->units == 1) return (sgn_stretch){first, size - first, 0};
    int i = (int)(first % rows), j = (int)(first / rows);
    int left = g->rowspan - i % g->rowspan;
    return (sgn_stretch){first, (size_t)(left < w->rows - i ? left : w->rows - i),
                         unit_of(g, i, j)};
}

sgn_stretch sgn_stretch_first(const sgn_group *g, const sgn_link *w) { return stretch_at(g, w, 0); }

sgn_stretch sgn_stretch_next(const sgn_group *g, const sgn_link *w, sgn_stretch r)
{
    return stretch_at(g, w, r.first + r.count);
}

static void add_abs(const sgn_real *v, const uint8_t *on, size_t n, sgn_real *sum, sgn_real *count)
{
    double total = 0;
    size_t active = 0;
    for (size_t i = 0; i < n; i++) {
        double a = fabs((double)v[i]);
        total += on && !on[i] ? 0 : a;
        active += !on || on[i];
    }
    *sum += (sgn_real)total;
    *count += (sgn_real)active;
}

void sgn_group_mean_abs(const sgn_group *g, int p, int of_latents)
{
    sgn_real *sum = g->scale->weight + p * g->units, *count = g->scale->dweight + p * g->units;
    for (int u = 0; u < g->units; u++) sum[u] = count[u] = 0;
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r))
            add_abs(of_latents ? sgn_plane(w, p, r.first) : w->weight + r.first,
                    sgn_plane_on(w, p, r.first), r.count, &sum[r.unit], &count[r.unit]);
    }
    for (int u = 0; u < g->units; u++)
        if (count[u] > 0) sum[u] /= count[u];
}
