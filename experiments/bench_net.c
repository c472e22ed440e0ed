/* bench_net.c -- a training step and the estimates of an unrolled network, timed.
 *
 * The work is that of the plain network, so that other programs can be asked for the same: links of every
 * layer its own, no momentum, selection, steps or residual thresholds; A Gaussian with unit columns, x
 * with a tenth of its entries not zero, no noise.  A training step is
 *
 *     forward, L = |x_K - x*|^2 / |x*|^2, backward to every link, scale and threshold, Adam
 *
 * on batches from a pool made beforehand.  One-bit links have a learned scale a matrix, and the gradient
 * passes the sign where the latent is not large (weights.estimator clipped).
 */
#include "core/memory.h"
#include "experiments/bench_measure.h"
#include "experiments/machine.h"
#include "experiments/model.h"
#include "solvers/solvers.h"
#include "unroll/deploy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POOL = 8, WARM_STEPS = 2, LEAST_STEPS = 15, MOST_STEPS = 2000, TEXT = 1024 };

static const double allowed = 1e-4;  // of packed against unpacked estimates, relative to these

typedef struct {
    sgn_model model;
    sgn_problem *problem;  // the pool is its training set
    sgn_mat x, y;          // (n, pool), (m, pool): the pool itself
    double bytes;          // what was asked for holds
} bench;

/* ---- the network ------------------------------------------------------------------------------------ */

static sgn_status configure(sgn_config *out, const sgn_bench_case *c)
{
    static const char *const solver[] = {"lista", "lista-cp"};
    static const char *const kind[] = {"gaussian", "gaussian", "sparse-pm1"};
    static const char *const links[] = {
        "constraint: full, support: all",
        "constraint: onebit, support: all, estimator: clipped",
        "constraint: onebit, support: physics, estimator: clipped",
    };
    char text[TEXT];
    const sgn_solver *found;
    snprintf(text, sizeof text,
             "problem: {kind: %s, m: %d, n: %d, density: 0.1, sparsity: 0.1}\n"
             "network: {solver: %s, depth: %d, momentum: none, selection: off, shrink: entries,\n"
             "          threshold: absolute, step_size: off, physics_term: none}\n"
             "weights: {%s, init: adjoint, scale: layer}\n"
             "train: {batch: %d, samples: 0, steps: 1000000000, stages: one, loss: final,\n"
             "        optimizer: adam, lr: 0.0001, lr_scalars: 0.0001, schedule: constant,\n"
             "        warmup: 0, clip: inf, validation_samples: 1, test_samples: 1}\n",
             kind[c->links], c->m, c->n, solver[c->solver], c->depth, links[c->links], c->batch);
    SGN_TRY(sgn_config_parse(out, text, strlen(text), c->name, NULL, 0));
    SGN_TRY(sgn_solver_find(out->net.solver, &found));
    return sgn_net_resolve(&out->net, found);
}

static sgn_status draw_pool(bench *b, int cols)
{
    const sgn_problem *q = b->model.problem;
    int m = q->physics.A.rows, n = q->physics.A.cols;
    b->x = sgn_mat_view(sgn_alloc((size_t)n * (size_t)cols, sizeof(sgn_real)), n, cols);
    b->y = sgn_mat_view(sgn_alloc((size_t)m * (size_t)cols, sizeof(sgn_real)), m, cols);
    if (!b->x.at || !b->y.at) return SGN_EMEM;
    sgn_problem_draw(q, b->model.config.seed, SGN_RNG_FREE, 0, 0, b->x, b->y);
    return SGN_OK;
}

static sgn_status prepare(bench *b, const sgn_bench_case *c, int threads, int batches)
{
    sgn_config config;
    double held_before = sgn_held_bytes();
    *b = (bench){.problem = NULL};
    SGN_TRY(configure(&config, c));
    SGN_TRY(sgn_model_new(&b->model, &config, threads));
    b->bytes = sgn_held_bytes() - held_before;
    return draw_pool(b, batches * c->batch);
}

static void release(bench *b)
{
    sgn_free(b->x.at), sgn_free(b->y.at);
    sgn_problem_free(b->problem);
    sgn_model_free(&b->model);
}

/* ---- training steps --------------------------------------------------------------------------------- */

typedef struct {
    sgn_bench_clock clock;
    double seconds[MOST_STEPS];
    int n;
    double last;  // when the last step was done, on the clock
    double end;   // when enough is enough, sgn_now
} steps;

