#include "train/evaluate.h"

#include "laws.h"

#include <math.h>
#include <string.h>

static sgn_score score(sgn_real *x, sgn_real *truth, int rows, int cols)
{
    sgn_score s;
    sgn_physics q = {.width = 1, .folds = 1};
    OK(sgn_score_of(&q, sgn_mat_view(x, rows, cols), sgn_mat_view(truth, rows, cols), &s));
    return s;
}

Test(evaluate, the_error_is_a_ratio_of_sums)
{
    sgn_real truth[] = {3, 0, /**/ 0, 1}, x[] = {3, 0, /**/ 0, 0};
    sgn_score s = score(x, truth, 2, 2);
    cr_expect_float_eq(s.nmse, 0.1, 1e-12, "the mean of the ratios is 0.5");
    cr_expect_float_eq(s.nmse_db, -10, 1e-9);
    cr_expect_eq(s.signals, 2);
}

/* Ratios 0.01, 0.02 ... 2.00: the median is the 100th, the 99th percentile the 198th. */
Test(evaluate, the_median_and_the_99th_percentile_are_of_the_ratios)
{
    enum { N = 200 };
    sgn_real truth[N], x[N];
    for (int j = 0; j < N; j++) {
        int rank = (j * 77 + 5) % N + 1;  // in no order
        truth[j] = 10;
        x[j] = (sgn_real)(10 + 10 * sqrt(rank / 100.));
    }
    sgn_score s = score(x, truth, 1, N);
    cr_expect_float_eq(s.median_db, 10 * log10(1.00), 1e-4);
    cr_expect_float_eq(s.p99_db, 10 * log10(1.98), 1e-4);
    s = score(x, truth, 1, 1);
    cr_expect_float_eq(s.median_db, s.p99_db, 1e-12);
}

/* An entry counts above a thousandth of the signal's largest. */
Test(evaluate, the_support_is_counted_over_all_signals)
{
    sgn_real truth[] = {10, 1, 0, 0, /**/ 0, 0, 2, 0};
    sgn_real x[] = {9, 0.009f, 0.02f, 0.009f, /**/ 0.1f, 0.001f, 0, 0};
    sgn_score s = score(x, truth, 4, 2);  // hits 1, false alarms 2, misses 2
    cr_expect_float_eq(s.support.precision, 1 / 3., 1e-12);
    cr_expect_float_eq(s.support.recall, 1 / 3., 1e-12);
    cr_expect_float_eq(s.support.f1, 1 / 3., 1e-12);
    s = score(truth, truth, 4, 2);
    cr_expect_float_eq(s.support.f1, 1, 1e-12);
    sgn_real nothing[8] = {0};
    s = score(nothing, truth, 4, 2);
    cr_expect_eq(s.support.f1, 0);
    cr_expect_eq(s.support.precision, 0);
}

Test(evaluate, success_is_an_error_below_a_hundredth)
{
    sgn_real truth[] = {1, 1, 1, 1}, x[] = {1.02f, 1.009f, 0.995f, 1};
    cr_expect_float_eq(score(x, truth, 1, 4).success, 0.75, 1e-12);
}

Test(evaluate, an_estimate_that_is_no_number_has_no_error_in_decibel)
{
    sgn_real truth[] = {1, 1}, x[] = {1, (sgn_real)NAN};
    cr_expect(isnan(score(x, truth, 2, 1).nmse_db));
}

/* 12 signals in batches of 5, against the network run on each. */
Test(evaluate, a_set_longer_than_a_batch_is_run_to_its_end)
{
    enum { N = 12 };
    sgn_config c = config_of("network.solver=ista weights.constraint=full");
    model m = model_of(&c);
    sgn_real x[20 * N], truth[20 * N], y[12 * N];
    double layer_db[3];
    sgn_mat X = sgn_mat_view(x, 20, N), T = sgn_mat_view(truth, 20, N), Y = sgn_mat_view(y, 12, N);
    sgn_problem_draw(m.problem, 1, SGN_RNG_TEST, 0, 0, T, Y);
    sgn_evaluate(m.net, NULL, Y, X, T, layer_db);
    for (int j = 0; j < N; j++) {
        sgn_mat_copy(sgn_mat_cols(Y, j, 1), sgn_mat_cols(sgn_net_input(m.net), 0, 1));
        sgn_mat one = sgn_net_forward(m.net, NULL, 1);
        cr_expect_lt(largest_difference(one.at, sgn_mat_at(X, 0, j), 20), 1e-5, "signal %d", j);
    }
    cr_expect_float_eq(layer_db[2], score(x, truth, 20, N).nmse_db, 1e-4);
    cr_expect_gt(layer_db[0], layer_db[2], "later layers are better");
    model_free(&m);
}
