#include "unroll/ledger.h"

enum { REAL_BITS = 32 };  // as stored on a device, whatever the precision of this build

static double active(const sgn_link *w, int plane)
{
    return w->support[plane] ? (double)w->support[plane]->active : (double)sgn_link_size(w);
}

/* Links of a plane that have a code in memory.  A code that says itself that its link is off stands
   for every entry, unless problem and configuration already tell which are off. */
static double coded(const sgn_net_group *g, const sgn_link *w, int plane)
{
    const sgn_support *s = w->support[plane];
    return s && !s->derived && !g->constraint->code(&g->links, plane).stores_support
               ? (double)sgn_link_size(w)
               : active(w, plane);
}

static double code_bits(const sgn_net_group *g, int plane, double count)
{
    int levels = g->constraint->code(&g->links, plane).levels;
    return levels ? sgn_digits_bits(levels, (size_t)count) : REAL_BITS * count;
}

/* A link of a sum of planes counts once however many planes it is on. */
static double active_links(const sgn_link *w)
{
    double links = 0;
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        int on = 0;
        for (int p = 0; p < w->planes && !on; p++) on = !w->support[p] || w->support[p]->on[i];
        links += on;
    }
    return links;
}

static void charge_links(const sgn_net *net, const sgn_net_group *g, const sgn_link *w,
                         sgn_ledger *l)
{
    double uses = sgn_tape_uses(net->tape, (sgn_param)(w - net->param)),
           size = (double)sgn_link_size(w);
    l->links += uses * size;
    l->weights += size;
    l->active_links += uses * active_links(w);
    int is_physics = !w->trained && net->constraint->scales == SGN_SCALES_NONE;  // computed from A
    for (int p = 0; p < w->planes; p++) {
        double count = coded(g, w, p), bits = code_bits(g, p, count);
        if (is_physics) l->physics_bits += bits;
        else l->stored.sign += bits, l->parameters += count;
    }
}

static void charge_scalars(const sgn_link *w, sgn_ledger *l)
{
    double bits = REAL_BITS * (double)sgn_link_size(w);
    if (w->role == SGN_ROLE_SCALE || w->role == SGN_ROLE_VALUES) l->stored.scale += bits;
    else if (w->role == SGN_ROLE_PHYSICS) l->physics_bits += bits;
    else l->stored.scalar += bits;
    if (w->role != SGN_ROLE_PHYSICS) l->parameters += (double)sgn_link_size(w);
}

/* A real A at full precision; one of -c, 0, +c as the signs and the places of its nonzeros, as few bits
   as these can take. */
static double matrix_bits(const sgn_physics *q)
{
    double entries = (double)q->A.rows * (double)q->A.cols, nonzero = 0;
    if (!q->one_bit) return REAL_BITS * entries;
    for (int j = 0; j < q->A.cols; j++)
        for (int i = 0; i < q->A.rows; i++) nonzero += *sgn_mat_at(q->A, i, j) != 0;
    return nonzero + sgn_log2_choose(entries, nonzero);
}

/* A network without link matrices multiplies by A' where others have links. */
static double links_without_matrices(const sgn_net *net)
{
    return (double)net->as.depth * net->n * net->m;
}

/* A support is stored unless the codes of the links on it tell as much. */
static int is_stored(const sgn_net *net, const sgn_support *s)
{
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++) {
            const sgn_net_group *g = &net->group[i];
            for (int p = 0; p < g->links.link[k]->planes; p++)
                if (g->links.link[k]->support[p] == s &&
                    g->constraint->code(&g->links, p).stores_support)
                    return 1;
        }
    return 0;
}

void sgn_ledger_of(const sgn_net *net, sgn_ledger *out)
{
    *out = (sgn_ledger){0};
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++)
            charge_links(net, &net->group[i], net->group[i].links.link[k], out);
    for (int p = 0; p < net->nparams; p++)
        if (net->param[p].role != SGN_ROLE_LINKS) charge_scalars(&net->param[p], out);
    if (out->links == 0) out->links = links_without_matrices(net);
    for (int i = 0; i < net->nsupports; i++)
        if (is_stored(net, net->support[i]))
            out->stored.support += sgn_support_bits(net->support[i]);
    if (sgn_tape_uses_matrix(net->tape)) out->physics_bits += matrix_bits(&net->physics);
}

double sgn_ledger_stored(const sgn_ledger *l)
{
    return l->stored.sign + l->stored.support + l->stored.scale + l->stored.scalar;
}
