/* The gradient of every solver's network is that of its loss, and the network before training is the
 * classical method. */
#include "laws.h"

#include <math.h>
#include <string.h>

static const double tolerance = 1e-6;

/* ---- gradients --------------------------------------------------------------------------------- */

typedef struct {
    sgn_net *net;
    sgn_loss loss;
    int cols;
} bench;

static double value(void *bench_)
{
    bench *b = bench_;
    sgn_net_project(b->net, NULL);
    sgn_net_forward(b->net, NULL, b->cols);
    return sgn_loss_value(&b->loss, NULL, b->cols);
}

static void differentiate(bench *b)
{
    value(b);
    sgn_tape_backward(b->net->tape, NULL, b->cols, sgn_loss_seed, &b->loss);
    sgn_net_pullback(b->net, NULL);
}

static bench bench_of(const model *m, sgn_loss_kind kind)
{
    bench b = {.net = m->net, .cols = m->config.train.batch * m->problem->physics.width};
    OK(sgn_loss_init(&b.loss, kind, m->net));
    sgn_problem_draw(m->problem, 3, SGN_RNG_FREE, 0, 0, b.loss.truth, sgn_net_input(m->net));
    shake(m->net, 0.05);
    differentiate(&b);
    return b;
}

static void check_gradients(const model *m, const char *what)
{
    for (int kind = SGN_LOSS_DEEP; kind <= SGN_LOSS_FINAL; kind++) {
        bench b = bench_of(m, (sgn_loss_kind)kind);
        for (int p = 0; p < m->net->nparams; p++) {
            const sgn_link *w = &m->net->param[p];
            if (!w->trained) continue;
            double error = gradient_error(value, &b, w->latent, w->dlatent, sgn_link_latents(w));
            cr_expect_lt(error, tolerance, "%s, %s, loss %d: %s of layer %d: %g",
                         m->config.net.solver, what, kind, w->name, w->layer, error);
        }
        sgn_loss_release(&b.loss);
    }
}

static const char *const settings[] = {
    "network.physics_term=none",
    "network.momentum=learned network.selection=on network.threshold=residual "
    "network.step_size=on",
    "network.momentum=learned network.selection=on network.threshold=residual "
    "network.step_size=on network.physics_term=adjoint",
    "network.momentum=learned network.selection=on network.threshold=residual "
    "network.step_size=on network.physics_term=analytic",
    "network.momentum=none network.selection=off network.threshold=absolute network.tied=true",
    "problem.kind=qpsk problem.measurements=4",
};
enum { SETTINGS = sizeof settings / sizeof *settings };

/* A solver may have no place for a setting; then it says so. */
static int is_refused(const sgn_config *c)
{
    const sgn_solver *solver;
    sgn_problem *q = NULL;
    sgn_net *net = NULL;
    OK(sgn_solver_find(c->net.solver, &solver));
    OK(sgn_problem_new(&q, &c->problem, c->seed));
    sgn_status status = sgn_net_new(&net, &c->net, solver, &q->physics, 1, c->seed);
    if (status)
        cr_expect_not_null(strstr(sgn_last_error(), "has no place"), "%s", sgn_last_error());
    sgn_net_free(net);
    sgn_problem_free(q);
    return status != SGN_OK;
}

Test(solvers, gradients_are_central_differences)
{
    int checked[SETTINGS] = {0};
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++)
        for (int i = 0; i < SETTINGS && (*s)->step; i++) {
            sgn_config c =
                config_of("network.solver=%s weights.constraint=full %s", (*s)->name, settings[i]);
            if (is_refused(&c)) continue;
            model m = model_of(&c);
            check_gradients(&m, settings[i]);
            model_free(&m);
            checked[i]++;
        }
    for (int i = 0; i < SETTINGS; i++)
        cr_expect_gt(checked[i], 0, "no solver takes %s", settings[i]);
}

/* While the links are real, what only the constraint has (scales, further planes) has no gradient. */
Test(solvers, gradients_before_quantisation_are_central_differences)
{
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
        sgn_config c = config_of("weights.constraint=%s weights.support=magnitude", (*k)->name);
        model m = model_of(&c);
        OK(sgn_net_relax(m.net, c.seed));
        check_gradients(&m, (*k)->name);
        model_free(&m);
    }
}

Test(solvers, a_wrong_sign_is_noticed)
{
    sgn_config c = config_of("weights.constraint=full");
    model m = model_of(&c);
    bench b = bench_of(&m, SGN_LOSS_DEEP);
    const sgn_link *w = &m.net->param[0];
    for (size_t i = 0; i < sgn_link_latents(w); i++) w->dlatent[i] *= -1;
    cr_expect_gt(gradient_error(value, &b, w->latent, w->dlatent, sgn_link_latents(w)), 0.5);
    sgn_loss_release(&b.loss);
    model_free(&m);
}

/* ---- the classical method ---------------------------------------------------------------------- */

enum { SIGNALS = 7 };

typedef struct {
    sgn_mat x, y, estimate;  // (n, cols), (m, cols), (n, cols) of SIGNALS samples
} signals;

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

static signals signals_of(const sgn_problem *q)
{
    int m = q->physics.A.rows, n = q->physics.A.cols;
    int cols = SIGNALS * q->physics.width;
    signals s = {new_mat(n, cols), new_mat(m, cols), new_mat(n, cols)};
    sgn_problem_draw(q, 3, SGN_RNG_FREE, 0, 0, s.x, s.y);
    return s;
}

static void signals_free(signals *s)
{
    sgn_free(s->x.at), sgn_free(s->y.at), sgn_free(s->estimate.at);
}

