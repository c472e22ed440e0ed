/* Samples of several columns, and complex problems: what shares a support is drawn, kept and shrunk
 * together. */
#include "laws.h"
#include "train/sets.h"

#include <math.h>
#include <string.h>

static const char access[] = "problem.kind=qpsk problem.measurements=8";

static sgn_problem *problem_of(const sgn_config *c)
{
    sgn_problem *q = NULL;
    OK(sgn_problem_new(&q, &c->problem, c->seed));
    return q;
}

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

static double at(sgn_mat a, int i, int j) { return (double)*sgn_mat_at(a, i, j); }

/* ---- pilots ------------------------------------------------------------------------------------ */

Test(rows, a_matrix_of_pilots_is_the_real_form_of_a_complex_one)
{
    static const char *const pilots[] = {"qpsk", "zadoff-chu", "gaussian"};
    for (int k = 0; k < 3; k++) {
        sgn_config c = config_of("%s problem.pilots=%s problem.m=14", access, pilots[k]);
        sgn_problem *q = problem_of(&c);
        sgn_mat A = q->physics.A;
        for (int j = 0; j < 10; j++)
            for (int i = 0; i < 7; i++) {
                cr_expect_eq(at(A, i, j), at(A, 7 + i, 10 + j), "%s", pilots[k]);
                cr_expect_eq(at(A, 7 + i, j), -at(A, i, 10 + j), "%s", pilots[k]);
            }
        for (int j = 0; j < 20; j++)
            cr_expect_float_eq(sgn_mat_sum_squares(sgn_mat_cols(A, j, 1)), 1, 1e-5, "%s",
                               pilots[k]);
        cr_expect_eq(q->physics.one_bit, k == 0, "%s", pilots[k]);
        cr_expect(q->physics.folds == 2 && q->physics.width == 8);
        sgn_problem_free(q);
    }
}

/* |<p_i, p_j>| of users i and j */
static double correlation(sgn_mat A, int i, int j)
{
    double re = 0, im = 0;
    for (int k = 0; k < A.rows; k++) {
        re += at(A, k, i) * at(A, k, j);
        im += at(A, k, i) * at(A, k, A.cols / 2 + j);
    }
    return hypot(re, im);
}

/* Chu 1972: shifts of one root are orthogonal; of two, at a prime length p, 1 / sqrt(p) apart. */
Test(rows, zadoff_chu_sequences_correlate_as_chu_says)
{
    sgn_config c = config_of("%s problem.pilots=zadoff-chu problem.m=22 problem.n=66", access);
    sgn_problem *q = problem_of(&c);
    for (int i = 0; i < 33; i++)
        for (int j = 0; j < i; j++)
            cr_expect_float_eq(correlation(q->physics.A, i, j), i / 11 == j / 11 ? 0 : 1 / sqrt(11),
                               1e-5, "users %d and %d", i, j);
    sgn_problem_free(q);
}

static void expect_refusal(const char *keys, const char *words)
{
    sgn_problem *q = NULL;
    sgn_config c = config_of("%s %s", access, keys);
    cr_expect_eq(sgn_problem_new(&q, &c.problem, 1), SGN_ECONFIG, "%s", keys);
    cr_expect(strstr(sgn_last_error(), words), "\"%s\" lacks \"%s\"", sgn_last_error(), words);
}

Test(rows, settings_that_do_not_fit_are_named)
{
    expect_refusal("problem.measurements=3", "problem.measurements is 3");
    expect_refusal("problem.m=13", "problem.m and problem.n are 13 and 20, must be even");
    expect_refusal("problem.n=21", "must be even");
    expect_refusal("problem.pilots=zadoff-chu problem.m=8 problem.n=40",
                   "has 8 sequences, fewer than the 20 users");
}

/* ---- signals ----------------------------------------------------------------------------------- */

enum { SAMPLES = 300, WIDTH = 8, N = 20, M = 12 };

