#include "unroll/stored.h"

#include "unroll/group.h"
#include "unroll/packed.h"

int sgn_stored_planes(const sgn_net *net, const sgn_link *w)
{
    return net->stand_in ? 1 : w->planes;
}

static sgn_code code_of(const sgn_net_group *g, int plane)
{
    return g->constraint->code(&g->links, plane);
}

static int level_of(const sgn_net_group *g, const sgn_link *w, int plane, size_t entry)
{
    int i = (int)(entry % (size_t)w->rows), j = (int)(entry / (size_t)w->rows);
    return w->packed ? sgn_packed_level(w->packed, plane, i, j)
                     : g->constraint->level(&g->links, w, plane, entry);
}

int sgn_stored_is_on(const sgn_net_group *g, const sgn_link *w, int plane, size_t entry)
{
    if (!sgn_plane_has(w, plane, entry)) return 0;
    if (code_of(g, plane).stores_support) return 1;
    int unit = sgn_unit_of(&g->links, w, entry), level = level_of(g, w, plane, entry);
    return g->constraint->value(&g->links, unit, plane, level) != 0;
}

/* A code that says itself that its link is off stands for every entry, unless problem and configuration
   already tell which are off. */
size_t sgn_stored_codes(const sgn_net_group *g, const sgn_link *w, int plane)
{
    const sgn_support *s = w->support[plane];
    int every = s && !s->derived && !code_of(g, plane).stores_support;
    return every || !s ? sgn_link_size(w) : s->active;
}

double sgn_stored_code_bits(const sgn_net_group *g, const sgn_link *w, int plane)
{
    int levels = code_of(g, plane).levels;
    size_t count = sgn_stored_codes(g, w, plane);
    return levels ? sgn_digits_bits(levels, count) : SGN_REAL_BITS * (double)count;
}

const sgn_support *sgn_stored_support(const sgn_net_group *g, const sgn_link *w, int plane)
{
    const sgn_support *s = w->support[plane];
    return s && !s->derived && code_of(g, plane).stores_support ? s : NULL;
}

int sgn_stored_in(const sgn_net *net, const sgn_support *s)
{
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++) {
            const sgn_link *w = net->group[i].links.link[k];
            for (int p = 0; p < sgn_stored_planes(net, w); p++)
                if (sgn_stored_support(&net->group[i], w, p) == s) return 1;
        }
    return 0;
}

int sgn_stored_as_physics(const sgn_net *net, const sgn_link *w)
{
    return w->role == SGN_ROLE_PHYSICS ||
           (w->role == SGN_ROLE_LINKS && !w->trained && net->constraint->scales == SGN_SCALES_NONE);
}

size_t sgn_nonzeros(sgn_mat A)
{
    size_t nonzeros = 0;
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++) nonzeros += *sgn_mat_at(A, i, j) != 0;
    return nonzeros;
}

double sgn_stored_matrix_bits(const sgn_physics *q)
{
    double entries = (double)q->A.rows * (double)q->A.cols, nonzeros = (double)sgn_nonzeros(q->A);
    return q->one_bit ? nonzeros + sgn_log2_choose(entries, nonzeros) : SGN_REAL_BITS * entries;
}
