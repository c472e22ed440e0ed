#include "unroll/ledger.h"

enum { REAL_BITS = 32 };  // as stored on a device, whatever the precision of this build

static double active(const sgn_link *w, int plane)
{
    return w->support[plane] ? (double)w->support[plane]->active : (double)sgn_link_size(w);
}

/* Links of a plane that have a code in memory.  A code that says itself that its link is off stands
   for every entry, unless problem and configuration already tell which are off. */
static double coded(const sgn_net *net, const sgn_link *w, int plane)
{
    const sgn_support *s = w->support[plane];
    return s && !s->derived && !net->constraint->stores_support ? (double)sgn_link_size(w)
                                                                : active(w, plane);
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

static void charge_links(const sgn_net *net, const sgn_link *w, sgn_ledger *l)
{
    double uses = sgn_tape_uses(net->tape, (sgn_param)(w - net->param)),
           size = (double)sgn_link_size(w);
    l->links += uses * size;
    l->weights += size;
    l->active_links += uses * active_links(w);
    int is_physics = !w->trained && net->constraint->scales == SGN_SCALES_NONE;  // computed from A
    for (int p = 0; p < w->planes; p++) {
        double bits = net->constraint->bits_per_active * coded(net, w, p);
        if (is_physics) l->physics_bits += bits;
        else l->stored.sign += bits, l->parameters += coded(net, w, p);
    }
}

static void charge_scalars(const sgn_link *w, sgn_ledger *l)
{
    double bits = REAL_BITS * (double)sgn_link_size(w);
    if (w->role == SGN_ROLE_SCALE) l->stored.scale += bits;
    else if (w->role == SGN_ROLE_PHYSICS) l->physics_bits += bits;
    else l->stored.scalar += bits;
    if (w->role != SGN_ROLE_PHYSICS) l->parameters += (double)sgn_link_size(w);
}

/* A real A at full precision; one of -c, 0, +c as the signs and the places of its nonzeros. */
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

void sgn_ledger_of(const sgn_net *net, sgn_ledger *out)
{
    *out = (sgn_ledger){0};
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (w->role == SGN_ROLE_LINKS) charge_links(net, w, out);
        else charge_scalars(w, out);
    }
    if (out->links == 0) out->links = links_without_matrices(net);
    for (int i = 0; i < net->nsupports && net->constraint->stores_support; i++)
        out->stored.support += sgn_support_bits(net->support[i]);
    if (sgn_tape_uses_matrix(net->tape)) out->physics_bits += matrix_bits(&net->physics);
}

double sgn_ledger_stored(const sgn_ledger *l)
{
    return l->stored.sign + l->stored.support + l->stored.scale + l->stored.scalar;
}
