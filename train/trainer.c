#include "train/trainer.h"

#include "core/memory.h"
#include "train/sets.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* A stretch of one parameter that a worker updates alone. */
typedef struct {
    int param;
    size_t first, count;
    double sum_squares;
} chunk;

enum { CHUNK = 1 << 15 };

struct sgn_trainer {
    sgn_train_settings as;
    uint64_t seed;
    const sgn_problem *problem;
    sgn_net *net;
    sgn_pool *pool;
    const sgn_optimizer *optimizer;
    sgn_schedule schedule;
    sgn_loss loss;
    sgn_set validation;
    sgn_mat estimate;   // (n, validation)
    sgn_real *moments;  // (optimizer->moments, latents)
    size_t nlatents;
    chunk *chunk;
    int nchunks;
    int samples;     // of the fixed set; 0: fresh data
    int *order;      // (samples) this epoch's permutation
    uint8_t *signs;  // (latents) of the link matrices when the epoch began
    sgn_trainer_state state;
    sgn_update update;  // of the step under way; lr is the schedule's share of the settings' two
};

/* ---- making ----------------------------------------------------------------------------------- */

static sgn_status make_chunks(sgn_trainer *t)
{
    size_t n = 0;
    for (int p = 0; p < t->net->nparams; p++) n += sgn_link_latents(&t->net->param[p]) / CHUNK + 1;
    t->chunk = sgn_alloc(n, sizeof *t->chunk);
    if (!t->chunk) return SGN_EMEM;
    for (int p = 0; p < t->net->nparams; p++) {
        const sgn_link *w = &t->net->param[p];
        size_t size = w->trained ? sgn_link_latents(w) : 0;
        for (size_t at = 0; at < size; at += CHUNK)
            t->chunk[t->nchunks++] = (chunk){p, at, size - at < CHUNK ? size - at : CHUNK, 0};
    }
    return SGN_OK;
}

static sgn_status allocate(sgn_trainer *t)
{
    sgn_net_latents(t->net, &t->nlatents);
    int validation = t->as.validation_samples * t->problem->physics.width;
    t->moments = sgn_alloc(t->nlatents * (size_t)t->optimizer->moments, sizeof *t->moments);
    t->signs = sgn_alloc(t->nlatents, 1);
    t->estimate = sgn_mat_view(sgn_alloc((size_t)t->net->n * (size_t)validation, sizeof(sgn_real)),
                               t->net->n, validation);
    t->order = sgn_alloc((size_t)t->samples + 1, sizeof *t->order);
    if (!t->moments || !t->signs || !t->estimate.at || !t->order) return SGN_EMEM;
    SGN_TRY(make_chunks(t));
    SGN_TRY(sgn_loss_init(&t->loss, (sgn_loss_kind)t->as.loss, t->net));
    return sgn_validation_set(&t->validation, t->problem, t->seed, t->as.validation_samples);
}

sgn_status sgn_trainer_new(sgn_trainer **out, const sgn_train_settings *as, uint64_t seed,
                           const sgn_problem *problem, sgn_net *net, sgn_pool *pool)
{
    const sgn_optimizer *optimizer;
    SGN_TRY(sgn_optimizer_find(as->optimizer, &optimizer));
    sgn_trainer *t = sgn_alloc(1, sizeof *t);
    if (!t) return SGN_EMEM;
    *t = (sgn_trainer){
        .as = *as,
        .seed = seed,
        .problem = problem,
        .net = net,
        .pool = pool,
        .optimizer = optimizer,
        .schedule = {(sgn_schedule_kind)as->schedule, (sgn_stages)as->stages, as->steps,
                     as->warmup},
        .samples = sgn_training_samples(problem, as->samples),
        .state = {.best_db = (double)INFINITY},
    };
    int real_first = as->stages == SGN_STAGES_TWO && sgn_schedule_stage(&t->schedule, 0) == 0;
    sgn_status status = real_first ? sgn_net_relax(net, seed) : SGN_OK;
    if (!status) status = allocate(t);
    if (status) sgn_trainer_free(t);
    else *out = t;
    return status;
}

void sgn_trainer_free(sgn_trainer *t)
{
    if (!t) return;
    sgn_free(t->moments);
    sgn_free(t->signs);
    sgn_free(t->estimate.at);
    sgn_free(t->order);
    sgn_free(t->chunk);
    sgn_loss_release(&t->loss);
    sgn_set_release(&t->validation);
    sgn_free(t);
}

