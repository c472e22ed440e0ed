#include "unroll/ledger.h"

#include "unroll/stored.h"

/* A link of a sum of planes counts once however many planes it is on. */
static double active_links(const sgn_net *net, const sgn_net_group *g, const sgn_link *w)
{
    double links = 0;
    int planes = sgn_stored_planes(net, w);
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        int on = 0;
        for (int p = 0; p < planes && !on; p++) on = sgn_stored_is_on(g, w, p, i);
        links += on;
    }
    return links;
}

static void charge_links(const sgn_net *net, const sgn_net_group *g, const sgn_link *w,
                         sgn_ledger *l)
{
    double uses = sgn_tape_uses(net->tape, (sgn_param)(w - net->param)),
           size = (double)sgn_link_size(w);
    int as_physics = sgn_stored_as_physics(net, w);
    l->links += uses * size;
    l->weights += size;
    l->active_links += uses * active_links(net, g, w);
    if (!as_physics) l->real_bits += SGN_REAL_BITS * size;
    for (int p = 0; p < sgn_stored_planes(net, w); p++) {
        double bits = sgn_stored_code_bits(g, w, p);
        if (as_physics) l->physics_bits += bits;
        else l->stored.sign += bits, l->parameters += (double)sgn_stored_codes(g, w, p);
    }
}

static int is_scale(const sgn_link *w)
{
    return w->role == SGN_ROLE_SCALE || w->role == SGN_ROLE_VALUES;
}

static void charge_numbers(const sgn_link *w, sgn_ledger *l)
{
    double numbers = (double)sgn_link_size(w), bits = SGN_REAL_BITS * numbers;
    if (w->role == SGN_ROLE_PHYSICS) {
        l->physics_bits += bits;
        return;
    }
    l->parameters += numbers;
    if (is_scale(w)) l->stored.scale += bits;
    else l->stored.scalar += bits, l->real_bits += bits;
}

/* A network without link matrices multiplies by A' where others have links. */
static double links_without_matrices(const sgn_net *net)
{
    return (double)net->as.depth * net->n * net->m;
}

void sgn_ledger_of(const sgn_net *net, sgn_ledger *out)
{
    *out = (sgn_ledger){0};
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++)
            charge_links(net, &net->group[i], net->group[i].links.link[k], out);
    for (int p = 0; p < net->nparams; p++)
        if (net->param[p].role != SGN_ROLE_LINKS) charge_numbers(&net->param[p], out);
    if (out->links == 0) out->links = links_without_matrices(net);
    for (int i = 0; i < net->nsupports; i++)
        if (sgn_stored_in(net, net->support[i]))
            out->stored.support += sgn_support_bits(net->support[i]);
    if (sgn_tape_uses_matrix(net->tape)) out->physics_bits += sgn_stored_matrix_bits(&net->physics);
}

double sgn_ledger_stored(const sgn_ledger *l)
{
    return l->stored.sign + l->stored.support + l->stored.scale + l->stored.scalar;
}

double sgn_ledger_compression(const sgn_ledger *l) { return l->real_bits / sgn_ledger_stored(l); }
