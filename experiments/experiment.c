/* experiment.c -- runs the experiment a config names, and keeps its figures as a run. */
#include "experiments/experiment.h"

#include "core/registry.h"
#include "experiments/command.h"
#include "experiments/folder.h"
#include "experiments/model.h"
#include "experiments/scoring.h"

#include <stdio.h>
#include <time.h>

#define EXPERIMENT(id) extern const sgn_experiment sgn_experiment_##id;
#include "experiments/experiments.def"
#undef EXPERIMENT

static const sgn_experiment *const all[] = {
#define EXPERIMENT(id) &sgn_experiment_##id,
#include "experiments/experiments.def"
#undef EXPERIMENT
    NULL,
};

const sgn_experiment *const *sgn_experiments(void) { return all; }

sgn_status sgn_experiment_find(const char *name, const sgn_experiment **out)
{
    *out = sgn_registry_find("experiment", name, all);
    return *out ? SGN_OK : SGN_ENAME;
}

static sgn_status measure(const sgn_experiment *e, const sgn_config *c, int threads,
                          sgn_summary *out)
{
    sgn_pool *pool;
    struct timespec from, to;
    SGN_TRY(sgn_pool_new(&pool, threads));
    clock_gettime(CLOCK_MONOTONIC, &from);
    sgn_status s = e->run(c, pool, out);
    clock_gettime(CLOCK_MONOTONIC, &to);
    out->seconds = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
    sgn_pool_free(pool);
    return s;
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_config c;
    sgn_summary s;
    const sgn_experiment *experiment;
    SGN_TRY(sgn_model_config(&c, a->word[0], a->override, a->overrides));
    if (!sgn_config_is_experiment(&c))
        return sgn_fail(SGN_ECONFIG, "%s names no experiment; `signroll list experiments` does",
                        a->word[0]);
    if (sgn_condition_is_any(&c.test))
        return sgn_fail(SGN_ECONFIG, "test.* has no place in experiment %s", c.experiment);
    SGN_TRY(sgn_experiment_find(c.experiment, &experiment));
    sgn_summary_init(&s);
    snprintf(s.name, sizeof s.name, "%s", c.name);
    snprintf(s.label, sizeof s.label, "%s", a->label ? a->label : c.name);
    s.seed = c.seed;
    sgn_status status = measure(experiment, &c, a->threads, &s);
    if (!status) status = sgn_folder_keep(&s, &c, a->out, a->threads, a->force);
    if (!status) status = sgn_print_summary(&s, a->json);
    sgn_summary_free(&s);
    return status;
}

const sgn_command sgn_command_experiment = {
    .name = "experiment",
    .title = "measures what a config's experiment asks",
    .usage = "CONFIG [key=value ...]",
    .help =
        "experiment: names it, `signroll list experiments` prints what there is.  --out keeps the "
        "figures as a run that `report` and `compare` read; `sweep` runs every point of its "
        "lists.",
    .least = 1,
    .most = 1,
    .takes = SGN_TAKES_OUT | SGN_TAKES_JSON | SGN_TAKES_QUIET | SGN_TAKES_THREADS |
             SGN_TAKES_FORCE | SGN_TAKES_LABEL,
    .run = run,
};
