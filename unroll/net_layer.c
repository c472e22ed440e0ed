#include "unroll/net_layer.h"

#include "unroll/net_build.h"

int sgn_net_is_coupled(const sgn_net *net) { return net->solver->coupled; }

/* The layer's parameter of the solver's first slot of a kind. */
static sgn_param of_kind(const sgn_net *net, const sgn_layer *l, sgn_slot_kind kind)
{
    for (int i = 0; i < sgn_solver_slots(net->solver); i++)
        if (net->solver->slot[i].kind == kind) return l->slot[i];
    return SGN_NO_PARAM;
}

static double number(const sgn_net *net, sgn_param p, double otherwise)
{
    return p == SGN_NO_PARAM ? otherwise : (double)net->param[p].weight[0];
}

static double physics_entry(const sgn_net *net, const sgn_layer *l, int i, int j)
{
    if (l->analytic == SGN_NO_PARAM) return (double)*sgn_mat_at(net->physics.A, j, i);
    return (double)net->param[l->analytic].weight[(size_t)i + (size_t)j * (size_t)net->n];
}

static void add_physics(const sgn_net *net, const sgn_layer *l, sgn_mat W)
{
    double gain = number(net, l->gain, 0);
    for (int j = 0; j < W.cols; j++)
        for (int i = 0; i < W.rows; i++)
            *sgn_mat_at(W, i, j) += (sgn_real)(gain * physics_entry(net, l, i, j));
}

sgn_net_layer sgn_net_layer_of(const sgn_net *net, int k, sgn_mat W)
{
    const sgn_layer *l = &net->memory->layer[k];
    const sgn_link *links = &net->param[of_kind(net, l, SGN_SLOT_LINKS)];
    sgn_real step = (sgn_real)number(net, l->step, 1);
    for (int j = 0; j < W.cols; j++)
        for (int i = 0; i < W.rows; i++)
            *sgn_mat_at(W, i, j) = step * links->weight[(size_t)i + (size_t)j * (size_t)W.rows];
    if (l->gain != SGN_NO_PARAM) add_physics(net, l, W);
    return (sgn_net_layer){
        .beta = number(net, l->beta, 0),
        .theta = number(net, of_kind(net, l, SGN_SLOT_THRESHOLD), 0),
    };
}
