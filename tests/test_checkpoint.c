#include "core/rng.h"
#include "io/checkpoint.h"
#include "io/container.h"
#include "solvers/solvers.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OK(expr) cr_assert_eq(expr, SGN_OK, "%s", sgn_last_error())

static char folder[64], path[128];

static void enter_folder(void)
{
    strcpy(folder, "/tmp/sgn_checkpoint_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/last.h5", folder);
}

static void leave_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(checkpoint, .init = enter_folder, .fini = leave_folder, .timeout = 600);

/* ---- a small network and its trainer --------------------------------------------------------- */

typedef struct {
    sgn_config config;
    sgn_problem *problem;
    sgn_net *net;
    sgn_trainer *trainer;
} run;

static const char common[] =
    "name: small\n"
    "seed: 5\n"
    "problem: {kind: block-pm1, m: 8, n: 16, blocks: 2, sparsity: 0.2}\n"
    "network: {solver: lista-cp, depth: 3}\n"
    "weights: {band: 3}\n"
    "train: {samples: 96, test_samples: 8, validation_samples: 8, steps: 40, batch: 16}\n";

static run start(const char *const *override, int n)
{
    run r = {0};
    const sgn_solver *solver;
    OK(sgn_config_parse(&r.config, common, strlen(common), "common", override, n));
    OK(sgn_problem_new(&r.problem, &r.config.problem, r.config.seed));
    OK(sgn_solver_find(r.config.net.solver, &solver));
    OK(sgn_net_new(&r.net, &r.config.net, solver, &r.problem->physics, r.config.train.batch,
                   r.config.seed));
    OK(sgn_trainer_new(&r.trainer, &r.config.train, r.config.seed, r.problem, r.net, NULL));
    return r;
}

static run start_one(const char *override) { return start(&override, 1); }

static void finish(run *r)
{
    sgn_trainer_free(r->trainer);
    sgn_net_free(r->net);
    sgn_problem_free(r->problem);
}

/* Values no construction arrives at. */
static void disturb(sgn_net *net)
{
    size_t count;
    sgn_real *latent = sgn_net_latents(net, &count);
    sgn_rng rng = sgn_rng_stream(9, SGN_RNG_FREE, 0, 0);
    for (size_t i = 0; i < count; i++) latent[i] += (sgn_real)(0.3 * sgn_rng_normal(&rng));
    sgn_net_choose_supports(net);
    sgn_net_project(net, NULL);
}

static int same_latents(const sgn_net *a, const sgn_net *b)
{
    size_t n, m;
    const sgn_real *x = sgn_net_latents(a, &n), *y = sgn_net_latents(b, &m);
    return n == m && memcmp(x, y, n * sizeof *x) == 0;
}

static int same_weights(const sgn_net *a, const sgn_net *b)
{
    char x[33], y[33];
    sgn_net_hash(a, x);
    sgn_net_hash(b, y);
    return strcmp(x, y) == 0;
}

static sgn_status restore(sgn_net *net, sgn_trainer *t)
{
    sgn_checkpoint *c = NULL;
    OK(sgn_checkpoint_open(&c, path));
    sgn_status s = sgn_checkpoint_restore(c, net, t);
    sgn_checkpoint_close(c);
    return s;
}

/* ---- laws ------------------------------------------------------------------------------------ */

static void round_trip(const char *constraint, const char *support, const char *tied)
{
    char keys[3][64];
    const char *override[3] = {keys[0], keys[1], keys[2]};
    snprintf(keys[0], sizeof keys[0], "weights.constraint=%s", constraint);
    snprintf(keys[1], sizeof keys[1], "weights.support=%s", support);
    snprintf(keys[2], sizeof keys[2], "network.tied=%s", tied);
    run a = start(override, 3), b = start(override, 3);
    disturb(a.net);
    cr_assert_not(same_latents(a.net, b.net));
    OK(sgn_checkpoint_save(path, &a.config, a.net, a.trainer));
    OK(restore(b.net, b.trainer));
    cr_assert(same_latents(a.net, b.net), "%s on %s", constraint, support);
    cr_assert(same_weights(a.net, b.net), "%s on %s", constraint, support);
    for (int i = 0; i < a.net->nsupports; i++)
        cr_assert_eq(a.net->support[i]->active, b.net->support[i]->active);
    finish(&a);
    finish(&b);
}

static long size_saved(run *r)
{
    struct stat file;
    OK(sgn_checkpoint_save(path, &r->config, r->net, r->trainer));
    cr_assert_eq(stat(path, &file), 0);
    return (long)file.st_size;
}

