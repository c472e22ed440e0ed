/* A training step allocates nothing and ends at the same bits whoever computes it, whether or not the
 * training was interrupted before. */
#include "io/checkpoint.h"
#include "laws.h"
#include "tests/slow.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Batches of more than one shard; a fixed set whose last batch is not full. */
static const char training[] = "train.batch=70 train.steps=11 train.epoch_steps=4 "
                               "train.validation_samples=40";
static const char *const data[] = {"train.samples=0", "train.samples=150"};
static const char *const stages[] = {"train.stages=one", "train.stages=two"};

/* What a run is watched for, and when it is to stop. */
typedef struct {
    int stop_after, steps;
    uint64_t allocations, first;  // now, and after the first step
} watch;

static int look(void *watch_, int step)
{
    watch *w = watch_;
    w->allocations = sgn_alloc_count();
    if (w->steps++ == 0) w->first = w->allocations;
    return step == w->stop_after;
}

static sgn_trainer *trainer_of(const model *m, sgn_pool *pool)
{
    sgn_trainer *t = NULL;
    OK(sgn_trainer_new(&t, &m->config.train, m->config.seed, m->problem, m->net, pool));
    return t;
}

/* A trained model. */
typedef struct {
    model model;
    sgn_trainer *trainer;
} run;

static run run_of(const sgn_config *c, sgn_pool *pool)
{
    run r = {.model = model_of(c)};
    r.trainer = trainer_of(&r.model, pool);
    return r;
}

static void run_free(run *r)
{
    sgn_trainer_free(r->trainer);
    model_free(&r->model);
}

/* As a new process goes on: from nothing but what a checkpoint holds. */
static void go_on_in_another(run *r, const sgn_config *c, sgn_pool *pool)
{
    sgn_checkpoint *saved;
    char path[] = "/tmp/sgn_steps_XXXXXX";
    int file = mkstemp(path);
    cr_assert(file >= 0 && close(file) == 0);
    OK(sgn_checkpoint_save(path, c, r->model.net, r->trainer));
    run_free(r);
    *r = run_of(c, pool);
    OK(sgn_checkpoint_open(&saved, path));
    OK(sgn_checkpoint_restore(saved, r->model.net, r->trainer));
    sgn_checkpoint_close(saved);
    cr_assert_eq(unlink(path), 0);
}

/* Trains, stopping once after step `stop_after` (0: never) and going on. */
static watch train(const sgn_config *c, int threads, int stop_after, char hash[33])
{
    watch w = {.stop_after = stop_after};
    sgn_observer observer = {.context = &w, .stop = look};
    sgn_pool *pool = NULL;
    if (threads) OK(sgn_pool_new(&pool, threads));
    run r = run_of(c, pool);
    if (stop_after) {
        cr_expect_eq(sgn_trainer_run(r.trainer, &observer), SGN_ESTOPPED);
        go_on_in_another(&r, c, pool);
    }
    w.stop_after = 0;
    OK(sgn_trainer_run(r.trainer, &observer));
    sgn_net_hash(r.model.net, hash);
    run_free(&r);
    sgn_pool_free(pool);
    return w;
}

/* ---- every combination of constraint, data and stages ------------------------------------------ */

typedef void (*law)(const sgn_config *c, const char *what);

static void check_one(law check, const char *what)
{
    static int turn;
    if (turn++ % slower() != 0) return;
    sgn_config c = config_of("%s %s", training, what);
    check(&c, what);
}

static void check_data(law check, const char *plug_in)
{
    for (int i = 0; i < 4; i++) {
        char what[160];
        snprintf(what, sizeof what, "%s %s %s", plug_in, data[i % 2], stages[i / 2]);
        check_one(check, what);
    }
}

