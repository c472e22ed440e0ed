/* Message passing, hard thresholds and projected gradients are what their papers print, and reach what
 * their papers promise. */
#include "laws.h"

#include <math.h>
#include <string.h>

/* Those of the presets, where 0.2 N entries are not zero; TALL x M where the optimum is to be unique. */
enum { M = 12, N = 20, TALL = 30, SPARSE = 4, SIGNALS = 7 };

typedef struct {
    model m;
    const sgn_physics *q;
    sgn_mat x, y, estimate;
} bench;

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

static bench bench_of(const sgn_config *c, int signals)
{
    bench b = {.m = model_of(c)};
    int m = b.m.net->m, n = b.m.net->n;
    b.q = &b.m.problem->physics;
    b.x = new_mat(n, signals), b.y = new_mat(m, signals), b.estimate = new_mat(n, signals);
    sgn_problem_draw(b.m.problem, 3, SGN_RNG_FREE, 0, 0, b.x, b.y);
    return b;
}

static void bench_free(bench *b)
{
    model_free(&b->m);
    sgn_free(b->x.at), sgn_free(b->y.at), sgn_free(b->estimate.at);
}

static void run(bench *b, const sgn_solver *solver, int iterations)
{
    sgn_classical_info info;
    OK(sgn_classical_run(solver, b->q, iterations, 0, NULL, b->y, b->estimate, &info));
}

static const sgn_solver *solver_of(const char *name)
{
    const sgn_solver *found;
    OK(sgn_solver_find(name, &found));
    return found;
}

/* ---- entry by entry ---------------------------------------------------------------------------- */

static double product(const sgn_physics *q, int i, const double *x)
{
    double sum = 0;
    for (int j = 0; j < q->A.cols; j++) sum += *sgn_mat_at(q->A, i, j) * x[j];
    return sum;
}

static double adjoint(const sgn_physics *q, int j, const double *r)
{
    double sum = 0;
    for (int i = 0; i < q->A.rows; i++) sum += *sgn_mat_at(q->A, i, j) * r[i];
    return sum;
}

static double norm(const double *v, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += v[i] * v[i];
    return sqrt(sum);
}

/* Donoho, Maleki & Montanari 2009, eq. 1-2, for columns of norm 1. */
static void plain_amp(const sgn_physics *q, const sgn_real *y, double *x, int iterations)
{
    double v[M] = {0};
    for (int k = 0; k < iterations; k++) {
        double before[N], nonzeros = 0;
        memcpy(before, x, sizeof before);
        for (int j = 0; j < N; j++) nonzeros += x[j] != 0;
        for (int i = 0; i < M; i++) v[i] = y[i] - product(q, i, before) + nonzeros / M * v[i];
        double tau = 1.1402 * (norm(v, M) / sqrt(M) + 1e-7);
        for (int j = 0; j < N; j++) {
            double z = before[j] + adjoint(q, j, v);
            x[j] = copysign(fmax(fabs(z) - tau, 0), z);
        }
    }
}

static void keep_largest(double *z)
{
    for (int drop = N - SPARSE; drop > 0; drop--) {
        int least = -1;
        for (int j = 0; j < N; j++)
            if (z[j] != 0 && (least < 0 || fabs(z[j]) < fabs(z[least]))) least = j;
        z[least] = 0;
    }
}

/* Blumensath & Davies 2010: the step |g_S|^2 / |A g_S|^2, S at first that of H_s(A'y). */
static void plain_niht(const sgn_physics *q, const sgn_real *y, double *x, int iterations)
{
    for (int k = 0; k < iterations; k++) {
        double r[M], g[N], on[N], image[M];
        for (int i = 0; i < M; i++) r[i] = y[i] - product(q, i, x);
        for (int j = 0; j < N; j++) g[j] = adjoint(q, j, r);
        for (int j = 0; j < N; j++) on[j] = k == 0 || x[j] != 0 ? g[j] : 0;
        if (k == 0) keep_largest(on);
        for (int i = 0; i < M; i++) image[i] = product(q, i, on);
        double mu = pow(norm(on, N) / norm(image, M), 2);
        for (int j = 0; j < N; j++) x[j] += mu * g[j];
        keep_largest(x);
    }
}

static void plain_iht(const sgn_physics *q, const sgn_real *y, double *x, int iterations)
{
    for (int k = 0; k < iterations; k++) {
        double r[M];
        for (int i = 0; i < M; i++) r[i] = y[i] - product(q, i, x);
        for (int j = 0; j < N; j++) x[j] += adjoint(q, j, r) / q->lipschitz;
        keep_largest(x);
    }
}

typedef void (*plain)(const sgn_physics *q, const sgn_real *y, double *x, int iterations);

/* The largest difference between a solver and the loop above. */
static double apart(bench *b, const char *solver, plain loop)
{
    double most = 0;
    run(b, solver_of(solver), 6);
    for (int j = 0; j < SIGNALS; j++) {
        double x[N] = {0};
        loop(b->q, sgn_mat_at(b->y, 0, j), x, 6);
        most = fmax(most, largest_difference(x, sgn_mat_at(b->estimate, 0, j), N));
    }
    return most;
}

