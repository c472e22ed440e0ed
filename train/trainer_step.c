#include "train/trainer_inside.h"
#include "unroll/estimator.h"
#include "unroll/group.h"

#include <math.h>

/* ---- the batch --------------------------------------------------------------------------------- */

int sgn_trainer_epoch_steps(const sgn_trainer *t)
{
    return t->samples ? (t->samples + t->as.batch - 1) / t->as.batch : t->as.epoch_steps;
}

/* A permutation that depends on the epoch alone, so that a resumed run finds the same one. */
void sgn_trainer_shuffle(sgn_trainer *t)
{
    int epoch = t->state.step / sgn_trainer_epoch_steps(t);
    sgn_rng rng = sgn_rng_stream(t->seed, SGN_RNG_ORDER, (uint32_t)epoch, 0);
    for (int i = 0; i < t->samples; i++) t->order[i] = i;
    sgn_rng_shuffle(&rng, t->order, t->samples);
}

/* Fills the network's input and the loss's truth; returns the number of columns. */
static int next_batch(sgn_trainer *t)
{
    int step = t->state.step;
    sgn_mat x = t->loss.truth, y = sgn_net_input(t->net);
    if (!t->samples) {
        sgn_fresh_batch(t->problem, t->seed, step, t->pool, x, y);
        return x.cols;
    }
    int first = step % sgn_trainer_epoch_steps(t) * t->as.batch, left = t->samples - first;
    int cols = (left < t->as.batch ? left : t->as.batch) * t->problem->physics.width;
    sgn_fixed_batch(t->problem, t->seed, t->order + first, t->pool, sgn_mat_cols(x, 0, cols),
                    sgn_mat_cols(y, 0, cols));
    return cols;
}

/* ---- the gradient ------------------------------------------------------------------------------ */

sgn_status sgn_trainer_diverged(const sgn_trainer *t, const char *what, int layer)
{
    return sgn_fail(
        SGN_EDIVERGE,
        "training diverged at step %d: %s of layer %d is not finite; a smaller train.lr "
        "(now %g) or train.clip (now %g) may help",
        t->state.step, what, layer, t->as.lr, t->as.clip);
}

/* The final loss knows the last layer's error alone: the estimates themselves say where it began. */
static sgn_status check_estimates(const sgn_trainer *t, double loss, int cols)
{
    int depth = t->net->as.depth, k = 0;
    if (isfinite(loss)) return SGN_OK;
    while (k < depth - 1 && isfinite(t->loss.error[k]) &&
           sgn_mat_finite(sgn_mat_cols(sgn_net_estimate(t->net, k), 0, cols)))
        k++;
    return sgn_trainer_diverged(t, "the estimate", k);
}

static int is_link(const sgn_link *w) { return w->role == SGN_ROLE_LINKS; }

static int moves(const sgn_trainer *t, const sgn_link *w)
{
    return w->layer < t->stage->layers && !(t->stage->scalars_only && is_link(w));
}

static void chunk_norm(void *context, int item)
{
    sgn_trainer *t = context;
    sgn_chunk *c = &t->chunk[item];
    const sgn_link *w = &t->net->param[c->param];
    const sgn_real *g = w->dlatent + c->first;
    c->sum_squares = moves(t, w) ? sgn_dot(g, g, c->count) : 0;
}

static sgn_status gradient_norm(sgn_trainer *t, double *norm)
{
    double sum = 0, of_links = 0, links = 0;
    int layer = 0;  // the last that is not finite: going backwards, it spread from there
    sgn_pool_run(t->pool, chunk_norm, t, t->nchunks);
    for (int i = 0; i < t->nchunks; i++) {
        const sgn_chunk *c = &t->chunk[i];
        const sgn_link *w = &t->net->param[c->param];
        if (!isfinite(c->sum_squares) && w->layer > layer) layer = w->layer;
        if (is_link(w) && moves(t, w)) of_links += c->sum_squares, links += (double)c->count;
        sum += c->sum_squares;
    }
    if (!isfinite(sum)) return sgn_trainer_diverged(t, "the gradient", layer);
    t->link_gradient = links > 0 ? sqrt(of_links / links) : 0;
    *norm = sqrt(sum);
    return SGN_OK;
}

/* ---- moving ------------------------------------------------------------------------------------ */

/* train.lr is the step of latents of this size, others move in proportion: a sign flips, and a real
   link changes by a share of itself, after as many steps whatever the size of the problem. */
static const double size_of_lr = 0.1;

static double stride(const sgn_trainer *t)
{
    return t->net->stand_in ? 1 : sgn_estimator_stride((sgn_estimator)t->net->as.estimator);
}

/* The step of link matrices in units of their size. */
static double link_step(const sgn_trainer *t)
{
    return t->update.lr * t->as.lr / size_of_lr * stride(t);
}

