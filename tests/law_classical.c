/* What the classical methods promise: one minimum for all that minimise the lasso, a duality gap that
 * bounds the distance from it, exact pursuit, and the same answer alone as in a batch. */
#include "laws.h"

#include <math.h>
#include <string.h>

typedef struct {
    sgn_problem *problem;
    sgn_mat x, y, estimate;  // (n, N), (m, N), (n, N)
} task;

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

static task task_of(int signals, const char *keys)
{
    sgn_config c = config_of("%s", keys);
    task t = {0};
    OK(sgn_problem_new(&t.problem, &c.problem, c.seed));
    t.x = new_mat(c.problem.n, signals), t.estimate = new_mat(c.problem.n, signals);
    t.y = new_mat(c.problem.m, signals);
    sgn_problem_draw(t.problem, 3, SGN_RNG_FREE, 0, 0, t.x, t.y);
    return t;
}

static void task_free(task *t)
{
    sgn_free(t->x.at), sgn_free(t->y.at), sgn_free(t->estimate.at);
    sgn_problem_free(t->problem);
}

static sgn_classical_info run(task *t, const sgn_solver *s, int iterations, double tolerance)
{
    sgn_classical_info info;
    OK(sgn_classical_run(s, &t->problem->physics, iterations, tolerance, NULL, t->y, t->estimate,
                         &info));
    return info;
}

static const sgn_solver *solver_of(const char *name)
{
    const sgn_solver *s;
    OK(sgn_solver_find(name, &s));
    return s;
}

static double distance(sgn_mat a, sgn_mat b)
{
    return largest_difference(a.at, b.at, (size_t)a.rows * (size_t)a.cols);
}

static double nmse_db(const task *t)
{
    sgn_score score;
    OK(sgn_score_of(&t->problem->physics, t->estimate, t->x, &score));
    return score.nmse_db;
}

/* ---- the lasso --------------------------------------------------------------------------------- */

static const char noisy[] = "problem.snr_db=20";

Test(classical, all_lasso_solvers_reach_one_objective)
{
    task t = task_of(5, noisy);
    double least = run(&t, solver_of("lasso"), 100000, 1e-13).objective;
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if (!(*s)->lasso) continue;
        double end = run(&t, *s, 20000, 0).objective;
        cr_expect_lt(fabs(end / least - 1), 1e-8, "%s: %.12g, not %.12g", (*s)->name, end, least);
    }
    task_free(&t);
}

Test(classical, the_duality_gap_bounds_the_distance_from_the_minimum)
{
    task t = task_of(1, noisy);
    int open = 0;
    double least = run(&t, solver_of("lasso"), 100000, 1e-14).objective;
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++)
        for (int k = 1; k <= 1024 && (*s)->lasso; k *= 4) {
            sgn_classical_info info = run(&t, *s, k, 0);
            double over = info.objective - least, gap = info.gap * info.objective;
            cr_expect_geq(gap, over - 1e-13, "%s, %d iterations: gap %g, %g above the minimum",
                          (*s)->name, k, gap, over);
            open += over > 1e-3;
        }
    cr_expect_gt(open, 3, "nobody was ever far from the minimum");
    task_free(&t);
}

/* How far x is from optimality: |c_j - lambda sign x_j| where x_j is not 0, |c_j| - lambda where it
   is, relative to lambda;  c = A'(y - A x). */
static double violation(const sgn_physics *q, sgn_mat y, sgn_mat x)
{
    double worst = 0;
    sgn_mat r = new_mat(y.rows, y.cols), c = new_mat(x.rows, x.cols);
    sgn_mat_copy(y, r);
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, q->A, x, 1, r);
    sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, q->A, r, 0, c);
    for (int i = 0; i < x.rows * x.cols; i++) {
        double off =
            x.at[i] == 0 ? fabs(c.at[i]) - q->lambda : fabs(c.at[i] - copysign(q->lambda, x.at[i]));
        worst = fmax(worst, off / q->lambda);
    }
    sgn_free(r.at), sgn_free(c.at);
    return worst;
}