sgn_trainer_state *sgn_trainer_state_of(sgn_trainer *t) { return &t->state; }
const sgn_net *sgn_trainer_net(const sgn_trainer *t) { return t->net; }

sgn_real *sgn_trainer_moments(sgn_trainer *t, size_t *count, int *slots)
{
    *count = t->nlatents;
    *slots = t->optimizer->moments;
    return t->moments;
}

/* ---- the batch of a step ------------------------------------------------------------------------ */

static int steps_of_epoch(const sgn_trainer *t)
{
    return t->samples ? (t->samples + t->as.batch - 1) / t->as.batch : t->as.epoch_steps;
}

/* A permutation that depends on the epoch alone, so that a resumed run finds the same one. */
static void shuffle(sgn_trainer *t, int epoch)
{
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
    int first = step % steps_of_epoch(t) * t->as.batch, left = t->samples - first;
    int cols = (left < t->as.batch ? left : t->as.batch) * t->problem->physics.width;
    sgn_fixed_batch(t->problem, t->seed, t->order + first, t->pool, sgn_mat_cols(x, 0, cols),
                    sgn_mat_cols(y, 0, cols));
    return cols;
}

/* ---- one step ------------------------------------------------------------------------------------ */

static sgn_status diverged(const sgn_trainer *t, const char *what, int layer)
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
    return diverged(t, "the estimate", k);
}

static void chunk_norm(void *context, int item)
{
    sgn_trainer *t = context;
    chunk *c = &t->chunk[item];
    const sgn_real *g = t->net->param[c->param].dlatent + c->first;
    c->sum_squares = sgn_dot(g, g, c->count);
}

static sgn_status gradient_norm(sgn_trainer *t, double *norm)
{
    double sum = 0;
    int layer = 0;  // the last that is not finite: going backwards, it spread from there
    sgn_pool_run(t->pool, chunk_norm, t, t->nchunks);
    for (int i = 0; i < t->nchunks; i++) {
        int of = t->net->param[t->chunk[i].param].layer;
        if (!isfinite(t->chunk[i].sum_squares) && of > layer) layer = of;
        sum += t->chunk[i].sum_squares;
    }
    if (!isfinite(sum)) return diverged(t, "the gradient", layer);
    *norm = sqrt(sum);
    return SGN_OK;
}

/* train.lr is the step of latents of this size, others move in proportion: a sign flips, and a real
   link changes by a share of itself, after as many steps whatever the size of the problem. */
static const double size_of_lr = 0.1;

static void chunk_update(void *context, int item)
{
    const sgn_trainer *t = context;
    const chunk *c = &t->chunk[item];
    const sgn_link *w = &t->net->param[c->param];
    sgn_update u = t->update;
    u.lr *= w->role == SGN_ROLE_LINKS ? t->as.lr * w->size / size_of_lr : t->as.lr_scalars;
    size_t nlatents, at;
    at = (size_t)(w->latent - sgn_net_latents(t->net, &nlatents)) + c->first;
    sgn_real *moment[SGN_MAX_MOMENTS];
    for (int i = 0; i < t->optimizer->moments; i++)
        moment[i] = t->moments + (size_t)i * nlatents + at;
    t->optimizer->step(&u, w->latent + c->first, w->dlatent + c->first, moment, c->count);
}

static sgn_status enter_stage(sgn_trainer *t)
{
    if (t->state.step == 0 ||
        sgn_schedule_stage_start(&t->schedule, t->state.step) != t->state.step)
        return SGN_OK;
    SGN_TRY(sgn_net_quantise(t->net, NULL, 0, NULL));
    memset(t->moments, 0, t->nlatents * (size_t)t->optimizer->moments * sizeof *t->moments);
    t->state.best_db = (double)INFINITY;  // real links were never a candidate
    return SGN_OK;
}

static void tell_epoch(sgn_trainer *t, double loss, double norm)
{
    int depth = t->net->as.depth;
    t->state.epoch_loss += loss;
    t->state.epoch_num += t->loss.error[depth - 1];
    t->state.epoch_den += t->loss.error[depth];
    t->state.epoch_grad_norm = fmax(t->state.epoch_grad_norm, norm);
}

