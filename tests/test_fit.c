/* How real links become codes: on matrices small enough to know the best ones, and large enough to see the
 * difference. */
#include "unroll/fit.h"

#include "laws.h"
#include "unroll/group.h"

#include <math.h>
#include <string.h>

static const sgn_fit *fit_called(const char *name)
{
    const sgn_fit *fit;
    OK(sgn_fit_find(name, &fit));
    return fit;
}

static sgn_group *group_of(const model *m) { return &m->net->group[0].links; }
static sgn_link *matrix_of(const model *m) { return group_of(m)->link[0]; }

/* ---- by hand --------------------------------------------------------------------------------------- */

/* A model's first group is given this target and these moments, and fitted. */
static void fit_to(const model *m, const char *name, const sgn_real *target, sgn_mat H)
{
    const sgn_net_group *g = &m->net->group[0];
    size_t size = sgn_link_size(matrix_of(m));
    memcpy(matrix_of(m)->weight, target, size * sizeof *target);
    g->constraint->start(&g->links);
    sgn_fit_task task = {.g = &g->links, .constraint = g->constraint, .target = &target, .H = &H};
    OK(fit_called(name)->improve(&task));
    g->constraint->project(&g->links);
}

static sgn_mat identity(sgn_real *room, int n)
{
    for (int i = 0; i < n * n; i++) room[i] = i % (n + 1) == 0;
    return sgn_mat_view(room, n, n);
}

/* One matrix of n x m. */
static model model_with(const char *constraint, int m, int n)
{
    sgn_config c = config_of("network.depth=1 problem.m=%d problem.n=%d problem.sparsity=0.5 "
                             "weights.planes=2 weights.constraint=%s",
                             m, n, constraint);
    return model_of(&c);
}

/* Rounding takes +1, +1 with the scale 0.55.  Both entries multiply nearly the same x, so that it is their
   sum which counts, 1.1 for both: rounding is right, and nothing moves.  With the target 1, 0.1 and the
   scale of signs held by other rows at 1, their sum is 1.1 as well, and +1, +1 is wrong by 0.9, while
   +1, -1 is wrong by 1.1. */
Test(fit, codes_spread_an_error_over_entries_that_multiply_alike)
{
    model m = model_with("onebit", 2, 4);
    sgn_real H[] = {1, (sgn_real)0.9, (sgn_real)0.9, 1};
    /* rows: (0.3, 0.4), (2, 2), (-2, 2), (2, -2): the first is far too small for its scale */
    sgn_real target[] = {(sgn_real)0.3, 2, -2, 2, (sgn_real)0.4, 2, 2, -2};
    fit_to(&m, "descent", target, sgn_mat_view(H, 2, 2));
    const sgn_real *w = matrix_of(&m)->weight;
    cr_expect(w[0] * w[4] < 0, "+, + would add up to far more than 0.7: %g %g", (double)w[0],
              (double)w[4]);
    fit_to(&m, "descent", target, identity(H, 2));
    cr_expect(w[0] * w[4] > 0, "errors that do not add up are the least when each is");
    model_free(&m);
}

/* H^{-1} = L L', L = (1, 0; -h, 1) / sqrt(1 - h^2) for unit variances with correlation h, up to the damping:
   the first entry's error times h is handed to the second. */
Test(fit, gptq_hands_an_entrys_error_on)
{
    model m = model_with("onebit", 2, 4);
    sgn_real H[] = {1, (sgn_real)0.9, (sgn_real)0.9, 1};
    sgn_real target[] = {(sgn_real)0.3, 2, -2, 2, (sgn_real)0.4, 2, 2, -2};
    fit_to(&m, "gptq", target, sgn_mat_view(H, 2, 2));
    const sgn_real *w = matrix_of(&m)->weight;
    double s = fabs((double)w[0]), handed = 0.4 + 0.9 / 1.01 * (0.3 - s);
    cr_expect_float_eq(s, (0.7 + 12) / 8, 1e-6, "the scale is start()'s");
    cr_expect_gt(w[0], 0);
    cr_expect_lt(handed, 0);
    cr_expect_lt(w[4], 0);
    model_free(&m);
}

static void check_identity(const char *constraint)
{
    model m = model_with(constraint, 12, 20);
    sgn_real target[240], rounded[240], room[144];
    fill_normal(target, 240, 1, 3);
    memcpy(matrix_of(&m)->weight, target, sizeof target);
    m.net->group[0].constraint->start(group_of(&m));
    m.net->group[0].constraint->project(group_of(&m));
    memcpy(rounded, matrix_of(&m)->weight, sizeof rounded);
    fit_to(&m, "gptq", target, identity(room, 12));
    cr_expect_lt(largest_difference(rounded, matrix_of(&m)->weight, 240), 1e-6, "%s", constraint);
    model_free(&m);
}