/* dV += a sign(V - W), the gradient of a |V - W| (FQSR: Wang et al. 2020, arXiv:2011.14265).
   What is off a support that stays is not there. */
static void add_quantisation_loss(const sgn_trainer *t, const sgn_link *w, const sgn_chunk *c)
{
    sgn_real a = (sgn_real)(t->as.quantisation_loss * t->link_gradient);
    const uint8_t *mask = sgn_plane_mask(w, 0, c->first);
    for (size_t i = 0; i < c->count; i++) {
        sgn_real d = w->latent[c->first + i] - w->weight[c->first + i];
        if (!mask || mask[i]) w->dlatent[c->first + i] += d > 0 ? a : d < 0 ? -a : 0;
    }
}

static const sgn_optimizer *optimizer_of(const sgn_trainer *t, const sgn_link *w)
{
    int signs = is_link(w) && !t->net->stand_in;
    return t->optimizer->rest && !signs ? t->optimizer->rest : t->optimizer;
}

static void optimise(const sgn_trainer *t, const sgn_link *w, const sgn_chunk *c)
{
    const sgn_optimizer *by = optimizer_of(t, w);
    sgn_update u = t->update;
    u.lr *= is_link(w) ? t->as.lr * w->size / size_of_lr * stride(t) : t->as.lr_scalars;
    if (w->role == SGN_ROLE_VALUES) u.lr *= w->size;  // a share of themselves, as logarithms do
    size_t nlatents, at;
    at = (size_t)(w->latent - sgn_net_latents(t->net, &nlatents)) + c->first;
    sgn_real *moment[SGN_MAX_MOMENTS];
    for (int i = 0; i < by->moments; i++) moment[i] = t->moments + (size_t)i * nlatents + at;
    by->step(&u, w->latent + c->first, w->dlatent + c->first, moment, c->count);
}

static void chunk_update(void *context, int item)
{
    const sgn_trainer *t = context;
    const sgn_chunk *c = &t->chunk[item];
    const sgn_link *w = &t->net->param[c->param];
    if (!moves(t, w)) return;
    if (is_link(w) && w->planes == 1 && t->as.quantisation_loss > 0) add_quantisation_loss(t, w, c);
    optimise(t, w, c);
    if (is_link(w) && t->stage->drawn)
        sgn_admm_draw(&t->admm, t->net, w, c->first, c->count, t->as.admm_rho * link_step(t));
}

static sgn_update update_of(const sgn_trainer *t, double norm)
{
    int since = t->state.step - t->stage->first;
    sgn_schedule schedule = {(sgn_schedule_kind)t->as.schedule, t->stage->steps, t->stage->warmup};
    double rate = sgn_schedule_rate(&schedule, since);
    double shrink = norm > t->as.clip ? t->as.clip / norm : 1;
    return (sgn_update){
        .lr = rate,
        .shrink = shrink,
        .t = since + 1,
        .threshold = t->as.bop_threshold * t->link_gradient * shrink,
        .rate = t->as.bop_rate * rate,
    };
}

/* ---- the step ---------------------------------------------------------------------------------- */

static sgn_status prepare(sgn_trainer *t)
{
    if (t->state.step > 0) SGN_TRY(sgn_trainer_enter_stage(t));
    int since = t->state.step - t->stage->first;
    if (t->stage->drawn && since % t->as.admm_every == 0)
        sgn_admm_refresh(&t->admm, t->net, since == 0);
    sgn_trainer_project_step(t);
    return SGN_OK;
}

static void tell_epoch(sgn_trainer *t, double loss, double norm)
{
    t->state.epoch_loss += loss;
    t->state.epoch_num += t->loss.error[t->loss.layers - 1];
    t->state.epoch_den += t->loss.error[t->net->as.depth];
    t->state.epoch_grad_norm = fmax(t->state.epoch_grad_norm, norm);
}

sgn_status sgn_trainer_step(sgn_trainer *t)
{
    double norm = 0;
    SGN_TRY(prepare(t));
    int cols = next_batch(t);
    sgn_net_forward(t->net, t->pool, cols);
    double loss = sgn_loss_value(&t->loss, t->pool, cols);
    SGN_TRY(check_estimates(t, loss, cols));
    sgn_tape_backward(t->net->tape, t->pool, cols, sgn_loss_seed, &t->loss);
    sgn_net_pullback(t->net, t->pool);
    SGN_TRY(gradient_norm(t, &norm));
    t->update = update_of(t, norm);
    sgn_pool_run(t->pool, chunk_update, t, t->nchunks);
    if (!t->stage->scalars_only) sgn_net_settle(t->net, t->pool, link_step(t));
    tell_epoch(t, loss, norm);
    t->state.step++;
    return SGN_OK;
}
