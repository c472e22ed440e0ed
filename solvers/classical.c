#include "solvers/classical.h"

#include "solvers/lasso_measure.h"
#include "unroll/net.h"

#include <math.h>
#include <string.h>

enum { BATCH = 64 };  // columns: whole samples of any width

#define AT(field) offsetof(sgn_classical_settings, field)

const sgn_option sgn_classical_options[] = {
    {"rule", SGN_OPT_CHOICE, AT(rule), SGN_LAMBDA_VALUE, 0, 0, "value|path|discrepancy",
     "lambda as given, the best of a path, or the largest of it that explains y up to the noise"},
    {"lambda", SGN_OPT_REAL, AT(lambda), 0.1, 1e-12, 1e12, "auto",
     "weight of the l1 norm, or the path's last; auto: the best of a grid, or lambda_max/1000"},
    {"points", SGN_OPT_INT, AT(points), 30, 2, 10000, NULL, "how many lambdas a path has"},
    {"iterations", SGN_OPT_INT, AT(iterations), 1000, 0, 100000000, NULL,
     "at most so many; 0: network.depth"},
    {"tolerance", SGN_OPT_REAL, AT(tolerance), 1e-6, 0, 1, NULL,
     "stop when the estimate moves by less, relative to its norm; 0: never.  lasso: the relative "
     "duality gap, omp: the relative residual"},
    {"atoms", SGN_OPT_NAME, AT(atoms), 0, 0, 0, "0",
     "nonzeros, for solvers that are told; 0: the expected number, true: each signal's own"},
};
const int sgn_classical_option_count = sizeof sgn_classical_options / sizeof *sgn_classical_options;

static int states_of(const sgn_solver *s)
{
    int n = 0;
    while (n < SGN_MAX_STATE && s->state[n]) n++;
    return n;
}

/* The state of the next iteration is what this one left, for the first `cols` samples.  Last state
   first: an iteration hands an earlier state down to a later one (x to x_prev), never up. */
static void carry_state(sgn_net *net, int cols)
{
    for (int i = states_of(net->solver) - 1; i >= 0; i--)
        if (net->in[i] != net->out[i])
            sgn_mat_copy(sgn_mat_cols(sgn_tape_value(net->tape, net->out[i]), 0, cols),
                         sgn_mat_cols(sgn_tape_value(net->tape, net->in[i]), 0, cols));
}

static void zero(sgn_mat a)
{
    for (int j = 0; j < a.cols; j++) memset(sgn_mat_at(a, 0, j), 0, (size_t)a.rows * sizeof *a.at);
}

static void zero_state(sgn_net *net)
{
    for (int i = 0; i < states_of(net->solver); i++) zero(sgn_tape_value(net->tape, net->in[i]));
}

/* max over the samples of |x_k - x_{k-1}| / |x_k| */
static double movement(sgn_mat x, sgn_mat before)
{
    double most = 0;
    for (int j = 0; j < x.cols; j++) {
        double moved = 0, size = 0;
        for (int i = 0; i < x.rows; i++) {
            double a = (double)*sgn_mat_at(x, i, j), d = a - (double)*sgn_mat_at(before, i, j);
            moved += d * d;
            size += a * a;
        }
        if (moved > 0) most = fmax(most, sqrt(moved / fmax(size, 1e-300)));
    }
    return most;
}

/* Iterations from x until its columns stand still. */
static int iterate(sgn_net *net, sgn_pool *pool, sgn_mat x0, int iterations, double tolerance)
{
    int cols = x0.cols;
    sgn_mat before = sgn_mat_cols(sgn_tape_value(net->tape, net->in[0]), 0, cols);
    zero_state(net);
    sgn_mat_copy(x0, before);
    for (int k = 0; k < iterations; k++) {
        sgn_net_set_iteration_number(net, k);
        sgn_mat x = sgn_net_forward(net, pool, cols);
        if (tolerance > 0 && movement(x, before) <= tolerance) return k + 1;
        if (k + 1 < iterations) carry_state(net, cols);
    }
    return iterations;
}

static sgn_status iterate_all(const sgn_solver *solver, const sgn_physics *q, int iterations,
                              double tolerance, sgn_pool *pool, sgn_mat y, sgn_mat x,
                              sgn_classical_info *info)
{
    sgn_net *net;
    SGN_TRY(sgn_net_new_iteration(&net, solver, q, BATCH / q->width));
    info->iterations = 0;
    for (int first = 0; first < y.cols; first += BATCH) {
        int cols = y.cols - first < BATCH ? y.cols - first : BATCH;
        sgn_mat_copy(sgn_mat_cols(y, first, cols), sgn_mat_cols(sgn_net_input(net), 0, cols));
        sgn_mat part = sgn_mat_cols(x, first, cols);
        int took = iterate(net, pool, part, iterations, tolerance);
        sgn_mat_copy(sgn_mat_cols(sgn_net_estimate(net, 0), 0, cols), part);
        if (took > info->iterations) info->iterations = took;
    }
    sgn_net_free(net);
    return SGN_OK;
}

sgn_status sgn_classical_run(const sgn_solver *solver, const sgn_physics *q, int iterations,
                             double tolerance, sgn_pool *pool, sgn_mat y, sgn_mat x,
                             sgn_classical_info *info)
{
    zero(x);
    return sgn_classical_continue(solver, q, iterations, tolerance, pool, y, x, info);
}

sgn_status sgn_classical_continue(const sgn_solver *solver, const sgn_physics *q, int iterations,
                                  double tolerance, sgn_pool *pool, sgn_mat y, sgn_mat x,
                                  sgn_classical_info *info)
{
    if (!solver->setup && !solver->solve)
        return sgn_fail(SGN_ECONFIG,
                        "network.solver %s is a network only, with no classical method to run; "
                        "train it",
                        solver->name);
    if (!solver->lasso) zero(x);
    if (solver->solve) SGN_TRY(solver->solve(q, iterations, tolerance, y, x, info));
    else SGN_TRY(iterate_all(solver, q, iterations, tolerance, pool, y, x, info));
    info->objective = info->gap = (double)NAN;
    return solver->lasso ? sgn_lasso_measure(q, y, x, info) : SGN_OK;
}