Test(fit, gptq_of_uncorrelated_inputs_is_rounding)
{
    check_identity("onebit");
    check_identity("planes");
    check_identity("ternary-absmean");
    check_identity("kbit");
    check_identity("codebook");
}

Test(fit, moments_that_are_not_positive_definite_are_refused)
{
    model m = model_with("onebit", 2, 4);
    sgn_real H[] = {1, 2, 2, 1}, target[] = {1, 2, -2, 2, 1, 2, 2, -2};
    const sgn_real *of[] = {target};
    sgn_mat view = sgn_mat_view(H, 2, 2);
    sgn_fit_task task = {group_of(&m), m.net->constraint, of, &view, 0};
    cr_expect_eq(fit_called("gptq")->improve(&task), SGN_EDATA);
    cr_expect_not_null(strstr(sgn_last_error(), "weights.fit gptq"), "%s", sgn_last_error());
    model_free(&m);
}

/* ---- the best there is ------------------------------------------------------------------------------- */

/* A row of at most 12 entries, their errors, and what each link's codes stand for. */
typedef struct {
    const model *m;
    sgn_mat H;
    int row, planes;
    double error[12];
} row;

static double square(const row *r)
{
    double sum = 0;
    for (int i = 0; i < r->H.rows; i++)
        for (int j = 0; j < r->H.cols; j++)
            sum += r->error[i] * r->error[j] * (double)*sgn_mat_at(r->H, i, j);
    return sum;
}

/* The least error with the links from `from` on (plane after plane) recoded at will. */
static double least(row *r, int from)
{
    const sgn_link *w = matrix_of(r->m);
    const sgn_group *g = group_of(r->m);
    const sgn_constraint *c = r->m->net->constraint;
    int p = from / w->cols, j = from % w->cols;
    if (p == r->planes) return square(r);
    size_t entry = (size_t)r->row + (size_t)j * (size_t)w->rows;
    int levels = c->code(g, p).levels;
    if (!levels || !sgn_plane_has(w, p, entry)) return least(r, from + 1);
    double best = (double)INFINITY, here = r->error[j];
    double now = (double)c->value(g, 0, p, c->level(g, w, p, entry));
    for (int l = 0; l < levels; l++) {
        r->error[j] = here - now + (double)c->value(g, 0, p, l);
        best = fmin(best, least(r, from + 1));
    }
    r->error[j] = here;
    return best;
}

static model target_of(const model *m)
{
    sgn_config c = m->config;
    snprintf(c.net.constraint, sizeof c.net.constraint, "full");
    snprintf(c.net.support, sizeof c.net.support, "all");
    return model_of(&c);
}

/* A A' + 1e-3 I */
static sgn_mat moments_of(const model *m, sgn_real *room)
{
    sgn_mat A = m->problem->physics.A, H = sgn_mat_view(room, A.rows, A.rows);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, A, A, 0, H);
    for (int i = 0; i < A.rows; i++) *sgn_mat_at(H, i, i) += (sgn_real)1e-3;
    return H;
}

/* How many rows could be better than they are. */
static int improvable_rows(const char *constraint, const char *fit)
{
    sgn_config c =
        config_of("network.depth=1 problem.m=8 problem.n=16 weights.bits=2 weights.planes=2 "
                  "weights.support=nm weights.keep=2 weights.of=4 weights.constraint=%s "
                  "weights.fit=%s",
                  constraint, fit);
    model m = model_of(&c), target = target_of(&m);
    const sgn_link *w = matrix_of(&m);
    sgn_real room[64];
    int found = 0;
    row r = {.m = &m, .H = moments_of(&m, room), .planes = w->planes};
    for (r.row = 0; r.row < w->rows; r.row++) {
        for (int j = 0; j < w->cols; j++) {
            size_t entry = (size_t)(r.row + j * w->rows);
            r.error[j] = (double)w->weight[entry] - (double)matrix_of(&target)->weight[entry];
        }
        double now = square(&r);
        found += least(&r, 0) < now * (1 - 1e-3);
    }
    model_free(&m), model_free(&target);
    return found;
}

