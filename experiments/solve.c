/* solve.c -- a classical solver on the problem of a config, with the columns of a trained network. */
#include "core/memory.h"
#include "experiments/command.h"
#include "experiments/folder.h"
#include "experiments/scoring.h"
#include "experiments/solving.h"
#include "io/dataset.h"
#include "solvers/solvers.h"
#include "unroll/ledger.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct {
    sgn_solving with;
    sgn_classical_info info;  // on the test vectors
    double seconds;
} solving;

static sgn_status solve_set(solving *s, const sgn_set *set, sgn_classical_info *info,
                            sgn_score *score)
{
    size_t size = (size_t)set->x.rows * (size_t)set->x.cols;
    sgn_mat x = sgn_mat_view(sgn_alloc(size, sizeof(sgn_real)), set->x.rows, set->x.cols);
    if (!x.at) return SGN_EMEM;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    sgn_status status = sgn_solve_set(&s->with, set, x, info);
    clock_gettime(CLOCK_MONOTONIC, &to);
    s->seconds = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
    if (!status) status = sgn_score_of(&s->with.problem->physics, x, set->x, score);
    sgn_free(x.at);
    return status;
}

static sgn_status score_both(solving *s, sgn_summary *out)
{
    sgn_set set;
    sgn_score train, test;
    sgn_classical_info info;
    const sgn_train_settings *t = &s->with.c->train;
    SGN_TRY(sgn_training_set(&set, s->with.problem, s->with.c->seed, t->samples, t->batch,
                             t->test_samples));
    sgn_status status = solve_set(s, &set, &info, &train);
    sgn_set_release(&set);
    if (status) return status;
    SGN_TRY(sgn_test_set(&set, s->with.problem, s->with.c->seed, t->test_samples));
    status = solve_set(s, &set, &s->info, &test);
    sgn_set_release(&set);
    if (!status) sgn_compare_scores(out, &train, &test);
    return status;
}

static void fill(sgn_summary *out, const solving *s)
{
    sgn_describe_model(out, s->with.c, s->with.problem);
    snprintf(out->constraint, sizeof out->constraint, "classical");
    snprintf(out->support, sizeof out->support, "all");
    out->depth = s->with.c->solve.iterations;
    out->steps = 0;
    out->seconds = s->seconds;
    out->lambda = s->with.problem->physics.lambda;
    out->iterations = s->info.iterations;
    out->objective = s->info.objective;
    out->duality_gap = s->info.gap;
    out->seconds_per_signal = s->seconds / s->with.c->train.test_samples;
    out->sign_bits_per_link = out->stored_bits_per_link = out->stored_bytes = 0;
}

/* How the iteration went; objective and gap only of solvers that have them. */
static void print_course(const sgn_summary *s)
{
    printf("\nlambda %.4g, %.0f iterations, %.3g ms a signal", s->lambda, s->iterations,
           1e3 * s->seconds_per_signal);
    if (!isnan(s->objective))
        printf(", objective %.10g, relative duality gap %.2g", s->objective, s->duality_gap);
    printf("\n");
}

static sgn_status solve(solving *s, const sgn_arguments *a)
{
    sgn_summary summary;
    const sgn_config *c = s->with.c;
    SGN_TRY(sgn_choose_lambda(&s->with));
    sgn_summary_init(&summary);
    sgn_status status = score_both(s, &summary);
    fill(&summary, s);
    if (a->label) snprintf(summary.label, sizeof summary.label, "%s", a->label);
    else snprintf(summary.label, sizeof summary.label, "%.40s", s->with.solver->name);
    if (!status) status = sgn_folder_keep(&summary, c, a->out, a->threads, a->force);
    if (!status) status = sgn_print_summary(&summary, a->json);
    if (!status && !a->json) print_course(&summary);
    sgn_summary_free(&summary);
    return status;
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_config c;
    const sgn_solver *found;
    SGN_TRY(sgn_model_config(&c, a->words ? a->word[0] : NULL, a->override, a->overrides));
    SGN_TRY(sgn_solver_find(c.net.solver, &found));
    sgn_solver boxed = *found;  // the box is the problem's, so the classical method keeps to it too
    boxed.classical.least = c.net.least, boxed.classical.most = c.net.most;
    solving s = {.with = {.c = &c, .solver = &boxed}};
    SGN_TRY(sgn_problem_load(&s.with.problem, &c.problem, c.seed, c.train.test_samples));
    sgn_status status = sgn_problem_test_under(s.with.problem, &c.test, c.seed);
    if (!status) status = sgn_pool_new(&s.with.pool, a->threads);
    if (!status) status = solve(&s, a);
    sgn_pool_free(s.with.pool);
    sgn_problem_free(s.with.problem);
    return status;
}

const sgn_command sgn_command_solve = {
    .name = "solve",
    .title = "runs a classical solver on the same problem",
    .usage = "CONFIG [key=value ...]",
    .help = "network.solver names it; solve.lambda, solve.iterations and solve.tolerance steer it. "
            "With solve.lambda=auto the lambda of least error on validation vectors is taken; "
            "solve.rule takes it from a path down to solve.lambda.  "
            "--out keeps the figures as a run that `report` and `compare` read.",
    .least = 1,
    .most = 1,
    .takes = SGN_TAKES_OUT | SGN_TAKES_JSON | SGN_TAKES_QUIET | SGN_TAKES_THREADS |
             SGN_TAKES_FORCE | SGN_TAKES_LABEL,
    .run = run,
};