/* An epoch, which is the pool once, ends by measuring a validation error: no part of a step. */
static int on_step(void *context, int step)
{
    steps *s = context;
    if (step % POOL > 0 && step > WARM_STEPS) s->seconds[s->n++] = s->clock() - s->last;
    s->last = s->clock();
    return s->n == MOST_STEPS || (s->n >= LEAST_STEPS && sgn_now() > s->end);
}

static sgn_status train(bench *b, const sgn_bench_effort *effort, sgn_bench_row *out)
{
    sgn_model *m = &b->model;
    sgn_mat none = {0};
    sgn_trainer *trainer;
    SGN_TRY(sgn_problem_from_data(&b->problem, &m->config.problem, m->problem->physics.A, none,
                                  none, b->x, b->y));
    double held_before = sgn_held_bytes();
    SGN_TRY(
        sgn_trainer_new(&trainer, &m->config.train, m->config.seed, b->problem, m->net, m->pool));
    out->bytes = b->bytes + sgn_held_bytes() - held_before;
    steps s = {.clock = sgn_bench_clock_for(effort->threads), .end = sgn_now() + effort->seconds};
    sgn_status status = sgn_trainer_run(trainer, &(sgn_observer){.context = &s, .stop = on_step});
    sgn_trainer_free(trainer);
    if (status != SGN_ESTOPPED) return status;
    out->seconds = sgn_quartiles_of(s.seconds, s.n);
    return SGN_OK;
}

sgn_status sgn_bench_step(const sgn_bench_case *c, const sgn_bench_effort *effort,
                          sgn_bench_row *out)
{
    bench b;
    sgn_status status = prepare(&b, c, effort->threads, POOL);
    if (!status) status = train(&b, effort, out);
    release(&b);
    return status;
}

/* ---- estimates -------------------------------------------------------------------------------------- */

typedef struct {
    sgn_net *net;
    sgn_pool *pool;
    sgn_mat y, x;
} inference;

static void estimate(void *context)
{
    const inference *i = context;
    sgn_evaluate(i->net, i->pool, i->y, i->x, i->x, NULL);
}

/* As `signroll infer` runs a packed model. */
static sgn_status deploy(sgn_net **out, const bench *b, int batch)
{
    const sgn_model *m = &b->model;
    sgn_image image;
    SGN_TRY(sgn_image_of(&image, m->net, 0));
    sgn_status status = sgn_net_of_image(out, &m->config.net, m->solver, &m->problem->physics,
                                         batch, m->config.seed, &image);
    sgn_image_free(&image);
    if (!status) sgn_net_shed(*out);
    return status;
}

static sgn_status check(const bench *b, const char *name, sgn_mat estimates)
{
    sgn_evaluate(b->model.net, b->model.pool, b->y, b->x, b->x, NULL);
    double off = 0, size = sgn_mat_sum_squares(b->x);
    for (size_t i = 0; i < (size_t)b->x.rows * (size_t)b->x.cols; i++)
        off += pow((double)estimates.at[i] - (double)b->x.at[i], 2);
    if (size > 0 && sqrt(off / size) <= allowed) return SGN_OK;
    return sgn_fail(SGN_EINTERNAL,
                    "%s: the estimates of the packed network are off by %.1e, more than %.0e", name,
                    sqrt(off / size), allowed);
}

static sgn_status infer(bench *b, const sgn_bench_case *c, const sgn_bench_effort *effort,
                        sgn_bench_row *out)
{
    inference i = {.pool = b->model.pool, .y = b->y};
    i.x = sgn_mat_view(sgn_alloc((size_t)c->n * (size_t)c->batch, sizeof *i.x.at), c->n, c->batch);
    double held_before = sgn_held_bytes();
    sgn_status status = i.x.at ? deploy(&i.net, b, c->batch) : SGN_EMEM;
    if (!status) {
        out->bytes = sgn_held_bytes() - held_before;
        estimate(&i);
        status = check(b, c->name, i.x);
    }
    sgn_bench_clock clock = sgn_bench_clock_for(effort->threads);
    if (!status)
        sgn_bench_rounds(clock, effort->seconds, (sgn_bench_work){estimate, &i}, NULL, out);
    sgn_net_free(i.net);
    sgn_free(i.x.at);
    return status;
}

sgn_status sgn_bench_inference(const sgn_bench_case *c, const sgn_bench_effort *effort,
                               sgn_bench_row *out)
{
    bench b;
    sgn_status status = prepare(&b, c, effort->threads, 1);
    if (!status) status = infer(&b, c, effort, out);
    release(&b);
    return status;
}
