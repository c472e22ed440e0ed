/* net_start.c -- the values a network begins with. */
#include "core/memory.h"
#include "unroll/analytic.h"
#include "unroll/net_build.h"

#include <math.h>
#include <string.h>

/* Size of a correction's entries beside those of the physics term's matrix. */
static const double correction_ratio = 0.6;

/* Size of what a random network begins with in its last layer, beside those before. */
static const double last_layer = 0.1;

/* ---- W0 ------------------------------------------------------------------------------------- */

static void random_weight(const sgn_net *net, uint64_t seed, sgn_mat W)
{
    sgn_rng rng = sgn_rng_stream(seed, SGN_RNG_WEIGHTS, 0, 0);
    double deviation = 1 / sqrt(net->m);
    for (size_t i = 0; i < (size_t)W.rows * (size_t)W.cols; i++)
        W.at[i] = (sgn_real)(deviation * sgn_rng_normal(&rng));
}

/* W <- c (W_pinv - A)' with rms(W) = 0.6 rms(A) / L: links that only correct g A' r. */
static void make_correction(const sgn_net *net, sgn_mat W)
{
    sgn_mat A = net->physics.A;
    size_t size = (size_t)W.rows * (size_t)W.cols;
    for (int j = 0; j < W.rows; j++)
        for (int i = 0; i < W.cols; i++) *sgn_mat_at(W, j, i) -= *sgn_mat_at(A, i, j);
    double now = sqrt(sgn_mat_sum_squares(W) / (double)size);
    double want =
        correction_ratio * sqrt(sgn_mat_sum_squares(A) / (double)size) / net->physics.lipschitz;
    for (size_t i = 0; now > 0 && i < size; i++) W.at[i] *= (sgn_real)(want / now);
}

sgn_status sgn_net_initial_weight(const sgn_net *net, uint64_t seed, sgn_mat W)
{
    if (net->memory->iteration.physics_term) {
        SGN_TRY(sgn_analytic_weight(&net->physics, W));
        make_correction(net, W);
        return SGN_OK;
    }
    if (net->as.init == SGN_INIT_ANALYTIC) return sgn_analytic_weight(&net->physics, W);
    if (net->as.init == SGN_INIT_COHERENCE) return sgn_coherence_weight(&net->physics, W);
    if (net->as.init == SGN_INIT_RANDOM) random_weight(net, seed, W);
    else sgn_adjoint_weight(&net->physics, W);
    return SGN_OK;
}

/* ---- slots and settings ---------------------------------------------------------------------- */

static sgn_mat weight_view(const sgn_net *net, sgn_param p)
{
    const sgn_link *w = &net->param[p];
    return sgn_mat_view(w->weight, w->rows, w->cols);
}

/* t_{k+1} = (1 + sqrt(1 + 4 t_k^2)) / 2, beta_k = (t_k - 1) / t_{k+1} (Beck & Teboulle 2009, 4.2),
   for the extrapolation at the start of iteration k = 0, 1 ... */
static double nesterov_momentum(int k)
{
    double t = 1, next = 1;
    for (int i = 0; i < k; i++) t = next, next = (1 + sqrt(1 + 4 * t * t)) / 2;
    return k == 0 ? 0 : (t - 1) / next;
}

static void set_scalar(sgn_net *net, sgn_param p, double value)
{
    if (p == SGN_NO_PARAM) return;
    for (size_t i = 0; i < sgn_link_size(&net->param[p]); i++)
        net->param[p].weight[i] = (sgn_real)value;
}

static void set_thresholds(sgn_net *net, const sgn_layer *l)
{
    for (int i = 0; i < sgn_solver_slots(net->solver); i++)
        if (net->solver->slot[i].kind == SGN_SLOT_THRESHOLD && !isnan(net->as.theta))
            set_scalar(net, l->slot[i], net->as.theta);
}

static void set_settings(sgn_net *net, const sgn_layer *l)
{
    int nesterov = l->as->momentum == SGN_MOMENTUM_NESTEROV;
    set_scalar(net, l->beta, nesterov ? nesterov_momentum(l->k) : 0);
    set_scalar(net, l->step, 1);
    set_scalar(net, l->gain,
               l->as->physics_term == SGN_PHYSICS_ADJOINT ? 1 / net->physics.lipschitz : 1);
}

static size_t slot_size(const sgn_net *net, const sgn_slot *s)
{
    return (size_t)sgn_net_dim(net, s->rows) * (size_t)sgn_net_dim(net, s->cols);
}

/* A slot the layer does not use still needs a place for setup() to write to. */
sgn_status sgn_net_set_layer(sgn_net *net, const sgn_layer *l, sgn_mat W0)
{
    sgn_mat slot[SGN_MAX_SLOTS];
    int slots = sgn_solver_slots(net->solver);
    size_t size = 0;
    for (int i = 0; i < slots; i++) size += slot_size(net, &net->solver->slot[i]);
    sgn_real *room = sgn_alloc(size, sizeof *room), *unused = room;
    if (!room) return SGN_EMEM;
    for (int i = 0; i < slots; i++) {
        const sgn_slot *s = &net->solver->slot[i];
        slot[i] = sgn_mat_view(unused, sgn_net_dim(net, s->rows), sgn_net_dim(net, s->cols));
        if (l->slot[i] == SGN_NO_PARAM) unused += slot_size(net, s);
        else slot[i] = weight_view(net, l->slot[i]);
        memset(slot[i].at, 0, slot_size(net, s) * sizeof(sgn_real));
    }
    sgn_status status = net->solver->setup ? net->solver->setup(&net->physics, W0, slot) : SGN_OK;
    sgn_free(room);
    set_thresholds(net, l);
    set_settings(net, l);
    return status;
}