Test(checkpoint, before_the_first_step_moments_are_zeros_that_take_no_room)
{
    run a = start_one("train.steps=1"), b = start_one("train.steps=1");
    size_t count;
    int slots;
    OK(sgn_trainer_run(b.trainer, &(sgn_observer){0}));
    const sgn_real *moments = sgn_trainer_moments(b.trainer, &count, &slots);
    long bytes = (long)(count * (size_t)slots * sizeof *moments), later = size_saved(&b);
    cr_assert_gt(sgn_dot(moments, moments, count), 0);
    cr_assert_leq(size_saved(&a), later - bytes);
    OK(restore(b.net, b.trainer));
    moments = sgn_trainer_moments(b.trainer, &count, &slots);
    cr_assert_eq(sgn_dot(moments, moments, count * (size_t)slots), 0);
    finish(&a), finish(&b);
}

Test(checkpoint, a_restored_network_has_every_bit_of_the_saved_one)
{
    for (const sgn_constraint *const *c = sgn_constraints(); *c; c++)
        for (const sgn_support_kind *const *s = sgn_support_kinds(); *s; s++) {
            round_trip((*c)->name, (*s)->name, "false");
            round_trip((*c)->name, (*s)->name, "true");
        }
}

Test(checkpoint, a_network_that_is_not_quantised_yet_stays_so)
{
    run a = start_one("weights.support=magnitude"), b = start_one("weights.support=magnitude");
    OK(sgn_net_relax(a.net, 1));
    disturb(a.net);
    OK(sgn_checkpoint_save(path, &a.config, a.net, NULL));
    OK(restore(b.net, NULL));
    cr_assert(b.net->stand_in && same_weights(a.net, b.net));
    for (int i = 0; i < a.net->nsupports; i++)
        cr_assert_eq(a.net->support[i]->moves, b.net->support[i]->moves);
    finish(&a);
    finish(&b);
}

Test(checkpoint, config_and_matrix_come_back)
{
    run a = start_one("train.lr=0.0123");
    OK(sgn_checkpoint_save(path, &a.config, a.net, NULL));
    sgn_checkpoint *c = NULL;
    OK(sgn_checkpoint_open(&c, path));
    const sgn_config *config = sgn_checkpoint_config(c);
    sgn_mat A = sgn_checkpoint_A(c);
    cr_assert(config->seed == 5 && config->train.lr == 0.0123 && !strcmp(config->name, "small"));
    cr_assert(A.rows == 8 && A.cols == 16);
    cr_assert(memcmp(A.at, a.problem->physics.A.at, 8 * 16 * sizeof *A.at) == 0);
    sgn_checkpoint_close(c);
    sgn_checkpoint_close(NULL);
    finish(&a);
}

static int stop_at;
static int stop(void *context, int step) { return !context && step == stop_at; }
static sgn_status ignore(void *context, const sgn_trainer *t, const sgn_epoch *e, int is_best)
{
    return context || !t || !e || is_best > 1 ? SGN_EINTERNAL : SGN_OK;
}
static const sgn_observer observer = {NULL, ignore, stop};

/* Interrupted after `step` steps, saved, restored into a fresh process's objects and trained on. */
static void interrupted(const char *stages, int step, const run *whole)
{
    run a = start_one(stages), b = start_one(stages);
    stop_at = step;
    cr_assert_eq(sgn_trainer_run(a.trainer, &observer), SGN_ESTOPPED);
    OK(sgn_checkpoint_save(path, &a.config, a.net, a.trainer));
    stop_at = -1;
    OK(restore(b.net, b.trainer));
    cr_assert_eq(sgn_trainer_state_of(b.trainer)->step, sgn_trainer_state_of(a.trainer)->step);
    OK(sgn_trainer_run(b.trainer, &observer));
    cr_assert(same_latents(whole->net, b.net), "%s, stopped at %d", stages, step);
    cr_assert(same_weights(whole->net, b.net));
    cr_assert_eq(sgn_trainer_state_of(whole->trainer)->best_db,
                 sgn_trainer_state_of(b.trainer)->best_db);
    finish(&a);
    finish(&b);
}

Test(checkpoint, training_that_was_interrupted_ends_at_the_same_bits)
{
    static const char *const stages[] = {"train.stages=one", "train.stages=two"};
    static const int steps[] = {1, 13, 20, 33};
    for (int k = 0; k < 2; k++) {
        run whole = start_one(stages[k]);
        stop_at = -1;
        OK(sgn_trainer_run(whole.trainer, &observer));
        for (int i = 0; i < 4; i++) interrupted(stages[k], steps[i], &whole);
        finish(&whole);
    }
}

