/* infer.c -- estimates for the measurements of a file. */
#include "core/memory.h"
#include "experiments/command.h"
#include "experiments/model.h"
#include "io/dataset.h"
#include "unroll/deploy.h"

#include <string.h>

static sgn_status check_measurements(const sgn_model *m, const char *path, const sgn_dataset *d)
{
    const sgn_physics *q = &m->problem->physics;
    if (!d->y.cols) return sgn_fail(SGN_EDATA, "%s has no dataset y to start from", path);
    if (d->y.rows != q->A.rows)
        return sgn_fail(SGN_EDATA, "%s: y has shape (%d, %d), expected (N, %d): A has %d rows",
                        path, d->y.cols, d->y.rows, q->A.rows, q->A.rows);
    if (d->y.cols % q->width)
        return sgn_fail(SGN_EDATA,
                        "%s: y has %d vectors, not a multiple of problem.measurements (%d)", path,
                        d->y.cols, q->width);
    return SGN_OK;
}

/* From here on the network is all that is needed, with the signs it may borrow. */
static void shed(sgn_model *m)
{
    if (!m->problem->physics.signs) {
        sgn_problem_free(m->problem);
        m->problem = NULL;
    }
    if (sgn_net_is_deployed(m->net)) sgn_net_shed(m->net);
}

static sgn_status infer(sgn_model *m, sgn_mat y, const char *out)
{
    sgn_mat x = sgn_mat_view(NULL, m->net->n, y.cols);
    shed(m);
    x.at = sgn_alloc((size_t)x.rows * (size_t)x.cols, sizeof *x.at);
    if (!x.at) return SGN_EMEM;
    if (m->net->physics.sign_only) sgn_take_signs(y);
    sgn_evaluate(m->net, m->pool, y, x, x, NULL);
    sgn_status status = sgn_dataset_save(&(sgn_dataset){.x = x}, out);
    sgn_free(x.at);
    return status;
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_model m = {.net = NULL};
    sgn_dataset d = {0};
    if (!a->out) return sgn_fail(SGN_ECONFIG, "infer needs -o OUT.h5");
    SGN_TRY(sgn_dataset_load(&d, a->word[1], 0));
    sgn_status status = sgn_model_open_to_run(&m, a->word[0], a->threads, d.y.cols);
    if (!status) status = check_measurements(&m, a->word[1], &d);
    if (!status) status = infer(&m, d.y, a->out);
    sgn_dataset_free(&d);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_infer = {
    .name = "infer",
    .title = "recovers x from the measurements y of a file",
    .usage = "MODEL DATA -o OUT.h5",
    .help = "MODEL is a checkpoint (best.h5, last.h5) or a packed model.  DATA is an HDF5 file "
            "with y (N, "
            "m); OUT.h5 gets x (N, n).",
    .least = 2,
    .most = 2,
    .takes = SGN_TAKES_OUT | SGN_TAKES_THREADS,
    .run = run,
};