void sgn_net_measure(sgn_link *w)
{
    sgn_mat target = sgn_mat_view(w->weight, w->rows, w->cols);
    w->size = sqrt(sgn_mat_sum_squares(target) / (double)sgn_link_size(w));
}

static sgn_status set_and_measure(sgn_net *net, const sgn_layer *l, sgn_mat W0)
{
    SGN_TRY(sgn_net_set_layer(net, l, W0));
    for (int i = 0; i < sgn_solver_slots(net->solver); i++) {
        sgn_link *w = l->slot[i] == SGN_NO_PARAM ? NULL : &net->param[l->slot[i]];
        if (w && w->role == SGN_ROLE_LINKS) sgn_net_measure(w);
    }
    return SGN_OK;
}

/* setup() gives every layer the same values: what another layer has need not be computed again. */
static sgn_status set_like(sgn_net *net, const sgn_layer *other, const sgn_layer *l, sgn_mat W0)
{
    int slots = sgn_solver_slots(net->solver);
    for (int i = 0; i < slots; i++)
        if (l->slot[i] != SGN_NO_PARAM && other->slot[i] == SGN_NO_PARAM)
            return set_and_measure(net, l, W0);
    for (int i = 0; i < slots; i++) {
        if (l->slot[i] == SGN_NO_PARAM || l->slot[i] == other->slot[i]) continue;
        sgn_mat_copy(weight_view(net, other->slot[i]), weight_view(net, l->slot[i]));
        net->param[l->slot[i]].size = net->param[other->slot[i]].size;
    }
    set_thresholds(net, l);
    set_settings(net, l);
    return SGN_OK;
}

/* A layer in the middle has all that a layer can have: the first of some solvers has nothing to multiply, and
   what the last of others would keep is not read. */
static sgn_status set_layers(sgn_net *net, sgn_mat W0)
{
    const sgn_layer *layer = net->memory->layer, *middle = &layer[net->as.depth / 2];
    SGN_TRY(set_and_measure(net, middle, W0));
    for (int k = 0; k < net->as.depth; k++)
        if (&layer[k] != middle) SGN_TRY(set_like(net, middle, &layer[k], W0));
    return SGN_OK;
}

/* Every link matrix of its own, with variance 2 / columns: then vectors keep their size from layer to
   layer where a ReLU takes half of them (He et al. 2015, arXiv:1502.01852, eq. 10).  What leaves the last
   layer is small beside that, so that the estimate begins near 0 as that of an iteration does: from a large
   one the shortest way down is to switch the ReLUs off for good.  The stream is that of the matrix among
   matrices, so that no setting of the scales changes what is drawn. */
static void draw_links(sgn_net *net, uint64_t seed)
{
    uint32_t matrix = 0;
    for (int p = 0; p < net->nparams; p++) {
        sgn_link *w = &net->param[p];
        if (w->role != SGN_ROLE_LINKS) continue;
        sgn_rng rng = sgn_rng_stream(seed, SGN_RNG_WEIGHTS, 1, matrix++);
        double deviation = sqrt(2.0 / w->cols);
        if (w->layer == net->as.depth - 1) deviation *= last_layer;
        for (size_t i = 0; i < sgn_link_size(w); i++)
            w->weight[i] = (sgn_real)(deviation * sgn_rng_normal(&rng));
        sgn_net_measure(w);
    }
}

/* ---- from target values to latents ------------------------------------------------------------ */

static sgn_status latents_from_values(sgn_net *net)
{
    SGN_TRY(sgn_net_fit(net, NULL, !net->stand_in));
    for (int p = 0; p < net->nparams; p++) {
        sgn_link *w = &net->param[p];
        int is_log = w->role == SGN_ROLE_POSITIVE;
        if (!is_log && w->role != SGN_ROLE_REAL && w->role != SGN_ROLE_PHYSICS) continue;
        for (size_t i = 0; i < sgn_link_size(w); i++)
            w->latent[i] = is_log ? (sgn_real)log(fmax((double)w->weight[i], 1e-30)) : w->weight[i];
    }
    return SGN_OK;
}

sgn_status sgn_net_start(sgn_net *net, uint64_t seed)
{
    sgn_real *room = sgn_alloc((size_t)net->n * (size_t)net->m, sizeof *room);
    if (!room) return SGN_EMEM;
    sgn_mat W0 = sgn_mat_view(room, net->n, net->m);
    sgn_status status = sgn_net_initial_weight(net, seed, W0);
    if (!status) status = set_layers(net, W0);
    if (!status && net->as.init == SGN_INIT_HE) draw_links(net, seed);
    sgn_param analytic = net->memory->layer[0].analytic;
    if (!status && analytic != SGN_NO_PARAM)
        status = sgn_analytic_weight(&net->physics, weight_view(net, analytic));
    sgn_free(room);
    if (status) return status;
    SGN_TRY(latents_from_values(net));
    sgn_net_project(net, NULL);
    return SGN_OK;
}

sgn_status sgn_net_relax(sgn_net *net, uint64_t seed)
{
    const sgn_constraint *full;
    SGN_TRY(sgn_constraint_find("full", &full));
    sgn_net_obey(net, full, 0);
    for (int i = 0; i < net->nsupports; i++) {
        sgn_support *s = net->support[i];
        s->moves = 0;
        if (s->derived) s->density = 0;  // chosen when the network was built, and kept
        else if (s->density > 0) sgn_support_fill(s);
    }
    return sgn_net_start(net, seed);
}

void sgn_net_set_iteration_number(sgn_net *net, int k)
{
    const sgn_layer *l = &net->memory->layer[0];
    if (l->as->momentum == SGN_MOMENTUM_NESTEROV) set_scalar(net, l->beta, nesterov_momentum(k));
}