/* The control: a run that goes on without the optimiser's moments ends elsewhere. */
Test(checkpoint, the_moments_are_part_of_what_goes_on)
{
    run whole = start_one("train.stages=one"), a = start_one("train.stages=one");
    run b = start_one("train.stages=one");
    stop_at = -1;
    OK(sgn_trainer_run(whole.trainer, &observer));
    stop_at = 13;
    cr_assert_eq(sgn_trainer_run(a.trainer, &observer), SGN_ESTOPPED);
    OK(sgn_checkpoint_save(path, &a.config, a.net, a.trainer));
    OK(restore(b.net, NULL));
    *sgn_trainer_state_of(b.trainer) = *sgn_trainer_state_of(a.trainer);
    stop_at = -1;
    OK(sgn_trainer_run(b.trainer, &observer));
    cr_assert_not(same_weights(whole.net, b.net));
    finish(&whole);
    finish(&a);
    finish(&b);
}

/* ---- refusals leave everything as it was ------------------------------------------------------ */

static void refused(run *b, sgn_trainer *t, const char *why)
{
    size_t n;
    const sgn_real *latents = sgn_net_latents(b->net, &n);
    sgn_real *before = malloc(n * sizeof *before);
    memcpy(before, latents, n * sizeof *before);
    char hash[33], after[33];
    sgn_net_hash(b->net, hash);
    cr_assert_eq(restore(b->net, t), SGN_EFORMAT);
    cr_assert(strstr(sgn_last_error(), why), "'%s' does not say '%s'", sgn_last_error(), why);
    cr_assert(strstr(sgn_last_error(), path));
    sgn_net_hash(b->net, after);
    cr_assert_str_eq(hash, after);
    cr_assert(memcmp(before, latents, n * sizeof *before) == 0);
    cr_assert_eq(sgn_trainer_state_of(b->trainer)->step, 0);
    free(before);
}

Test(checkpoint, a_network_of_another_shape_is_refused_with_both_shapes)
{
    run a = start_one("train.lr=0.001");
    disturb(a.net);
    sgn_trainer_state_of(a.trainer)->step = 7;
    OK(sgn_checkpoint_save(path, &a.config, a.net, a.trainer));
    run b = start_one("problem.n=32");
    refused(&b, b.trainer, "parameters/W.0/latent has shape (1, 8, 16), expected (1, 8, 32)");
    finish(&b);
    b = start_one("network.depth=2");
    refused(&b, b.trainer, "parameters has ");
    finish(&b);
    finish(&a);
}

Test(checkpoint, a_network_of_other_settings_is_refused)
{
    run a = start_one("weights.constraint=onebit"), b = start_one("weights.constraint=full");
    disturb(a.net);
    sgn_trainer_state_of(a.trainer)->step = 7;
    OK(sgn_checkpoint_save(path, &a.config, a.net, a.trainer));
    refused(&b, b.trainer, "");
    finish(&a);
    finish(&b);
}

Test(checkpoint, weights_that_do_not_follow_from_the_latents_are_refused)
{
    run a = start_one("network.depth=3"), b = start_one("network.depth=3");
    disturb(a.net);
    a.net->param[0].weight[0] += 1;
    OK(sgn_checkpoint_save(path, &a.config, a.net, a.trainer));
    refused(&b, b.trainer, "weights_hash");
    finish(&a);
    finish(&b);
}

Test(checkpoint, a_model_without_its_trainer_runs_but_is_not_trained_on)
{
    run a = start_one("network.depth=3"), b = start_one("network.depth=3");
    disturb(a.net);
    OK(sgn_checkpoint_save(path, &a.config, a.net, NULL));
    refused(&b, b.trainer, "trainer is missing");
    OK(restore(b.net, NULL));
    cr_assert(same_weights(a.net, b.net));
    finish(&a);
    finish(&b);
}

Test(checkpoint, an_older_or_foreign_content_behind_a_good_header_is_refused)
{
    hid_t file;
    sgn_checkpoint *c = NULL;
    OK(sgn_container_create(&file));
    OK(sgn_container_save(&file, path, SGN_KIND_CHECKPOINT));
    cr_assert_eq(sgn_checkpoint_open(&c, path), SGN_EFORMAT);
    cr_assert(strstr(sgn_last_error(), "generator is missing"), "%s", sgn_last_error());
    OK(sgn_container_create(&file));
    OK(sgn_h5_set_text(file, "generator", SGN_RNG_NAME));
    OK(sgn_h5_write_text(file, "config", "network: {dephts: 3}\n"));
    OK(sgn_container_save(&file, path, SGN_KIND_CHECKPOINT));
    cr_assert_eq(sgn_checkpoint_open(&c, path), SGN_EFORMAT);
    cr_assert(strstr(sgn_last_error(), "config is not valid"), "%s", sgn_last_error());
    cr_assert_null(c);
}