Test(fit, narrow_rows_are_as_good_as_any_combination_of_codes)
{
    int by_rounding = 0;
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
        cr_expect_eq(improvable_rows((*k)->name, "descent"), 0, "%s", (*k)->name);
        by_rounding += improvable_rows((*k)->name, "rounding");
    }
    cr_expect_gt(by_rounding, 16, "rounding finds them by accident only");
}

/* ---- and how much it is worth ------------------------------------------------------------------------ */

/* |(W - T) H^{1/2}|^2 / |T H^{1/2}|^2 in dB for a whole network of one matrix. */
static double error_db(const char *constraint, const char *support, const char *fit)
{
    sgn_config c =
        config_of("network.depth=1 problem.m=40 problem.n=80 weights.bits=2 weights.planes=2 "
                  "weights.support=%s weights.constraint=%s weights.fit=%s",
                  support, constraint, fit);
    model m = model_of(&c), target = target_of(&m);
    size_t size = sgn_link_size(matrix_of(&m));
    sgn_real *d = sgn_alloc(size, sizeof *d), *dA = sgn_alloc(6400, sizeof *dA);
    double sum[2];
    for (int with = 0; with < 2; with++) {
        for (size_t i = 0; i < size; i++)
            d[i] = matrix_of(&target)->weight[i] - (sgn_real)with * matrix_of(&m)->weight[i];
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, sgn_mat_view(d, 80, 40), m.problem->physics.A, 0,
                 sgn_mat_view(dA, 80, 80));
        sum[with] = sgn_mat_sum_squares(sgn_mat_view(dA, 80, 80));
    }
    sgn_free(d), sgn_free(dA);
    model_free(&m), model_free(&target);
    return 10 * log10(sum[1] / sum[0]);
}

Test(fit, descent_is_better_than_rounding_for_every_constraint)
{
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
        double rounded = error_db((*k)->name, "all", "rounding");
        double descended = error_db((*k)->name, "all", "descent");
        if (!isfinite(rounded)) continue;  // real links are their own target
        cr_expect_lt(descended, rounded - 0.5, "%s: %g and %g dB", (*k)->name, descended, rounded);
    }
}

Test(fit, gptq_is_better_than_rounding)
{
    double rounded = error_db("kbit", "all", "rounding"), spread = error_db("kbit", "all", "gptq");
    cr_expect_lt(spread, rounded - 0.5, "%g and %g dB", spread, rounded);
}

Test(fit, links_that_may_move_find_better_places)
{
    double held = error_db("onebit", "initial", "descent");
    double moved = error_db("onebit", "magnitude", "descent");
    cr_expect_float_eq(error_db("onebit", "initial", "rounding"),
                       error_db("onebit", "magnitude", "rounding"), 1e-4,
                       "the same links at first");
    cr_expect_lt(moved, held - 1, "%g and %g dB", moved, held);
}

/* ---- importance --------------------------------------------------------------------------------------- */

Test(fit, a_scale_weighed_with_importance_is_their_weighted_mean)
{
    model m = model_with("onebit", 2, 4);
    sgn_link *w = matrix_of(&m);
    sgn_real target[] = {1, -2, 3, -4, 5, -6, 7, -8}, F[] = {1, 0, 0, 3, 0, 0, 0, 0};
    sgn_real *importance[] = {F, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    snprintf(m.net->as.fit, sizeof m.net->as.fit, "fisher");
    memcpy(w->latent, target, sizeof target);
    OK(sgn_net_relax(m.net, 1));
    memcpy(w->latent, target, sizeof target);
    sgn_calibration measured = {.nparams = m.net->nparams, .importance = importance};
    OK(sgn_net_quantise(m.net, NULL, 0, &measured));
    cr_expect_float_eq(fabs((double)w->weight[0]), (1 * 1 + 3 * 4) / 4., 1e-4);
    model_free(&m);
}

/* ---- names ---------------------------------------------------------------------------------------------- */

Test(fit, an_unknown_name_is_answered_with_the_nearest)
{
    sgn_config c = config_of("weights.fit=decent");
    const sgn_solver *solver;
    sgn_problem *q = NULL;
    sgn_net *net = NULL;
    OK(sgn_problem_new(&q, &c.problem, c.seed));
    OK(sgn_solver_find("lista-cp", &solver));
    cr_expect_eq(sgn_net_new(&net, &c.net, solver, &q->physics, 4, 1), SGN_ENAME);
    cr_expect_not_null(strstr(sgn_last_error(), "descent"), "%s", sgn_last_error());
    sgn_problem_free(q);
}