Test(classical, coordinate_descent_ends_at_a_point_of_optimality)
{
    static const double lambda[] = {1e-3, 0.05, 0.5};
    task t = task_of(9, "problem.m=40 problem.n=80 problem.snr_db=30");
    for (int i = 0; i < 3; i++) {
        t.problem->physics.lambda = lambda[i];
        sgn_classical_info info = run(&t, solver_of("lasso"), 100000, 1e-12);
        double off = violation(&t.problem->physics, t.y, t.estimate);
        cr_expect_leq(info.gap, 1e-10, "lambda %g: gap %g", lambda[i], info.gap);
        cr_expect_lt(off, 1e-5, "lambda %g: %g", lambda[i], off);
        cr_expect_lt(info.iterations, 50000, "lambda %g: %d sweeps, without feature-sign steps?",
                     lambda[i], info.iterations);
        t.estimate.at[0] += 0.01;
        cr_expect_gt(violation(&t.problem->physics, t.y, t.estimate), 1e-3, "a moved entry passes");
        cr_expect_gt(run(&t, solver_of("lasso"), 2, 1e-12).gap, 1e-4, "two sweeps pass");
    }
    task_free(&t);
}

Test(classical, no_lambda_above_the_largest_correlation_leaves_an_entry)
{
    task t = task_of(1, noisy);
    sgn_physics *q = &t.problem->physics;
    sgn_mat c = new_mat(q->A.cols, 1), zero = new_mat(q->A.cols, 1);
    sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, q->A, t.y, 0, c);
    double most = distance(c, zero);
    q->lambda = 1.001 * most;
    run(&t, solver_of("lasso"), 100, 1e-12);
    cr_expect_eq(distance(t.estimate, zero), 0);
    q->lambda = 0.9 * most;
    run(&t, solver_of("lasso"), 100, 1e-12);
    cr_expect_gt(distance(t.estimate, zero), 1e-3);
    sgn_free(c.at), sgn_free(zero.at);
    task_free(&t);
}

Test(classical, a_start_at_the_solution_leaves_little_to_do)
{
    task t = task_of(3, noisy);
    sgn_classical_info info;
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if (!(*s)->lasso) continue;
        int cold = run(&t, *s, 100000, 1e-9).iterations;
        OK(sgn_classical_continue(*s, &t.problem->physics, 100000, 1e-9, NULL, t.y, t.estimate,
                                  &info));
        cr_expect_lt(info.iterations, cold, "%s: %d, then %d", (*s)->name, cold, info.iterations);
    }
    task_free(&t);
}

/* ---- pursuit ----------------------------------------------------------------------------------- */

static const char easy[] = "problem.m=60 problem.n=120 problem.sparsity=0.05";

static int nonzeros(sgn_mat x)
{
    int count = 0;
    for (int i = 0; i < x.rows * x.cols; i++) count += x.at[i] != 0;
    return count;
}

Test(classical, pursuit_told_the_number_of_nonzeros_is_exact)
{
    task t = task_of(1, easy);
    for (uint32_t first = 0; first < 20; first++) {
        sgn_problem_draw(t.problem, 3, SGN_RNG_FREE, 0, first, t.x, t.y);
        t.problem->physics.sparsity = (double)nonzeros(t.x) / t.x.rows;
        sgn_classical_info info = run(&t, solver_of("omp"), 1000, 0);
        cr_expect_leq(nmse_db(&t), -150, "signal %u: %g dB", first, nmse_db(&t));
        cr_expect_eq(info.iterations, nonzeros(t.x), "signal %u: %d atoms of %d", first,
                     info.iterations, nonzeros(t.x));
        if (nonzeros(t.x) < 2) continue;
        t.problem->physics.sparsity = (double)(nonzeros(t.x) - 1) / t.x.rows;
        run(&t, solver_of("omp"), 1000, 0);
        cr_expect_gt(nmse_db(&t), -60, "signal %u is as good with an atom less", first);
    }
    task_free(&t);
}