/* Ways there, on both kinds of data. */
static void check_ways(law check)
{
    static const char *const way[] = {
        "train.stages=ladder",
        "train.stages=layerwise",
        "train.stages=admm train.admm_every=2 weights.constraint=planes",
        "train.stages=admm train.admm_every=2 weights.support=magnitude weights.scale=row",
        "train.stages=two train.retune=scalars",
        "train.stages=two train.retune=none",
        "train.stages=ladder train.retune=none",
        "weights.estimator=clipped",
        "weights.estimator=tanh weights.support=magnitude",
        "weights.estimator=prox",
        "weights.estimator=prox weights.constraint=planes train.stages=two",
        "weights.estimator=tanh train.stages=layerwise",
        "weights.support=magnitude weights.prune_until=0.6",
        "weights.support=magnitude weights.prune_until=0.6 weights.estimator=prox",
        "train.optimizer=bop weights.support=magnitude train.stages=two",
        "train.quantisation_loss=0.1 weights.support=magnitude",
    };
    for (size_t i = 0; i < 2 * sizeof way / sizeof *way; i++) {
        char what[160];
        snprintf(what, sizeof what, "%s %s", data[i % 2], way[i / 2]);
        check_one(check, what);
    }
}

static void check_all(law check)
{
    check_ways(check);
    char plug_in[96];
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
        snprintf(plug_in, sizeof plug_in, "weights.support=magnitude weights.constraint=%s",
                 (*k)->name);
        check_data(check, plug_in);
    }
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if (!(*s)->step) continue;
        snprintf(plug_in, sizeof plug_in, "network.solver=%s", (*s)->name);
        check_data(check, plug_in);
    }
    check_data(check, "problem.kind=qpsk problem.measurements=4 network.shrink=rows");
    for (const sgn_optimizer *const *o = sgn_optimizers(); *o; o++) {
        snprintf(plug_in, sizeof plug_in, "train.optimizer=%s", (*o)->name);
        check_data(check, plug_in);
    }
}

/* ---- the laws ---------------------------------------------------------------------------------- */

static void check_allocations(const sgn_config *c, const char *what)
{
    char hash[33];
    for (int threads = 1; threads <= 2; threads++) {
        watch w = train(c, threads, 0, hash);
        cr_expect_gt(w.steps, 5);
        cr_expect_eq(w.allocations, w.first, "%s, %d threads", what, threads);
    }
}

Test(steps, allocate_nothing) { check_all(check_allocations); }

static void check_threads(const sgn_config *c, const char *what)
{
    char poolless[33], alone[33], two[33], four[33], again[33], other[33];
    sgn_config reseeded = *c;
    reseeded.seed++;
    train(c, 0, 0, poolless);
    train(c, 1, 0, alone);
    train(c, 1, 0, again);
    train(c, 2, 0, two);
    train(c, 4, 0, four);
    train(&reseeded, 1, 0, other);
    cr_expect_str_eq(alone, again, "%s, twice", what);
    cr_expect_str_eq(alone, poolless, "%s, without a pool", what);
    cr_expect_str_eq(alone, two, "%s, 2 threads", what);
    cr_expect_str_eq(alone, four, "%s, 4 threads", what);
    cr_expect_str_neq(alone, other, "%s, another seed", what);
}

Test(steps, end_at_the_same_bits_on_any_number_of_threads) { check_all(check_threads); }

/* In the middle of an epoch, and where a second stage begins. */
static void check_interruption(const sgn_config *c, const char *what)
{
    char straight[33], interrupted[33], shorter[33];
    sgn_config less = *c;
    less.train.steps--;
    train(c, 1, 0, straight);
    for (int k = 3; k <= 5; k += 2) {
        train(c, 1, k, interrupted);
        cr_expect_str_eq(straight, interrupted, "%s, after step %d", what, k);
    }
    train(&less, 1, 0, shorter);
    cr_expect_str_neq(straight, shorter, "%s, one step less", what);
}

Test(steps, end_at_the_same_bits_after_an_interruption) { check_all(check_interruption); }