static sgn_status train_step(sgn_trainer *t)
{
    double norm = 0;
    SGN_TRY(enter_stage(t));
    int cols = next_batch(t), step = t->state.step;
    sgn_net_forward(t->net, t->pool, cols);
    double loss = sgn_loss_value(&t->loss, t->pool, cols);
    SGN_TRY(check_estimates(t, loss, cols));
    sgn_tape_backward(t->net->tape, t->pool, cols, sgn_loss_seed, &t->loss);
    sgn_net_pullback(t->net, t->pool);
    SGN_TRY(gradient_norm(t, &norm));
    t->update = (sgn_update){
        .lr = sgn_schedule_rate(&t->schedule, step),
        .shrink = norm > t->as.clip ? t->as.clip / norm : 1,
        .t = step - sgn_schedule_stage_start(&t->schedule, step) + 1,
    };
    sgn_pool_run(t->pool, chunk_update, t, t->nchunks);
    sgn_net_choose_supports(t->net);
    sgn_net_project(t->net, t->pool);
    tell_epoch(t, loss, norm);
    t->state.step++;
    return SGN_OK;
}

/* ---- epochs -------------------------------------------------------------------------------------- */

static int is_link(const sgn_link *w) { return w->role == SGN_ROLE_LINKS && w->trained; }

/* Share of the link matrices' latents whose sign changed since the last call. */
static double count_flips(sgn_trainer *t)
{
    size_t flips = 0, signs = 0, n;
    const sgn_real *first = sgn_net_latents(t->net, &n);
    for (int p = 0; p < t->net->nparams; p++) {
        const sgn_link *w = &t->net->param[p];
        if (!is_link(w)) continue;
        uint8_t *was = t->signs + (w->latent - first);
        for (size_t i = 0; i < sgn_link_latents(w); i++) {
            uint8_t now = w->latent[i] < 0;
            flips += was[i] != now;
            was[i] = now;
        }
        signs += sgn_link_latents(w);
    }
    return signs ? (double)flips / (double)signs : 0;
}

static double validate(sgn_trainer *t)
{
    sgn_evaluate(t->net, t->pool, t->validation.y, t->estimate, t->validation.x, NULL);
    double error = 0;
    for (size_t i = 0; i < (size_t)t->estimate.rows * (size_t)t->estimate.cols; i++) {
        double d = (double)t->estimate.at[i] - (double)t->validation.x.at[i];
        error += d * d;
    }
    return 10 * log10(error / sgn_mat_sum_squares(t->validation.x));
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

/* A row of metrics, the best so far kept, and the sums of the epoch begun anew. */
static sgn_status end_epoch(sgn_trainer *t, const sgn_observer *o, int steps, double started)
{
    sgn_trainer_state *s = &t->state;
    double seconds = s->seconds + now() - started;
    sgn_epoch e = {
        .epoch = s->epoch,
        .step = s->step,
        .lr = t->as.lr * t->update.lr,
        .loss = steps ? s->epoch_loss / steps : (double)NAN,
        .train_db = steps ? 10 * log10(s->epoch_num / s->epoch_den) : (double)NAN,
        .validation_db = validate(t),
        .grad_norm = s->epoch_grad_norm,
        .flips = count_flips(t),
        .seconds = seconds,
    };
    int is_best = e.validation_db < s->best_db;
    if (is_best) s->best_db = e.validation_db;
    s->epoch++;
    s->epoch_loss = s->epoch_num = s->epoch_den = s->epoch_grad_norm = 0;
    if (!o->epoch) return SGN_OK;
    double keep = s->seconds;
    s->seconds = seconds;  // what a checkpoint written now must say
    sgn_status status = o->epoch(o->context, t, &e, is_best);
    s->seconds = keep;
    return status;
}

sgn_status sgn_trainer_run(sgn_trainer *t, const sgn_observer *o)
{
    sgn_trainer_state *s = &t->state;
    double started = now();
    int every = steps_of_epoch(t);
    count_flips(t);
    if (s->step == 0 && s->epoch == 0) SGN_TRY(end_epoch(t, o, 0, started));
    if (t->samples) shuffle(t, s->step / every);
    while (s->step < t->as.steps) {
        SGN_TRY(train_step(t));
        int since = (s->step - 1) % every + 1;
        if (since == every || s->step == t->as.steps) {
            SGN_TRY(end_epoch(t, o, since, started));
            if (t->samples) shuffle(t, s->step / every);
        }
        if (o->stop && s->step < t->as.steps && o->stop(o->context, s->step)) {
            s->seconds += now() - started;
            return sgn_fail(SGN_ESTOPPED, "stopped after step %d of %d", s->step, t->as.steps);
        }
    }
    s->seconds += now() - started;
    return SGN_OK;
}
