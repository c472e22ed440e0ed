#include "unroll/analytic.h"

#include "laws.h"

#include <math.h>

static model problem_of(const char *keys)
{
    sgn_config c = config_of("%s", keys);
    return model_of(&c);
}

static sgn_mat new_weight(const sgn_physics *q)
{
    int m = q->A.rows, n = q->A.cols;
    return sgn_mat_view(sgn_alloc((size_t)m * (size_t)n, sizeof(sgn_real)), n, m);
}

/* (W A)_ji */
static double product(const sgn_physics *q, sgn_mat W, int j, int i)
{
    double sum = 0;
    for (int k = 0; k < q->A.rows; k++)
        sum += (double)*sgn_mat_at(W, j, k) * (double)*sgn_mat_at(q->A, k, i);
    return sum;
}

/* max_{i != j} |w_j a_i| / |w_j a_j| */
static double coherence_of_row(const sgn_physics *q, sgn_mat W, int j)
{
    double most = 0;
    for (int i = 0; i < q->A.cols; i++)
        if (i != j) most = fmax(most, fabs(product(q, W, j, i)));
    return most / fabs(product(q, W, j, j));
}

static double coherence(const sgn_physics *q, sgn_mat W)
{
    double most = 0;
    for (int j = 0; j < W.rows; j++) most = fmax(most, coherence_of_row(q, W, j));
    return most;
}

static double off_diagonal_squares(const sgn_physics *q, sgn_mat W)
{
    double sum = 0;
    for (int j = 0; j < W.rows; j++)
        for (int i = 0; i < W.rows; i++) sum += i == j ? 0 : pow(product(q, W, j, i), 2);
    return sum;
}

static const char *const problems[] = {
    "problem.kind=gaussian",
    "problem.kind=rademacher",
    "problem.kind=toeplitz",
    "problem.kind=gaussian problem.m=37 problem.n=70",  // more rows than are treated at a time
    "problem.kind=block-pm1 problem.blocks=2",
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

Test(analytic, weights_meet_their_own_columns_with_1)
{
    for (int p = 0; p < PROBLEMS; p++) {
        model m = problem_of(problems[p]);
        const sgn_physics *q = &m.problem->physics;
        sgn_mat closed = new_weight(q), least = new_weight(q);
        OK(sgn_analytic_weight(q, closed));
        OK(sgn_coherence_weight(q, least));
        for (int j = 0; j < closed.rows; j++) {
            cr_expect_float_eq(product(q, closed, j, j), 1, 1e-5, "%s, row %d", problems[p], j);
            cr_expect_float_eq(product(q, least, j, j), 1, 1e-5, "%s, row %d", problems[p], j);
        }
        sgn_free(closed.at), sgn_free(least.at);
        model_free(&m);
    }
}

Test(analytic, each_row_of_least_coherence_is_no_worse_than_the_closed_form)
{
    for (int p = 0; p < PROBLEMS; p++) {
        model m = problem_of(problems[p]);
        const sgn_physics *q = &m.problem->physics;
        sgn_mat closed = new_weight(q), least = new_weight(q);
        OK(sgn_analytic_weight(q, closed));
        OK(sgn_coherence_weight(q, least));
        for (int j = 0; j < closed.rows; j++)
            cr_expect_leq(coherence_of_row(q, least, j), coherence_of_row(q, closed, j) + 1e-5,
                          "%s, row %d", problems[p], j);
        sgn_free(closed.at), sgn_free(least.at);
        model_free(&m);
    }
}

/* Each is the better one by its own measure, and both are better than the columns of A. */
Test(analytic, the_two_weights_differ_in_what_they_minimise)
{
    model m = problem_of("problem.m=40 problem.n=80");
    const sgn_physics *q = &m.problem->physics;
    sgn_mat closed = new_weight(q), least = new_weight(q), adjoint = new_weight(q);
    OK(sgn_analytic_weight(q, closed));
    OK(sgn_coherence_weight(q, least));
    sgn_adjoint_weight(q, adjoint);
    cr_expect_lt(coherence(q, least), 0.75 * coherence(q, closed), "%g and %g", coherence(q, least),
                 coherence(q, closed));
    cr_expect_lt(coherence(q, closed), coherence(q, adjoint));
    cr_expect_lt(off_diagonal_squares(q, closed), off_diagonal_squares(q, least));
    sgn_free(closed.at), sgn_free(least.at), sgn_free(adjoint.at);
    model_free(&m);
}

/* Of 3 vectors in the plane at 120 degrees no weight has a coherence below 1/2: w a_1 = 1 and
   a_2 + a_3 = -a_1 leave w a_2 + w a_3 = -1. */
Test(analytic, the_least_coherence_of_three_vectors_in_the_plane_is_one_half)
{
    const double angle[] = {0, 2.0943951023931953, 4.1887902047863905};
    sgn_real A[6], W[6];
    for (int j = 0; j < 3; j++)
        A[2 * j] = (sgn_real)cos(angle[j]), A[2 * j + 1] = (sgn_real)sin(angle[j]);
    sgn_physics q = {.A = sgn_mat_view(A, 2, 3)};
    OK(sgn_coherence_weight(&q, sgn_mat_view(W, 3, 2)));
    cr_expect_float_eq(coherence(&q, sgn_mat_view(W, 3, 2)), 0.5, 1e-3);
}

Test(analytic, a_network_starts_from_the_weight_it_asks_for)
{
    model m = problem_of("weights.constraint=full weights.init=coherence");
    const sgn_physics *q = &m.problem->physics;
    sgn_mat least = new_weight(q);
    OK(sgn_coherence_weight(q, least));
    size_t size = (size_t)least.rows * (size_t)least.cols;
    cr_expect_eq(largest_difference(m.net->param[0].weight, least.at, size), 0);
    sgn_free(least.at);
    model_free(&m);
}
