/* eval.c -- every figure of a model, on its own test vectors or on those of a file. */
#include "experiments/command.h"
#include "experiments/scoring.h"
#include "io/dataset.h"
#include "train/theory.h"
#include "unroll/deploy.h"

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

static sgn_status run(const sgn_arguments *a)
{
    sgn_model m;
    sgn_summary s;
    SGN_TRY(sgn_model_open(&m, a->word[0], a->threads, NULL));
    sgn_summary_init(&s);
    sgn_status status = a->theory ? ask_for_theory(&m, a->word[0]) : SGN_OK;
    if (!status && a->words > 1) status = use_vectors(&m, a->word[1]);
    if (!status) status = sgn_score_model(&s, &m);
    if (!status) status = sgn_print_summary(&s, a->json);
    sgn_summary_free(&s);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_eval = {
    .name = "eval",
    .title = "error, gap, support and bits of a model",
    .usage = "MODEL [DATA]",
    .help = "MODEL is a checkpoint (best.h5, last.h5) or a packed model.  DATA is an HDF5 file "
            "with x (N, n) and, "
            "optionally, y (N, m) and A (m, n); without it the run's own test vectors are used.",
    .least = 1,
    .most = 2,
    .takes = SGN_TAKES_JSON | SGN_TAKES_THREADS | SGN_TAKES_THEORY,
    .run = run,
};