Test(rows, a_sample_has_one_support_and_another_sample_another)
{
    sgn_config c = config_of("%s", access);
    sgn_problem *q = problem_of(&c);
    sgn_mat x = new_mat(N, SAMPLES * WIDTH), y = new_mat(M, SAMPLES * WIDTH);
    double active = 0, squares = 0;
    int differ = 0;
    sgn_problem_draw(q, 1, SGN_RNG_TEST, 0, 0, x, y);
    for (int j = 0; j < x.cols; j++)
        for (int i = 0; i < N / 2; i++) {
            int is = at(x, i, j) != 0;
            cr_expect_eq(is, at(x, N / 2 + i, j) != 0);
            cr_expect_eq(is, at(x, i, j / WIDTH * WIDTH) != 0);
            differ += j >= WIDTH && is != (at(x, i, j - WIDTH) != 0);
            active += is;
            squares += pow(at(x, i, j), 2) + pow(at(x, N / 2 + i, j), 2);
        }
    double rows = SAMPLES * N / 2;
    cr_expect_gt(differ, 0);
    // 0.2 of the rows, a little more since no sample is empty
    cr_expect_float_eq(active / WIDTH / rows, 0.2 / (1 - pow(0.8, N / 2)), 5 * 0.4 / sqrt(rows));
    cr_expect_float_eq(squares / active, 1, 5 / sqrt(active), "the variance of a complex entry");
    sgn_free(x.at), sgn_free(y.at), sgn_problem_free(q);
}

Test(rows, a_sample_does_not_depend_on_its_companions)
{
    sgn_config c = config_of("%s problem.snr_db=10", access);
    sgn_problem *q = problem_of(&c);
    sgn_mat x = new_mat(N, 9 * WIDTH), y = new_mat(M, 9 * WIDTH);
    sgn_mat one = new_mat(N, WIDTH), of_one = new_mat(M, WIDTH);
    sgn_problem_draw(q, 1, SGN_RNG_TEST, 2, 0, x, y);
    for (int j = 0; j < 9; j++) {
        sgn_problem_draw(q, 1, SGN_RNG_TEST, 2, (uint32_t)j, one, of_one);
        cr_expect_eq(largest_difference(one.at, sgn_mat_at(x, 0, j * WIDTH), N * WIDTH), 0);
        cr_expect_lt(largest_difference(of_one.at, sgn_mat_at(y, 0, j * WIDTH), M * WIDTH), 1e-5);
    }
    sgn_free(x.at), sgn_free(y.at), sgn_free(one.at), sgn_free(of_one.at), sgn_problem_free(q);
}

Test(rows, sets_count_samples)
{
    sgn_config c = config_of("%s", access);
    sgn_problem *q = problem_of(&c);
    sgn_set fresh, fixed;
    OK(sgn_training_set(&fresh, q, 1, 0, 5, 12));
    OK(sgn_training_set(&fixed, q, 1, 50, 5, 12));
    cr_expect(fresh.x.cols == 12 * WIDTH && fixed.y.cols == 12 * WIDTH);
    int item[] = {7, 3};
    sgn_mat x = new_mat(N, 2 * WIDTH), y = new_mat(M, 2 * WIDTH);
    sgn_fixed_batch(q, 1, item, NULL, x, y);
    for (int k = 0; k < 2; k++)
        cr_expect_eq(largest_difference(sgn_mat_at(x, 0, k * WIDTH),
                                        sgn_mat_at(fixed.x, 0, item[k] * WIDTH), N * WIDTH),
                     0);
    sgn_fresh_batch(q, 1, 1, NULL, x, y);  // samples 0 and 1 of step 1 are 5 and 6 of the set
    cr_expect_eq(largest_difference(x.at, sgn_mat_at(fresh.x, 0, 5 * WIDTH), 2 * N * WIDTH), 0);
    sgn_set_release(&fresh), sgn_set_release(&fixed);
    sgn_free(x.at), sgn_free(y.at), sgn_problem_free(q);
}

