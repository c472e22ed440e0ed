#include "unroll/net.h"

#include "core/memory.h"
#include "unroll/net_build.h"

#include <stdio.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY  // for XXH3_state_t on the stack
#include <xxhash.h>

/* ---- building ------------------------------------------------------------------------------- */

static sgn_status check(const sgn_net_settings *as, const sgn_physics *q)
{
    if (as->depth < 1)
        return sgn_fail(SGN_ECONFIG, "network.depth is %d, must be at least 1", as->depth);
    if (!(as->density > 0 && as->density <= 1))
        return sgn_fail(SGN_ECONFIG, "weights.density is %g, must be above 0 and at most 1",
                        as->density);
    if (as->planes < 1 || as->planes > SGN_MAX_PLANES)
        return sgn_fail(SGN_ECONFIG, "weights.planes is %d, must be from 1 to %d", as->planes,
                        SGN_MAX_PLANES);
    if (as->scale == SGN_SCALE_BLOCK && as->block == 0 && q->blocks < 2)
        return sgn_fail(
            SGN_ECONFIG,
            "weights.scale block needs weights.block, or a problem with blocks: "
            "problem.kind block-pm1 or block-gaussian with problem.blocks of 2 or more");
    return SGN_OK;
}

/* Columns that begin with a cache line, and the vectors of a product with it, are read a tenth faster one by
   one, which products with single vectors do. */
static int apart(const sgn_physics *q, int columns, sgn_net_purpose purpose)
{
    enum { LINE = 64 / sizeof(sgn_real) };
    int reads_columns = purpose == SGN_NET_TO_RUN && columns == 1;
    return reads_columns ? (q->A.rows + LINE - 1) / LINE * LINE : q->A.rows;
}

static sgn_status new_empty(sgn_net **out, const sgn_net_settings *as, const sgn_solver *solver,
                            const sgn_physics *q, int batch, sgn_net_purpose purpose)
{
    int to_run = purpose == SGN_NET_TO_RUN, ld = apart(q, batch * q->width, purpose);
    sgn_net *net = sgn_alloc(1, sizeof *net);
    if (!net) return SGN_EMEM;
    net->memory = sgn_alloc(1, sizeof *net->memory);
    net->x = sgn_alloc((size_t)as->depth, sizeof *net->x);
    if (net->memory && q->A.at)
        net->memory->A = sgn_alloc((size_t)ld * (size_t)q->A.cols, sizeof(sgn_real));
    if (net->memory && to_run)
        net->memory->deployment = sgn_alloc(1, sizeof(struct sgn_deployment));
    if (!net->memory || !net->x || (q->A.at && !net->memory->A) ||
        (to_run && !net->memory->deployment)) {
        sgn_net_free(net);
        return SGN_EMEM;
    }
    net->as = *as;
    net->solver = solver;
    net->physics = *q;
    net->m = q->A.rows;
    net->n = q->A.cols;
    net->physics.A = (sgn_mat){net->memory->A, net->m, net->n, ld};
    for (int j = 0; q->A.at && j < net->n; j++)
        memcpy(sgn_mat_at(net->physics.A, 0, j), sgn_mat_at(q->A, 0, j),
               (size_t)net->m * sizeof(sgn_real));
    net->memory->batch = batch * q->width;
    net->memory->iteration = sgn_net_iteration(as);
    *out = net;
    return SGN_OK;
}

sgn_status sgn_net_record(sgn_net *net, int carry_state)
{
    const sgn_solver *solver = net->solver;
    sgn_tape_free(net->tape);
    net->tape = NULL;
    SGN_TRY(sgn_tape_new(&net->tape, net->param, net->nparams, net->physics.A, net->memory->batch));
    net->y = sgn_tape_input(net->tape, net->m);
    if (net->watches_input) sgn_tape_watch(net->tape, net->y);
    sgn_var state[SGN_MAX_STATE];
    for (int i = 0; i < SGN_MAX_STATE; i++) {
        int rows = sgn_net_dim(net, solver->state[i]), carried = carry_state && solver->state[i];
        state[i] = net->in[i] =
            carried ? sgn_tape_input(net->tape, rows) : sgn_zeros(net->tape, rows);
    }
    for (int k = 0; k < net->as.depth; k++) {
        SGN_TRY(sgn_tape_reserve(net->tape, SGN_LAYER_NODES));
        net->memory->layer[k].tape = net->tape;
        solver->step(&net->memory->layer[k], net->y, state);
        net->x[k] = state[0];
        sgn_tape_keep(net->tape, net->x[k]);
    }
    memcpy(net->out, state, sizeof state);
    for (int i = 0; i < SGN_MAX_STATE; i++) sgn_tape_keep(net->tape, net->out[i]);
    return SGN_OK;
}

/* With a physics term the links start as a correction of it, so it must be there. */
static sgn_status check_settings_used(const sgn_net *net)
{
    int depth = net->as.depth;
    if (!net->memory->iteration.physics_term || net->memory->layer[depth - 1].gain != SGN_NO_PARAM)
        return SGN_OK;
    return sgn_fail(SGN_ECONFIG,
                    "network.physics_term has no place in the iteration of solver %s; "
                    "it must be none",
                    net->solver->name);
}

static sgn_status build(sgn_net *net, uint64_t seed, sgn_net_purpose purpose)
{
    int carry_state = purpose == SGN_NET_TO_CARRY, to_run = purpose == SGN_NET_TO_RUN;
    SGN_TRY(sgn_net_declare(net));
    SGN_TRY(sgn_net_record(net, carry_state));
    sgn_net_drop_unused(net);
    SGN_TRY(check_settings_used(net));
    SGN_TRY(sgn_net_form_groups(net));
    SGN_TRY(sgn_net_form_supports(net, seed));
    SGN_TRY(to_run ? sgn_net_lay_out_to_run(net) : sgn_net_lay_out(net));
    SGN_TRY(sgn_net_record(net, carry_state));
    if (to_run) sgn_tape_drop_gradients(net->tape);
    SGN_TRY(sgn_tape_seal(net->tape));
    return to_run ? SGN_OK : sgn_net_start(net, seed);
}