Test(classical, pursuit_stops_at_the_residual)
{
    task t = task_of(1, easy);
    sgn_mat r = new_mat(t.y.rows, 1);
    t.problem->physics.sparsity = 0.5;
    for (double tolerance = 0.5; tolerance > 1e-6; tolerance /= 4) {
        int atoms = run(&t, solver_of("omp"), 1000, tolerance).iterations;
        for (int fewer = 0; fewer < 2; fewer++) {
            run(&t, solver_of("omp"), atoms - fewer, 0);
            sgn_mat_copy(t.y, r);
            sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, t.problem->physics.A, t.estimate, 1, r);
            double left = sqrt(sgn_mat_sum_squares(r) / sgn_mat_sum_squares(t.y));
            if (fewer && atoms > 1) cr_expect_gt(left, tolerance, "%d atoms: %g", atoms - 1, left);
            else if (!fewer) cr_expect_leq(left, tolerance, "%d atoms: %g", atoms, left);
        }
    }
    sgn_free(r.at);
    task_free(&t);
}

Test(classical, pursuit_chooses_no_column_twice)
{
    task t = task_of(1, easy);
    sgn_mat A = t.problem->physics.A;  // the second half repeats the first
    sgn_mat_copy(sgn_mat_cols(A, 0, A.cols / 2), sgn_mat_cols(A, A.cols / 2, A.cols / 2));
    t.problem->physics.sparsity = 1;
    int atoms = run(&t, solver_of("omp"), 1000, 0).iterations;
    cr_expect(sgn_mat_finite(t.estimate) && atoms <= A.cols / 2, "%d atoms", atoms);
    task_free(&t);
}

/* ---- batches and networks ---------------------------------------------------------------------- */

Test(classical, a_signal_does_not_depend_on_the_others)
{
    enum { SIGNALS = 6 };
    task all = task_of(SIGNALS, noisy), one = task_of(1, noisy);
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if ((*s)->step) continue;
        run(&all, *s, 1000, 1e-6);
        for (int j = 0; j < SIGNALS; j++) {
            sgn_mat_copy(sgn_mat_cols(all.y, j, 1), one.y);
            run(&one, *s, 1000, 1e-6);
            cr_expect_eq(distance(sgn_mat_cols(all.estimate, j, 1), one.estimate), 0,
                         "%s, signal %d", (*s)->name, j);
        }
        cr_expect_gt(distance(sgn_mat_cols(all.estimate, 0, 1), one.estimate), 1e-3);
    }
    task_free(&all), task_free(&one);
}

Test(classical, a_network_without_a_method_is_refused)
{
    task t = task_of(1, "");
    int refused = 0;
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        sgn_classical_info info;
        if ((*s)->setup || (*s)->solve) continue;
        cr_expect_eq(sgn_classical_run(*s, &t.problem->physics, 1, 0, NULL, t.y, t.estimate, &info),
                     SGN_ECONFIG);
        cr_expect_not_null(strstr(sgn_last_error(), (*s)->name), "%s", sgn_last_error());
        sgn_config c = config_of("network.solver=%s weights.init=adjoint", (*s)->name);
        cr_expect_eq(sgn_net_resolve(&c.net, *s), SGN_ECONFIG);
        refused++;
    }
    cr_expect_gt(refused, 0);
    task_free(&t);
}

Test(classical, a_method_without_an_iteration_makes_no_network)
{
    sgn_config c = config_of("seed=1");
    sgn_problem *q;
    OK(sgn_problem_new(&q, &c.problem, c.seed));
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        sgn_net *net = NULL;
        cr_expect((*s)->step || (*s)->solve, "%s can nothing", (*s)->name);
        if ((*s)->step) continue;
        cr_expect_eq(sgn_net_new(&net, &c.net, *s, &q->physics, 4, 1), SGN_ECONFIG);
        cr_expect_not_null(strstr(sgn_last_error(), (*s)->name), "%s", sgn_last_error());
    }
    sgn_problem_free(q);
}
