/* lambda.c -- which lambda: as given, or the best of some, or one that fits the noise. */
#include "core/memory.h"
#include "experiments/solving.h"
#include "train/evaluate.h"

#include <math.h>
#include <string.h>

/* solve.lambda: auto looks at LAMBDAS values from the least up, a factor of 1.7 apart. */
static const double least_lambda = 0.005, lambda_ratio = 1.7;
enum { LAMBDAS = 12 };

/* Where a path ends when solve.lambda is auto: this share of where it begins (Friedman et al. 2010,
   sec. 2.5). */
static const double path_ratio = 1e-3;

typedef struct {
    const sgn_solving *s;
    sgn_set set;
    sgn_mat x;  // (n, N) the solution so far, where the next lambda starts
} walk;

/* Whatever the test set is drawn under, lambda is tuned under the problem's conditions, as networks are
   trained under them. */
static sgn_status walk_begin(walk *w, const sgn_solving *s, int test)
{
    const sgn_train_settings *t = &s->c->train;
    sgn_problem nominal = sgn_problem_nominal(s->problem);
    *w = (walk){.s = s};
    if (test) SGN_TRY(sgn_test_set(&w->set, &nominal, s->c->seed, t->test_samples));
    else SGN_TRY(sgn_validation_set(&w->set, s->problem, s->c->seed, t->validation_samples));
    size_t size = (size_t)w->set.x.rows * (size_t)w->set.x.cols;
    w->x = sgn_mat_view(sgn_alloc(size, sizeof(sgn_real)), w->set.x.rows, w->set.x.cols);
    return w->x.at ? SGN_OK : SGN_EMEM;
}

static void walk_end(walk *w)
{
    sgn_set_release(&w->set);
    sgn_free(w->x.at);
}

static sgn_status walk_to(walk *w, double lambda)
{
    sgn_classical_info info;
    w->s->problem->physics.lambda = lambda;
    return sgn_solve_set(w->s, &w->set, w->x, &info);
}

/* From zero, as the solve with the chosen lambda will start: after 16 iterations a warm start would
   flatter the lambdas that come late. */
static sgn_status error_at(walk *w, double lambda, double *error)
{
    sgn_score score;
    memset(w->x.at, 0, (size_t)w->x.rows * (size_t)w->x.cols * sizeof *w->x.at);
    SGN_TRY(walk_to(w, lambda));
    SGN_TRY(sgn_score_of(&w->s->problem->physics, w->x, w->set.x, &score));
    *error = isfinite(score.nmse) ? score.nmse : (double)INFINITY;
    return SGN_OK;
}

/* sum |y - A x|^2 over the set, through room for y. */
static double misfit(const walk *w, sgn_mat r)
{
    sgn_mat_copy(w->set.y, r);
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, w->s->problem->physics.A, w->x, 1, r);
    return sgn_mat_sum_squares(r);
}

/* ---- the path ---- */

/* lambda_max = max |A'y| over the set: from there on every x is zero. */
static sgn_status first_of_path(const walk *w, double *out)
{
    int n = w->x.rows;
    sgn_mat c = sgn_mat_view(sgn_alloc((size_t)n, sizeof(sgn_real)), n, 1);
    if (!c.at) return SGN_EMEM;
    *out = 0;
    for (int j = 0; j < w->set.y.cols; j++) {
        sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, w->s->problem->physics.A,
                 sgn_mat_cols(w->set.y, j, 1), 0, c);
        for (int i = 0; i < n; i++) *out = fmax(*out, fabs((double)c.at[i]));
    }
    sgn_free(c.at);
    return SGN_OK;
}

typedef struct {
    double first, ratio;
    int points;
} path;

static sgn_status path_of(const walk *w, path *p)
{
    const sgn_classical_settings *as = &w->s->c->solve;
    SGN_TRY(first_of_path(w, &p->first));
    double last = isnan(as->lambda) ? path_ratio * p->first : as->lambda;
    if (!(last < p->first))
        return sgn_fail(SGN_ECONFIG,
                        "solve.lambda is %g, where the path should end; it begins at max |A'y| = "
                        "%g and goes down",
                        last, p->first);
    p->points = as->points;
    p->ratio = pow(last / p->first, 1.0 / (as->points - 1));
    return SGN_OK;
}

static double point(const path *p, int i) { return p->first * pow(p->ratio, i); }

/* ---- the rules ---- */

static sgn_status least_error(walk *w, const path *p, double *out)
{
    double least = (double)INFINITY, error;
    *out = p->first;
    for (int i = 0; i < p->points; i++) {
        SGN_TRY(error_at(w, point(p, i), &error));
        if (error < least) least = error, *out = point(p, i);
    }
    return SGN_OK;
}

/* Morozov's discrepancy principle.  The noise has sum |e|^2 = sum |y|^2 / (1 + 10^(snr/10)), as far
   as it is orthogonal to A x. */
static sgn_status fit_noise(walk *w, const path *p, sgn_mat r, double *out)
{
    double snr_db = w->s->c->problem.snr_db;
    double noise = sgn_mat_sum_squares(w->set.y) / (1 + pow(10, snr_db / 10));
    for (int i = 0; i < p->points; i++) {
        *out = point(p, i);
        SGN_TRY(walk_to(w, *out));
        if (misfit(w, r) <= noise) return SGN_OK;
    }
    return sgn_fail(SGN_ECONFIG,
                    "solve.lambda: down to %g the residual stays above the noise of "
                    "problem.snr_db = %g; the path must end lower",
                    *out, snr_db);
}

static sgn_status by_discrepancy(walk *w, const path *p, double *out)
{
    if (isinf(w->s->c->problem.snr_db))
        return sgn_fail(SGN_ECONFIG,
                        "solve.rule is discrepancy, but problem.snr_db is inf: there is no noise "
                        "to compare with");
    sgn_mat y = w->set.y;
    sgn_mat r =
        sgn_mat_view(sgn_alloc((size_t)y.rows * (size_t)y.cols, sizeof *y.at), y.rows, y.cols);
    if (!r.at) return SGN_EMEM;
    sgn_status status = fit_noise(w, p, r, out);
    sgn_free(r.at);
    return status;
}

static sgn_status choose(const sgn_solving *s, double *out)
{
    walk w;
    path p = {least_lambda, lambda_ratio, LAMBDAS};
    int rule = s->c->solve.rule;
    sgn_status status = walk_begin(&w, s, rule == SGN_LAMBDA_DISCREPANCY);
    if (!status && rule != SGN_LAMBDA_VALUE) status = path_of(&w, &p);
    if (!status && rule == SGN_LAMBDA_DISCREPANCY) status = by_discrepancy(&w, &p, out);
    else if (!status) status = least_error(&w, &p, out);
    walk_end(&w);
    return status;
}

sgn_status sgn_choose_lambda(const sgn_solving *s)
{
    double lambda = s->c->solve.lambda;
    if (isnan(lambda) || s->c->solve.rule != SGN_LAMBDA_VALUE) SGN_TRY(choose(s, &lambda));
    s->problem->physics.lambda = lambda;
    return SGN_OK;
}
