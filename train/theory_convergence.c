/* theory_convergence.c -- how much nearer a layer comes to the truth, in |e|_1. */
#include "train/theory.h"

#include "core/memory.h"

#include <math.h>

double sgn_convergence_factor(const sgn_theory_layer *l, double s)
{
    return l->delta + (2 * s - 1) * l->mu;
}

/* The theorem compares entries: rows shrunk together, and measurements of one bit, are not its. */
static int applies(const sgn_net *net)
{
    return !sgn_net_iteration(&net->as).rows && !net->physics.sign_only;
}

static double mean_factor(const sgn_net *net, const sgn_theory_layer *layer)
{
    double s = fmax(1, net->physics.sparsity * net->n), sum = 0;
    for (int k = 0; k < net->as.depth; k++) sum += log(sgn_convergence_factor(&layer[k], s));
    return exp(sum / net->as.depth);
}

static double distance(sgn_mat x, sgn_mat truth)
{
    double sum = 0;
    for (int j = 0; j < x.cols; j++)
        for (int i = 0; i < x.rows; i++)
            sum += fabs((double)*sgn_mat_at(x, i, j) - (double)*sgn_mat_at(truth, i, j));
    return sum;
}

static double size(sgn_mat x)
{
    double sum = 0;
    for (int j = 0; j < x.cols; j++)
        for (int i = 0; i < x.rows; i++) sum += fabs((double)*sgn_mat_at(x, i, j));
    return sum;
}

sgn_status sgn_theory_convergence(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                  const sgn_theory_layer *layer, const sgn_set *test)
{
    sgn_mat x = test->x;
    x.at = sgn_alloc((size_t)x.rows * (size_t)x.cols, sizeof *x.at);
    if (!x.at) return SGN_EMEM;
    sgn_evaluate(net, pool, test->y, x, test->x, NULL);
    out->empirical_rate = pow(distance(x, test->x) / size(test->x), 1.0 / net->as.depth);
    out->convergence_factor = layer && applies(net) ? mean_factor(net, layer) : (double)NAN;
    sgn_free(x.at);
    return SGN_OK;
}
