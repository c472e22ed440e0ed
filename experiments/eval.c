/* eval.c -- every figure of a model, on its own test vectors or on those of a file. */
#include "experiments/command.h"
#include "experiments/folder.h"
#include "experiments/scoring.h"
#include "io/dataset.h"
#include "io/file.h"
#include "train/theory.h"
#include "unroll/deploy.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

/* The test vectors of `path` take the place of the problem's; its A, if any, must be the model's. */
static sgn_status use_vectors(sgn_model *m, const char *path)
{
    sgn_dataset d;
    sgn_problem *q = NULL;
    sgn_problem_settings as = m->problem->as;
    SGN_TRY(sgn_dataset_load(&d, path, m->config.train.test_samples));
    sgn_mat A = m->problem->physics.A, none = {0};
    sgn_status status = SGN_OK;
    if (!d.x.cols)
        status = sgn_fail(SGN_EDATA, "%s has no dataset x to measure the error against", path);
    else if (d.A.cols && (d.A.rows != A.rows || d.A.cols != A.cols ||
                          memcmp(d.A.at, A.at, (size_t)A.rows * (size_t)A.cols * sizeof *A.at)))
        status = sgn_fail(SGN_EDATA, "A of %s is not the matrix the model was trained for", path);
    if (!status) status = sgn_problem_from_data(&q, &as, A, d.x, d.y, none, none);
    if (!status) {
        m->config.train.test_samples = q->test_x.cols;
        sgn_problem_free(m->problem);
        m->problem = q;
        m->config.test = q->test;
    }
    sgn_dataset_free(&d);
    return status;
}

static sgn_status ask_for_theory(sgn_model *m, const char *path)
{
    m->config.train.theory = SGN_THEORY_ON;
    if (!sgn_net_is_deployed(m->net)) return SGN_OK;
    return sgn_fail(SGN_ECONFIG,
                    "%s is a packed model, --theory needs the checkpoint it was exported from",
                    path);
}

/* test.* of the command line instead of the model's. */
static sgn_status use_condition(sgn_model *m, const sgn_arguments *a)
{
    for (int i = 0; i < a->overrides; i++)
        if (strncmp(a->override[i], "test.", strlen("test.")) != 0)
            return sgn_fail(SGN_ECONFIG,
                            "%s cannot be changed any more: eval takes test.* only, the conditions "
                            "of the test set",
                            a->override[i]);
    SGN_TRY(sgn_config_override(&m->config, a->override, a->overrides));
    return sgn_problem_test_under(m->problem, &m->config.test, m->config.seed);
}

/* What only the training knew, of the run whose folder the model lies in; it need not be there. */
static sgn_status recall_training(sgn_summary *s, const char *model)
{
    char path[SGN_PATH_MAX], copy[SGN_PATH_MAX];
    sgn_summary trained;
    snprintf(copy, sizeof copy, "%s", model);
    if (sgn_path_join(path, dirname(copy), "summary.json")) return SGN_OK;
    sgn_status status = sgn_summary_load(&trained, path);
    if (status) return status == SGN_EMEM ? status : SGN_OK;
    if (!strcmp(trained.weights_hash, s->weights_hash)) {
        s->seconds = trained.seconds;
        s->best_db = trained.best_db;
    }
    sgn_summary_free(&trained);
    return SGN_OK;
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_model m;
    sgn_summary s;
    SGN_TRY(sgn_model_open(&m, a->word[0], a->threads, NULL));
    sgn_summary_init(&s);
    sgn_status status = a->theory ? ask_for_theory(&m, a->word[0]) : SGN_OK;
    if (!status && a->words > 1) status = use_vectors(&m, a->word[1]);
    if (!status && (a->overrides || a->words == 1)) status = use_condition(&m, a);
    if (!status) status = sgn_score_model(&s, &m);
    if (!status) status = recall_training(&s, a->word[0]);
    if (a->label) snprintf(s.label, sizeof s.label, "%s", a->label);
    if (!status) status = sgn_folder_keep(&s, &m.config, a->out, a->threads, a->force);
    if (!status) status = sgn_print_summary(&s, a->json);
    sgn_summary_free(&s);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_eval = {
    .name = "eval",
    .title = "error, gap, support and bits of a model",
    .usage = "MODEL [DATA] [test.KEY=VALUE ...]",
    .help = "MODEL is a checkpoint (best.h5, last.h5) or a packed model.  DATA is an HDF5 file "
            "with x (N, n) and, "
            "optionally, y (N, m) and A (m, n); without it the run's own test vectors are used.  "
            "test.snr_db, test.sparsity and test.matrix_error change what these are drawn under.  "
            "--out keeps the figures as a run that `report` and `compare` read.",
    .least = 1,
    .most = 2,
    .takes = SGN_TAKES_OUT | SGN_TAKES_FORCE | SGN_TAKES_LABEL | SGN_TAKES_JSON |
             SGN_TAKES_THREADS | SGN_TAKES_THEORY,
    .run = run,
};