Test(rows, vectors_of_a_file_are_whole_samples)
{
    sgn_config c = config_of("%s problem.kind=file problem.measurements=2", access);
    sgn_real A[6] = {1, 2, 3, 4, 5, 6}, x[18] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3};
    sgn_mat none = {0};
    sgn_problem *q = NULL;
    cr_expect_eq(sgn_problem_from_data(&q, &c.problem, sgn_mat_view(A, 2, 3), sgn_mat_view(x, 3, 3),
                                       none, none, none),
                 SGN_EDATA);
    cr_expect(strstr(sgn_last_error(), "x has 3 vectors, not a multiple"), "%s", sgn_last_error());
    OK(sgn_problem_from_data(&q, &c.problem, sgn_mat_view(A, 2, 3), none, none,
                             sgn_mat_view(x, 3, 4), none));
    cr_expect_eq(sgn_training_samples(q, 0), 2);
    sgn_mat batch = new_mat(3, 2), y = new_mat(2, 2);
    sgn_fixed_batch(q, 1, &(int){1}, NULL, batch, y);
    cr_expect(batch.at[0] == 7 && batch.at[5] == 3);
    sgn_free(batch.at), sgn_free(y.at), sgn_problem_free(q);
}

/* ---- solvers ----------------------------------------------------------------------------------- */

static void run(const char *name, const sgn_physics *q, sgn_mat y, sgn_mat x)
{
    const sgn_solver *solver;
    sgn_classical_info info;
    OK(sgn_solver_find(name, &solver));
    OK(sgn_classical_run(solver, q, 30, 0, NULL, y, x, &info));
}

/* More samples than run at a time. */
Test(rows, a_classical_run_keeps_samples_together)
{
    enum { MANY = 11 };
    sgn_config c = config_of("%s", access);
    sgn_problem *q = problem_of(&c);
    sgn_mat truth = new_mat(N, MANY * WIDTH), y = new_mat(M, MANY * WIDTH);
    sgn_mat x = new_mat(N, MANY * WIDTH), one = new_mat(N, WIDTH);
    sgn_problem_draw(q, 1, SGN_RNG_TEST, 0, 0, truth, y);
    run("lista-gscp", &q->physics, y, x);
    for (int j = 0; j < MANY; j++) {
        run("lista-gscp", &q->physics, sgn_mat_cols(y, j * WIDTH, WIDTH), one);
        cr_expect_lt(largest_difference(one.at, sgn_mat_at(x, 0, j * WIDTH), N * WIDTH), 1e-5);
        for (int i = 0; i < N / 2; i++)
            for (int k = 0; k < WIDTH; k++)
                cr_expect_eq(at(one, i, 0) != 0, at(one, N / 2 + i, k) != 0, "row %d", i);
    }
    sgn_free(truth.at), sgn_free(y.at), sgn_free(x.at), sgn_free(one.at), sgn_problem_free(q);
}

Test(rows, groups_of_one_entry_are_shrunk_as_entries_are)
{
    static const char *const pairs[][2] = {{"lista-gs", "lista"}, {"lista-gscp", "ista"}};
    for (int wide = 0; wide < 2; wide++) {
        sgn_config c = config_of("problem.measurements=%d", wide ? 4 : 1);
        sgn_problem *q = problem_of(&c);
        sgn_mat truth = new_mat(N, 12), y = new_mat(M, 12), rows = new_mat(N, 12),
                entries = new_mat(N, 12);
        sgn_problem_draw(q, 1, SGN_RNG_TEST, 0, 0, truth, y);
        for (int k = 0; k < 2; k++) {
            run(pairs[k][0], &q->physics, y, rows);
            run(pairs[k][1], &q->physics, y, entries);
            double apart = largest_difference(rows.at, entries.at, N * 12);
            cr_expect(wide ? apart > 1e-2 : apart < 1e-5, "%s, %d: %g", pairs[k][0], wide, apart);
        }
        sgn_free(truth.at), sgn_free(y.at), sgn_free(rows.at), sgn_free(entries.at);
        sgn_problem_free(q);
    }
}