sgn_status sgn_net_build(sgn_net **out, const sgn_net_settings *as, const sgn_solver *solver,
                         const sgn_physics *q, int batch, uint64_t seed, sgn_net_purpose purpose)
{
    const sgn_constraint *constraint;
    sgn_net *net;
    if (!solver->step)
        return sgn_fail(SGN_ECONFIG,
                        "network.solver %s has no iteration to unroll; `solve` runs it",
                        solver->name);
    SGN_TRY(sgn_constraint_find(as->constraint, &constraint));
    SGN_TRY(check(as, q));
    SGN_TRY(new_empty(&net, as, solver, q, batch, purpose));
    net->constraint = constraint;
    net->progress = 1;
    sgn_status status = build(net, seed, purpose);
    if (status) sgn_net_free(net);
    else *out = net;
    return status;
}

sgn_status sgn_net_new(sgn_net **out, const sgn_net_settings *as, const sgn_solver *solver,
                       const sgn_physics *q, int batch, uint64_t seed)
{
    sgn_net_settings resolved = *as;
    SGN_TRY(sgn_net_resolve(&resolved, solver));
    return sgn_net_build(out, &resolved, solver, q, batch, seed, SGN_NET_TO_TRAIN);
}

static sgn_net_settings classical_settings(const sgn_solver *solver)
{
    sgn_net_settings as;
    sgn_option_presets(sgn_network_options, sgn_network_option_count, &as);
    sgn_option_presets(sgn_weights_options, sgn_weights_option_count, &as);
    snprintf(as.constraint, sizeof as.constraint, "full");
    as.init = SGN_INIT_ADJOINT;
    as.density = 1;
    as.depth = 1;
    sgn_net_set_iteration(&as, &solver->classical);
    return as;
}

sgn_status sgn_net_new_iteration(sgn_net **out, const sgn_solver *solver, const sgn_physics *q,
                                 int batch)
{
    sgn_net_settings as = classical_settings(solver);
    return sgn_net_build(out, &as, solver, q, batch, 0, SGN_NET_TO_CARRY);
}

void sgn_net_free(sgn_net *net)
{
    if (!net) return;
    struct sgn_net_memory *m = net->memory;
    sgn_tape_free(net->tape);
    if (m) sgn_deployment_free(m->deployment, net);
    for (int i = 0; i < net->nsupports; i++) sgn_support_free(net->support[i]);
    sgn_free(net->support);
    sgn_free(net->group);
    sgn_free(net->param);
    sgn_free(net->x);
    if (m) {
        sgn_free(m->layer);
        sgn_free(m->moved);
        sgn_free(m->member);
        sgn_free(m->latent);
        sgn_free(m->weight);
        sgn_free(m->dweight);
        sgn_free(m->dlatent);
        sgn_free(m->turn);
        sgn_free(m->scratch);
        sgn_free(m->score);
        sgn_free(m->signs);
        sgn_free(m->sign_words);
        sgn_free(m->A);
    }
    sgn_free(m);
    sgn_free(net);
}

/* ---- running -------------------------------------------------------------------------------- */

sgn_mat sgn_net_input(sgn_net *net) { return sgn_tape_value(net->tape, net->y); }

sgn_mat sgn_net_forward(sgn_net *net, sgn_pool *pool, int cols)
{
    sgn_tape_forward(net->tape, pool, cols);
    return sgn_mat_cols(sgn_net_estimate(net, net->as.depth - 1), 0, cols);
}

sgn_mat sgn_net_estimate(const sgn_net *net, int layer)
{
    return sgn_tape_value(net->tape, net->x[layer]);
}

sgn_real *sgn_net_latents(const sgn_net *net, size_t *count)
{
    *count = net->memory->nlatents;
    return net->memory->latent;
}

/* The same operations in the same order: net->y and net->x stay what they are. */
sgn_status sgn_net_watch_input(sgn_net *net, int on)
{
    sgn_tape *before = net->tape;
    int watched = net->watches_input;
    net->tape = NULL;
    net->watches_input = on;
    sgn_status status = sgn_net_record(net, 0);
    if (!status) status = sgn_tape_seal(net->tape);
    if (!status) {
        sgn_tape_free(before);
        return SGN_OK;
    }
    sgn_tape_free(net->tape);
    net->tape = before;
    net->watches_input = watched;
    return status;
}

/* ---- fingerprint ------------------------------------------------------------------------------ */

void sgn_net_hash(const sgn_net *net, char hex[33])
{
    XXH3_state_t state;
    if (net->memory->deployment) {
        memcpy(hex, net->memory->deployment->hash, 33);
        return;
    }
    XXH3_128bits_reset(&state);
    for (int p = 0; p < net->nparams; p++)
        XXH3_128bits_update(&state, net->param[p].weight,
                            sgn_link_size(&net->param[p]) * sizeof(sgn_real));
    for (int i = 0; i < net->nsupports; i++)
        XXH3_128bits_update(&state, net->support[i]->on,
                            (size_t)net->support[i]->rows * (size_t)net->support[i]->cols);
    XXH128_hash_t h = XXH3_128bits_digest(&state);
    snprintf(hex, 33, "%016llx%016llx", (unsigned long long)h.high64, (unsigned long long)h.low64);
}