static sgn_classical_info run_classical(const char *solver, const sgn_physics *q, signals *s,
                                        int iterations)
{
    const sgn_solver *found;
    sgn_classical_info info;
    OK(sgn_solver_find(solver, &found));
    OK(sgn_classical_run(found, q, iterations, 0, NULL, s->y, s->estimate, &info));
    return info;
}

static double distance(sgn_mat a, sgn_mat b)
{
    return largest_difference(a.at, b.at, (size_t)a.rows * (size_t)a.cols);
}

/* Vectors, and samples of several columns whose rows are real and imaginary parts. */
static const char *const problems[] = {"problem.kind=gaussian",
                                       "problem.kind=qpsk problem.measurements=4"};

static void check_untrained(const sgn_solver *s, int depth, const char *problem)
{
    sgn_config c = config_of("network.solver=%s network.depth=%d weights.constraint=full "
                             "weights.init=adjoint train.batch=%d %s",
                             s->name, depth, SIGNALS, problem);
    sgn_net_set_iteration(&c.net, &s->classical);
    model m = model_of(&c);
    signals v = signals_of(m.problem);
    sgn_mat_copy(v.y, sgn_net_input(m.net));
    sgn_mat x = sgn_net_forward(m.net, NULL, v.y.cols);
    run_classical(s->name, &m.problem->physics, &v, depth);
    cr_expect_lt(distance(x, v.estimate), 1e-12, "%s, %s, depth %d: %g", s->name, problem, depth,
                 distance(x, v.estimate));
    /* One iteration more is another estimate; a hard threshold may have arrived, but not in one. */
    int other = s->lasso || depth == 1 ? depth + 1 : 1;
    run_classical(s->name, &m.problem->physics, &v, other);
    cr_expect_gt(distance(x, v.estimate), 1e-4, "%s, %s, depth %d and %d iterations", s->name,
                 problem, depth, other);
    signals_free(&v);
    model_free(&m);
}

Test(solvers, the_untrained_network_is_the_classical_method)
{
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++)
        for (int depth = 1; depth <= 9 && (*s)->step && (*s)->setup; depth += 4)
            for (int i = 0; i < 2; i++) check_untrained(*s, depth, problems[i]);
}

static double shrink(double z, double theta) { return copysign(fmax(fabs(z) - theta, 0), z); }

/* next <- shrink(v + A' (y - A v) / L, lambda / L), entry by entry */
static void plain_iteration(const sgn_physics *q, const sgn_real *y, const double *v, double *next)
{
    double r[64];
    for (int i = 0; i < q->A.rows; i++) {
        r[i] = y[i];
        for (int j = 0; j < q->A.cols; j++) r[i] -= *sgn_mat_at(q->A, i, j) * v[j];
    }
    for (int j = 0; j < q->A.cols; j++) {
        double z = v[j];
        for (int i = 0; i < q->A.rows; i++) z += *sgn_mat_at(q->A, i, j) * r[i] / q->lipschitz;
        next[j] = shrink(z, q->lambda / q->lipschitz);
    }
}

/* Beck & Teboulle 2009, section 4, as printed there: y_1 = x_0, t_1 = 1. */
static void plain_run(const sgn_physics *q, const sgn_real *y, sgn_real *x, int iterations,
                      int accelerated)
{
    double before[64] = {0}, at[64] = {0}, v[64] = {0}, t = 1;
    int n = q->A.cols;
    for (int k = 0; k < iterations; k++) {
        memcpy(before, at, sizeof at);
        plain_iteration(q, y, v, at);
        double next = (1 + sqrt(1 + 4 * t * t)) / 2, beta = accelerated ? (t - 1) / next : 0;
        for (int j = 0; j < n; j++) v[j] = at[j] + beta * (at[j] - before[j]);
        t = next;
    }
    for (int j = 0; j < n; j++) x[j] = at[j];
}

Test(solvers, ista_and_fista_are_what_their_papers_print)
{
    static const char *const name[] = {"ista", "fista"};
    sgn_config c = config_of("problem.snr_db=20");
    model m = model_of(&c);
    signals v = signals_of(m.problem);
    for (int accelerated = 0; accelerated < 2; accelerated++) {
        sgn_mat plain = new_mat(v.x.rows, SIGNALS);
        for (int j = 0; j < SIGNALS; j++)
            plain_run(&m.problem->physics, sgn_mat_at(v.y, 0, j), sgn_mat_at(plain, 0, j), 50,
                      accelerated);
        run_classical(name[accelerated], &m.problem->physics, &v, 50);
        cr_expect_lt(distance(plain, v.estimate), 1e-12, "%s: %g", name[accelerated],
                     distance(plain, v.estimate));
        run_classical(name[!accelerated], &m.problem->physics, &v, 50);
        cr_expect_gt(distance(plain, v.estimate), 1e-4, "the other one passes for %s",
                     name[accelerated]);
        sgn_free(plain.at);
    }
    signals_free(&v);
    model_free(&m);
}

Test(solvers, ista_and_fista_reach_the_same_lasso_objective)
{
    sgn_config c = config_of("problem.snr_db=20");
    model m = model_of(&c);
    signals v = signals_of(m.problem);
    double slow = run_classical("ista", &m.problem->physics, &v, 4000).objective;
    double fast = run_classical("fista", &m.problem->physics, &v, 4000).objective;
    double early = run_classical("ista", &m.problem->physics, &v, 20).objective;
    cr_expect_float_eq(slow, fast, 1e-8, "%.12g and %.12g", slow, fast);
    cr_expect_gt(early, slow + 1e-4);
    signals_free(&v);
    model_free(&m);
}