Test(rows, shrinking_rows_leaves_no_place_for_selection_and_residual_thresholds)
{
    static const char *const keys[] = {"network.selection=on", "network.threshold=residual"};
    const sgn_solver *solver;
    OK(sgn_solver_find("lista-cp", &solver));
    for (int k = 0; k < 2; k++) {
        sgn_config c = config_of("network.shrink=rows %s", keys[k]);
        cr_expect_eq(sgn_net_resolve(&c.net, solver), SGN_ECONFIG);
        cr_expect(strstr(sgn_last_error(), "has no place"), "%s", sgn_last_error());
        c = config_of("network.shrink=entries %s", keys[k]);
        OK(sgn_net_resolve(&c.net, solver));
    }
}

/* ---- one bit ------------------------------------------------------------------------------------ */

/* The error in dB of an untrained network of 8 layers with 8 antennas. */
static double untrained_db(const char *pilots, const char *constraint)
{
    enum { FEW = 20 };
    sgn_score score;
    sgn_config c = config_of("%s problem.pilots=%s problem.m=64 problem.n=128 problem.sparsity=0.1 "
                             "network.solver=lista-gscp network.depth=8 weights.constraint=%s "
                             "weights.support=physics weights.init=adjoint train.batch=%d",
                             access, pilots, constraint, FEW);
    model m = model_of(&c);
    sgn_mat truth = new_mat(128, FEW * WIDTH);
    sgn_problem_draw(m.problem, 1, SGN_RNG_TEST, 0, 0, truth, sgn_net_input(m.net));
    sgn_mat x = sgn_net_forward(m.net, NULL, FEW * WIDTH);
    OK(sgn_score_of(&m.problem->physics, x, truth, &score));
    sgn_free(truth.at), model_free(&m);
    return score.nmse_db;
}

Test(rows, one_bit_weights_are_exact_for_qpsk_pilots_and_not_for_gaussian_ones)
{
    double loss = untrained_db("qpsk", "onebit") - untrained_db("qpsk", "full");
    cr_expect_lt(fabs(loss), 1e-4, "%g dB", loss);
    loss = untrained_db("gaussian", "onebit") - untrained_db("gaussian", "full");
    cr_expect_gt(loss, 0.3, "%g dB", loss);
}

/* ---- detection ---------------------------------------------------------------------------------- */

static sgn_detection detect(sgn_real *x, sgn_real *truth, int width, int folds, int rows, int cols)
{
    sgn_detection d;
    sgn_physics q = {.width = width, .folds = folds};
    OK(sgn_detection_of(&q, sgn_mat_view(x, rows, cols), sgn_mat_view(truth, rows, cols), &d));
    return d;
}

/* Of the six pairs of a true and another entry: five in order, one tied. */
Test(rows, the_area_under_the_curve_counts_pairs_and_ties_half)
{
    sgn_real truth[] = {1, 1, 0, 0, 0}, x[] = {3, -1, 1, -0.5f, 0};
    cr_expect_float_eq(detect(x, truth, 1, 1, 5, 1).auc, 5.5 / 6, 1e-12);
    cr_expect_float_eq(detect(truth, truth, 1, 1, 5, 1).auc, 1, 1e-12);
    sgn_real nothing[5] = {0};
    cr_expect_float_eq(detect(nothing, truth, 1, 1, 5, 1).auc, 0.5, 1e-12);
    cr_expect(isnan(detect(x, truth, 1, 1, 2, 1).auc), "all are true");
}

/* Two users, two antennas: only together do an entry's small parts say that its user is active. */
Test(rows, a_row_is_found_in_all_its_columns_and_parts)
{
    sgn_real truth[] = {0, 4, 0, 3, /**/ 0, 0, 0, 5};
    sgn_real x[] = {2, 1.5f, 0, 1.5f, /**/ 0, 1.5f, 0, 1.5f};  // norms 2 and 3
    sgn_detection d = detect(x, truth, 2, 2, 4, 2);
    cr_expect_eq(d.auc, 1);
    cr_expect(d.precision == 0.5 && d.recall == 1, "%g, %g", d.precision, d.recall);
    cr_expect_lt(detect(x, truth, 1, 1, 4, 2).auc, 1);
}
