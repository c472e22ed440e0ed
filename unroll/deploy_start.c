/* deploy_start.c -- a deployed network that has learned nothing.
 *
 * Its layers come to be one after the other, so that no more than one of them is there as reals.
 */
#include "core/memory.h"
#include "unroll/deploy.h"
#include "unroll/group.h"
#include "unroll/net_build.h"
#include "unroll/packed.h"
#include "unroll/signs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY  // for XXH3_state_t on the stack
#include <xxhash.h>

/* ---- one layer at a time --------------------------------------------------------------------------- */

static sgn_link *links_of(const sgn_net *net, const sgn_layer *l, int slot)
{
    if (net->solver->slot[slot].kind != SGN_SLOT_LINKS || l->slot[slot] == SGN_NO_PARAM)
        return NULL;
    return &net->param[l->slot[slot]];
}

static sgn_status open_links(const sgn_net *net, const sgn_layer *l)
{
    for (int i = 0; i < sgn_solver_slots(net->solver); i++) {
        sgn_link *w = links_of(net, l, i);
        if (!w) continue;
        w->weight = sgn_alloc(sgn_link_size(w), sizeof *w->weight);
        w->latent = sgn_alloc(sgn_link_latents(w), sizeof *w->latent);
        if (!w->weight || !w->latent) return SGN_EMEM;
    }
    return SGN_OK;
}

static void close_links(const sgn_net *net, const sgn_layer *l)
{
    for (int i = 0; i < sgn_solver_slots(net->solver); i++) {
        sgn_link *w = links_of(net, l, i);
        if (!w) continue;
        sgn_free(w->weight);
        sgn_free(w->latent);
        w->weight = w->latent = NULL;
    }
}

static const sgn_net_group *group_of(const sgn_net *net, const sgn_link *w)
{
    int i = 0;
    while (net->group[i].links.link[0] != w) i++;
    return &net->group[i];
}

/* As if it had been the exponential of a latent. */
static void round_as_latent(const sgn_link *w)
{
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        sgn_real latent = (sgn_real)log(fmax((double)w->weight[i], 1e-30));
        w->weight[i] = (sgn_real)exp((double)latent);
    }
}

/* The target stands in `weight`, and is used up. */
static sgn_status pack_links(sgn_net *net, sgn_link *w)
{
    const sgn_net_group *g = group_of(net, w);
    sgn_net_measure(w);
    g->constraint->start(&g->links);
    if (g->links.scale->role == SGN_ROLE_SCALE) round_as_latent(g->links.scale);
    SGN_TRY(sgn_deployment_pack(net, g, w));
    sgn_packed *to = net->memory->deployment->packed[w - net->param];
    for (int p = 0; p < w->planes; p++)
        for (int j = 0; j < w->cols; j++)
            for (int i = 0; i < w->rows; i++) {
                size_t entry = (size_t)i + (size_t)j * (size_t)w->rows;
                if (sgn_plane_has(w, p, entry))
                    sgn_packed_set(to, p, i, j, g->constraint->level(&g->links, w, p, entry));
            }
    return SGN_OK;
}

static sgn_status pack_layer(sgn_net *net, const sgn_layer *l, sgn_mat W0)
{
    sgn_status status = open_links(net, l);
    if (!status) status = sgn_net_set_layer(net, l, W0);
    for (int i = 0; !status && i < sgn_solver_slots(net->solver); i++) {
        sgn_link *w = links_of(net, l, i);
        if (w && !w->packed) status = pack_links(net, w);
    }
    close_links(net, l);
    return status;
}

/* ---- all of them ----------------------------------------------------------------------------------- */

static void hash_column(XXH3_state_t *state, const sgn_packed *w, int j)
{
    enum { PIECE = 1024 };
    sgn_real value[PIECE];
    for (int first = 0; first < w->rows; first += PIECE) {
        int count = w->rows - first < PIECE ? w->rows - first : PIECE;
        for (int i = 0; i < count; i++) value[i] = sgn_packed_at(w, first + i, j);
        XXH3_128bits_update(state, value, (size_t)count * sizeof *value);
    }
}

/* Of the weights, as sgn_net_hash has it. */
static void set_hash(sgn_net *net)
{
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (!w->packed) XXH3_128bits_update(&state, w->weight, sgn_link_size(w) * sizeof(sgn_real));
        for (int j = 0; w->packed && j < w->cols; j++) hash_column(&state, w->packed, j);
    }
    for (int i = 0; i < net->nsupports; i++)
        XXH3_128bits_update(&state, net->support[i]->on,
                            (size_t)net->support[i]->rows * (size_t)net->support[i]->cols);
    XXH128_hash_t h = XXH3_128bits_digest(&state);
    snprintf(net->memory->deployment->hash, 33, "%016llx%016llx", (unsigned long long)h.high64,
             (unsigned long long)h.low64);
}

static sgn_status pack_all(sgn_net *net, uint64_t seed)
{
    sgn_real *room = sgn_alloc((size_t)net->n * (size_t)net->m, sizeof *room);
    if (!room) return SGN_EMEM;
    sgn_mat W0 = sgn_mat_view(room, net->n, net->m);
    sgn_status status = sgn_net_initial_weight(net, seed, W0);
    for (int k = 0; !status && k < net->as.depth; k++)
        status = pack_layer(net, &net->memory->layer[k], W0);
    sgn_free(room);
    if (status) return status;
    for (int p = 0; p < net->nparams; p++)
        if (net->param[p].role == SGN_ROLE_POSITIVE) round_as_latent(&net->param[p]);
    set_hash(net);
    return sgn_deployment_finish(net);
}

/* Layers must not know of one another, and nothing be chosen or fitted that takes more than a start. */
static sgn_status check(const sgn_net_settings *as)
{
    const sgn_constraint *c;
    const sgn_support_kind *support;
    SGN_TRY(sgn_constraint_find(as->constraint, &c));
    SGN_TRY(sgn_support_kind_find(as->support, &support));
    if (!sgn_signs_in(c) || as->scale == SGN_SCALE_GLOBAL || support->choose ||
        strcmp(as->fit, "rounding") != 0 || as->init == SGN_INIT_HE ||
        as->physics_term == SGN_PHYSICS_ANALYTIC)
        return sgn_fail(
            SGN_ECONFIG,
            "an untrained network is packed only where weights.constraint has signs, "
            "weights.scale is not global, weights.support is not chosen by magnitude, "
            "weights.fit is rounding, weights.init is not he and network.physics_term is not "
            "analytic");
    return SGN_OK;
}

sgn_status sgn_net_new_to_run(sgn_net **out, const sgn_net_settings *as, const sgn_solver *solver,
                              const sgn_physics *q, int batch, uint64_t seed)
{
    sgn_net *net;
    sgn_net_settings resolved = *as;
    SGN_TRY(sgn_net_resolve(&resolved, solver));
    SGN_TRY(check(&resolved));
    SGN_TRY(sgn_net_build(&net, &resolved, solver, q, batch, seed, SGN_NET_TO_RUN));
    sgn_status status = sgn_deployment_make_masks(net);
    if (!status) status = pack_all(net, seed);
    if (status) sgn_net_free(net);
    else *out = net;
    return status;
}