Test(published, iterations_are_what_their_papers_print)
{
    static const char *const name[] = {"amp", "iht", "niht"};
    static const plain loop[] = {plain_amp, plain_iht, plain_niht};
    sgn_config c = config_of("problem.snr_db=30");
    bench b = bench_of(&c, SIGNALS);
    for (int i = 0; i < 3; i++) {
        cr_expect_lt(apart(&b, name[i], loop[i]), 1e-10, "%s", name[i]);
        cr_expect_gt(apart(&b, name[i], loop[(i + 1) % 3]), 1e-3, "%s, not another", name[i]);
    }
    bench_free(&b);
}

/* ---- what they reach --------------------------------------------------------------------------- */

static double nmse_db(bench *b)
{
    sgn_score score;
    OK(sgn_score_of(b->q, b->estimate, b->x, &score));
    return score.nmse_db;
}

/* Without the Onsager term message passing is iterative thresholding, which takes far longer. */
Test(published, message_passing_needs_a_fraction_of_the_iterations)
{
    sgn_config c = config_of("problem.m=125 problem.n=250 problem.sparsity=0.1 problem.snr_db=40");
    bench b = bench_of(&c, 32);
    run(&b, solver_of("amp"), 30);
    double amp = nmse_db(&b);
    b.m.problem->physics.lambda = 0.005;
    run(&b, solver_of("fista"), 30);
    cr_expect_lt(amp, -30, "%g dB", amp);
    cr_expect_gt(nmse_db(&b), amp + 10, "%g and %g dB", amp, nmse_db(&b));
    bench_free(&b);
}

Test(published, a_normalised_step_finds_what_a_fixed_one_is_still_far_from)
{
    sgn_config c = config_of("problem.m=125 problem.n=250 problem.sparsity=0.04 "
                             "problem.exact_sparsity=true");
    bench b = bench_of(&c, 32);
    run(&b, solver_of("niht"), 40);
    double normalised = nmse_db(&b);
    run(&b, solver_of("iht"), 40);
    cr_expect_lt(normalised, -60, "%g dB", normalised);
    cr_expect_gt(nmse_db(&b), normalised + 20, "%g and %g dB", normalised, nmse_db(&b));
    bench_free(&b);
}

/* |x - P(x + A'(y - A x))|, which is 0 at the least 1/2 |y - A x|^2 of the box and nowhere else. */
static double violation(const bench *b, double least, double most)
{
    double worst = 0;
    for (int s = 0; s < SIGNALS; s++) {
        const sgn_real *x = sgn_mat_at(b->estimate, 0, s);
        double r[TALL];
        for (int i = 0; i < b->y.rows; i++) r[i] = *sgn_mat_at(b->y, i, s) - product(b->q, i, x);
        for (int j = 0; j < b->x.rows; j++) {
            double moved = fmin(fmax(x[j] + adjoint(b->q, j, r), least), most);
            worst = fmax(worst, fabs(x[j] - moved));
        }
    }
    return worst;
}

Test(published, projected_gradients_find_the_optimum_of_the_box)
{
    sgn_config c = config_of("problem.m=%d problem.n=%d problem.snr_db=0", TALL, M);
    bench b = bench_of(&c, SIGNALS);
    const double boundless = (double)INFINITY;
    sgn_solver boxed = *solver_of("pgd");
    boxed.classical.least = -0.3, boxed.classical.most = 0.4;
    run(&b, solver_of("pgd"), 2000);
    cr_expect_lt(violation(&b, 0, boundless), 1e-10, "x >= 0: %g", violation(&b, 0, boundless));
    run(&b, &boxed, 2000);
    cr_expect_lt(violation(&b, -0.3, 0.4), 1e-10, "box: %g", violation(&b, -0.3, 0.4));
    run(&b, solver_of("gd"), 2000);
    cr_expect_lt(violation(&b, -boundless, boundless), 1e-10);
    cr_expect_gt(violation(&b, 0, boundless), 0.01, "gd has no box");
    bench_free(&b);
}

/* ---- signs ------------------------------------------------------------------------------------- */

/* The mean angle over matrices and signals, of 5 nonzeros among 100. */
static double angle(int m, int iterations)
{
    double sum = 0;
    for (int seed = 1; seed <= 4; seed++) {
        sgn_config c = config_of("problem.m=%d problem.n=100 problem.sparsity=0.05 seed=%d "
                                 "problem.sign_only=true problem.exact_sparsity=true "
                                 "network.solver=biht network.depth=1",
                                 m, seed);
        sgn_score score;
        bench b = bench_of(&c, 32);
        run(&b, solver_of("biht"), iterations);
        OK(sgn_score_of(b.q, b.estimate, b.x, &score));
        sum += score.direction.angle / 4;
        bench_free(&b);
    }
    return sum;
}

/* Of log angle against log m, from 4 n to 16 n. */
static double slope(int iterations)
{
    return log(angle(1600, iterations) / angle(400, iterations)) / log(4);
}

/* With fewer measurements the support is not found either, and the error falls faster than that.  One
   iteration, A'y thresholded, is left behind. */
Test(published, the_error_from_signs_falls_as_one_over_their_number)
{
    double many = slope(100), one = slope(1);
    cr_expect_float_eq(many, -1, 0.15, "slope %g", many);
    cr_expect_gt(one, -0.8, "slope %g of one iteration", one);
}
