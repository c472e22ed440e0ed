#include "solvers/problem.h"

#include "core/memory.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

static const double tolerance = sizeof(sgn_real) == 4 ? 1e-5 : 1e-12;
static const double no_noise = (double)INFINITY;

static sgn_problem_settings settings(const char *kind, int m, int n)
{
    sgn_problem_settings as;
    sgn_option_presets(sgn_problem_options, sgn_problem_option_count, &as);
    snprintf(as.kind, sizeof as.kind, "%s", kind);
    as.m = m, as.n = n;
    return as;
}

static sgn_problem *problem(sgn_problem_settings as, uint64_t seed)
{
    sgn_problem *q = NULL;
    cr_assert_eq(sgn_problem_new(&q, &as, seed), SGN_OK, "%s", sgn_last_error());
    return q;
}

/* The settings the laws below draw a kind with; 0 where there is nothing to draw. */
static int drawn_as(const sgn_problem_kind *kind, sgn_problem_settings *as)
{
    *as = settings(kind->name, 60, 120);
    as->blocks = kind->has_blocks ? 4 : 1;
    return strcmp(kind->name, "file") != 0;
}

static int same(sgn_mat a, sgn_mat b)
{
    return a.rows == b.rows && a.cols == b.cols &&
           memcmp(a.at, b.at, (size_t)a.rows * (size_t)a.cols * sizeof *a.at) == 0;
}

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

/* ---- laws of every kind ---- */

Test(problem, the_matrix_follows_from_the_seed)
{
    sgn_problem_settings as;
    for (const sgn_problem_kind *const *kind = sgn_problem_kinds(); *kind; kind++) {
        if (!drawn_as(*kind, &as)) continue;
        sgn_problem *q = problem(as, 1), *again = problem(as, 1), *other = problem(as, 2);
        as.seed = 1;
        sgn_problem *own = problem(as, 2);
        cr_expect(same(q->physics.A, again->physics.A), "%s", as.kind);
        cr_expect(same(q->physics.A, own->physics.A), "%s: its own seed wins", as.kind);
        cr_expect_not(same(q->physics.A, other->physics.A), "%s", as.kind);
        sgn_problem_free(q), sgn_problem_free(again), sgn_problem_free(other),
            sgn_problem_free(own);
    }
}

Test(problem, columns_have_norm_one)
{
    sgn_problem_settings as;
    for (const sgn_problem_kind *const *kind = sgn_problem_kinds(); *kind; kind++) {
        if (!drawn_as(*kind, &as)) continue;
        sgn_problem *q = problem(as, 1);
        sgn_mat A = q->physics.A;
        for (int j = 0; j < A.cols; j++)
            cr_expect_float_eq(sgn_mat_sum_squares(sgn_mat_cols(A, j, 1)), 1, tolerance,
                               "%s, column %d", as.kind, j);
        sgn_problem_free(q);
    }
}

Test(problem, the_entries_average_to_nothing)
{
    sgn_problem_settings as;
    for (const sgn_problem_kind *const *kind = sgn_problem_kinds(); *kind; kind++) {
        if (!drawn_as(*kind, &as)) continue;
        sgn_problem *q = problem(as, 1);
        sgn_mat A = q->physics.A;
        double sum = 0;
        for (int i = 0; i < A.rows * A.cols; i++) sum += (double)A.at[i];
        /* a Toeplitz matrix has only m + n - 1 independent entries, each up to m times */
        double repeats = strcmp(as.kind, "toeplitz") == 0 ? sqrt(A.rows) : 1;
        cr_expect_lt(fabs(sum), 5 * repeats * sqrt(A.cols), "%s: %g", as.kind, sum);
        sgn_problem_free(q);
    }
}

/* Power iteration, which converges from below. */
static double largest_eigenvalue(sgn_mat A)
{
    sgn_mat v = new_mat(A.cols, 1), w = new_mat(A.rows, 1);
    double norm = 0;
    for (int j = 0; j < A.cols; j++) v.at[j] = (sgn_real)(1 + j % 7);
    for (int k = 0; k < 3000; k++) {
        double size = sqrt(sgn_mat_sum_squares(v));
        for (int j = 0; j < A.cols; j++) v.at[j] /= (sgn_real)size;
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, A, v, 0, w);
        norm = sgn_mat_sum_squares(w);
        sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, A, w, 0, v);
    }
    sgn_free(v.at), sgn_free(w.at);
    return norm;
}

Test(problem, lipschitz_is_the_value_of_power_iteration)
{
    sgn_problem_settings as;
    for (const sgn_problem_kind *const *kind = sgn_problem_kinds(); *kind; kind++) {
        if (!drawn_as(*kind, &as)) continue;
        sgn_problem *q = problem(as, 1);
        cr_expect_float_eq(largest_eigenvalue(q->physics.A) / q->physics.lipschitz, 1, 1e-4, "%s",
                           as.kind);
        sgn_problem_free(q);
    }
}

Test(problem, physics_says_what_is_known_about_the_matrix)
{
    sgn_problem_settings as;
    for (const sgn_problem_kind *const *kind = sgn_problem_kinds(); *kind; kind++) {
        if (!drawn_as(*kind, &as)) continue;
        sgn_problem *q = problem(as, 1);
        int signs = strstr(as.kind, "pm1") || !strcmp(as.kind, "rademacher") ||
                    (*kind)->is_complex;  // of QPSK pilots
        cr_expect_eq(q->physics.one_bit, signs, "%s", as.kind);
        cr_expect_eq(q->physics.blocks, (*kind)->has_blocks ? 4 : 1, "%s", as.kind);
        cr_expect_float_eq(q->physics.lambda, 0.1, 1e-15);
        sgn_problem_free(q);
    }
}

/* ---- single kinds ---- */

Test(problem, blocks_lie_on_the_diagonal_and_are_full)
{
    sgn_problem_settings as;
    for (const sgn_problem_kind *const *kind = sgn_problem_kinds(); *kind; kind++) {
        if (!drawn_as(*kind, &as) || !(*kind)->has_blocks) continue;
        sgn_problem *q = problem(as, 1);
        for (int j = 0; j < as.n; j++)
            for (int i = 0; i < as.m; i++)
                cr_assert_eq(*sgn_mat_at(q->physics.A, i, j) != 0, i / 15 == j / 30, "%s: (%d, %d)",
                             as.kind, i, j);
        sgn_problem_free(q);
    }
}

static int nonzeros(sgn_mat a)
{
    int n = 0;
    for (int j = 0; j < a.cols; j++)
        for (int i = 0; i < a.rows; i++) n += *sgn_mat_at(a, i, j) != 0;
    return n;
}

Test(problem, sparse_signs_have_even_columns_and_no_empty_row)
{
    static const double density[] = {0.01, 0.02, 0.1, 1};
    for (int k = 0; k < 4; k++) {
        sgn_problem_settings as = settings("sparse-pm1", 100, 200);
        as.density = density[k];
        sgn_problem *q = problem(as, 1);
        for (int j = 0; j < as.n; j++)
            cr_expect_eq(nonzeros(sgn_mat_cols(q->physics.A, j, 1)), lround(density[k] * as.m));
        for (int i = 0; i < as.m; i++) {
            int in_row = 0;
            for (int j = 0; j < as.n; j++) in_row += *sgn_mat_at(q->physics.A, i, j) != 0;
            cr_expect_gt(in_row, 0, "row %d", i);
        }
        cr_expect(q->physics.one_bit);
        sgn_problem_free(q);
    }
}

Test(problem, sparse_signs_too_few_to_reach_every_row_are_refused)
{
    sgn_problem_settings as = settings("sparse-pm1", 100, 60);
    sgn_problem *q = NULL;
    as.density = 0.01;
    cr_expect_eq(sgn_problem_new(&q, &as, 1), SGN_ECONFIG);
    cr_expect(strstr(sgn_last_error(), "problem.density"), "%s", sgn_last_error());
}

Test(problem, a_toeplitz_matrix_is_constant_along_diagonals_up_to_column_scales)
{
    sgn_problem *q = problem(settings("toeplitz", 20, 30), 1);
    sgn_mat A = q->physics.A;
    for (int j = 1; j < A.cols; j++) {
        double scale = (double)(*sgn_mat_at(A, 1, j) / *sgn_mat_at(A, 0, j - 1));
        cr_assert_gt(scale, 0);
        for (int i = 1; i < A.rows; i++)
            cr_assert_float_eq(*sgn_mat_at(A, i, j), scale * (double)*sgn_mat_at(A, i - 1, j - 1),
                               10 * tolerance);
    }
    sgn_problem_free(q);
}

/* ---- signals ---- */

typedef struct {
    sgn_problem *q;
    sgn_mat x, y;
} drawn;

static drawn draw(double sparsity, double snr_db, int samples)
{
    sgn_problem_settings as = settings("gaussian", 50, 100);
    as.sparsity = sparsity, as.snr_db = snr_db;
    drawn d = {problem(as, 1), new_mat(as.n, samples), new_mat(as.m, samples)};
    sgn_problem_draw(d.q, 9, SGN_RNG_TRAIN, 3, 0, d.x, d.y);
    return d;
}

static void drawn_free(drawn *d) { sgn_problem_free(d->q), sgn_free(d->x.at), sgn_free(d->y.at); }

Test(signal, nonzeros_are_normal_and_as_many_as_asked)
{
    static const double sparsity[] = {0.1, 0.5, 1};
    for (int k = 0; k < 3; k++) {
        drawn d = draw(sparsity[k], no_noise, 500);
        double p = sparsity[k], N = 50000, nonzeros = 0, sum = 0, squares = 0;
        for (int i = 0; i < 50000; i++) {
            nonzeros += d.x.at[i] != 0;
            sum += (double)d.x.at[i], squares += pow((double)d.x.at[i], 2);
        }
        cr_expect_float_eq(nonzeros, p * N, 5 * sqrt(p * (1 - p) * N) + 1e-6, "%g", p);
        cr_expect_float_eq(sum / nonzeros, 0, 5 / sqrt(nonzeros));
        cr_expect_float_eq(squares / nonzeros, 1, 5 * sqrt(2 / nonzeros));
        drawn_free(&d);
    }
}

Test(signal, every_entry_is_as_likely_as_any_other)
{
    enum { SAMPLES = 4000 };
    drawn d = draw(0.1, no_noise, SAMPLES);
    for (int i = 0; i < d.x.rows; i++) {
        int nonzeros = 0;
        for (int j = 0; j < SAMPLES; j++) nonzeros += *sgn_mat_at(d.x, i, j) != 0;
        cr_expect_float_eq(nonzeros, 0.1 * SAMPLES, 5 * sqrt(0.09 * SAMPLES), "entry %d", i);
    }
    drawn_free(&d);
}

Test(signal, no_sample_is_zero_however_sparse)
{
    drawn d = draw(1e-4, no_noise, 300);
    for (int j = 0; j < 300; j++)
        cr_assert_gt(sgn_mat_sum_squares(sgn_mat_cols(d.x, j, 1)), 0, "sample %d", j);
    drawn_free(&d);
}

/* |e|^2 m / sigma^2 is chi-square with m degrees of freedom: its mean over N samples has the
   relative deviation sqrt(2 / (m N)). */
Test(signal, noise_has_the_ratio_asked_for)
{
    enum { SAMPLES = 400 };
    static const double snr_db[] = {-20, 0, 30};
    for (int k = 0; k < 3; k++) {
        drawn d = draw(0.1, snr_db[k], SAMPLES), clean = draw(0.1, no_noise, SAMPLES);
        double ratio = 0;
        for (int j = 0; j < SAMPLES; j++) {
            sgn_mat e = sgn_mat_cols(d.y, j, 1), Ax = sgn_mat_cols(clean.y, j, 1);
            for (int i = 0; i < e.rows; i++) e.at[i] -= Ax.at[i];
            ratio += sgn_mat_sum_squares(e) / sgn_mat_sum_squares(Ax) / SAMPLES;
        }
        cr_expect(same(d.x, clean.x), "noise changed the signals");
        cr_expect_float_eq(ratio * pow(10, snr_db[k] / 10), 1, 5 * sqrt(2.0 / (50 * SAMPLES)),
                           "%g dB: %g", snr_db[k], ratio);
        drawn_free(&d), drawn_free(&clean);
    }
}

Test(signal, a_sample_does_not_depend_on_its_companions)
{
    drawn d = draw(0.1, 20, 40);
    sgn_mat x = new_mat(100, 1), y = new_mat(50, 1);
    for (uint32_t j = 0; j < 40; j++) {
        sgn_problem_draw(d.q, 9, SGN_RNG_TRAIN, 3, j, x, y);
        cr_assert(same(x, sgn_mat_cols(d.x, (int)j, 1)));
        for (int i = 0; i < 50; i++)
            cr_assert_float_eq(y.at[i], *sgn_mat_at(d.y, i, (int)j), 10 * tolerance);
    }
    drawn_free(&d), sgn_free(x.at), sgn_free(y.at);
}

Test(signal, every_coordinate_of_the_address_matters)
{
    drawn d = draw(0.1, 0, 1);
    sgn_mat x = new_mat(100, 1), y = new_mat(50, 1);
    static const struct {
        uint64_t seed;
        sgn_rng_purpose purpose;
        uint32_t epoch, sample;
    } at[] = {{8, SGN_RNG_TRAIN, 3, 0},
              {9, SGN_RNG_TEST, 3, 0},
              {9, SGN_RNG_TRAIN, 4, 0},
              {9, SGN_RNG_TRAIN, 3, 1}};
    for (int k = 0; k < 4; k++) {
        sgn_problem_draw(d.q, at[k].seed, at[k].purpose, at[k].epoch, at[k].sample, x, y);
        cr_expect_not(same(x, d.x), "%d", k);
        /* the noise too: observe the same x */
        sgn_problem_observe(d.q, at[k].seed, at[k].purpose, at[k].epoch, at[k].sample, d.x, y);
        cr_expect_not(same(y, d.y), "%d", k);
    }
    sgn_problem_observe(d.q, 9, SGN_RNG_TRAIN, 3, 0, d.x, y);
    cr_expect(same(y, d.y));
    drawn_free(&d), sgn_free(x.at), sgn_free(y.at);
}

Test(signal, drawing_allocates_nothing)
{
    drawn d = draw(0.1, 20, 64);
    uint64_t before = sgn_alloc_count();
    sgn_problem_draw(d.q, 1, SGN_RNG_TRAIN, 0, 0, d.x, d.y);
    cr_expect_eq(sgn_alloc_count(), before);
    drawn_free(&d);
}

/* ---- problems of files ---- */

static const sgn_mat none = {NULL, 0, 0, 0};

Test(problem, data_are_copied_with_their_shape)
{
    sgn_real A[6] = {1, 2, 3, 4, 5, 6}, x[8] = {1, 2, 3, -7, 4, 5, 6, -7}, y[4] = {1, 2, 3, 4};
    sgn_mat gaps = {x, 3, 2, 4};  // the -7 are not data
    sgn_problem_settings as = settings("file", 250, 500);
    sgn_problem *q;
    cr_assert_eq(sgn_problem_from_data(&q, &as, sgn_mat_view(A, 2, 3), gaps, sgn_mat_view(y, 2, 2),
                                       none, none),
                 SGN_OK, "%s", sgn_last_error());
    A[0] = 99, x[0] = 99, y[0] = 99;
    cr_expect(q->as.m == 2 && q->as.n == 3 && q->physics.A.at[0] == 1);
    cr_expect(q->test_x.at[0] == 1 && q->test_x.at[3] == 4 && q->test_y.at[0] == 1);
    cr_expect(q->train_x.cols == 0 && q->train_y.cols == 0);
    cr_expect(q->physics.blocks == 1 && !q->physics.one_bit);
    cr_expect_float_eq(q->physics.lipschitz, largest_eigenvalue(q->physics.A), 1e-3);
    sgn_problem_free(q);
}

Test(problem, measurements_are_made_where_a_file_has_signals_only)
{
    sgn_real A[4] = {1, 0, 1, -1}, x[2] = {3, 5};
    sgn_problem_settings as = settings("file", 1, 1);
    sgn_problem *q;
    cr_assert_eq(sgn_problem_from_data(&q, &as, sgn_mat_view(A, 2, 2), sgn_mat_view(x, 2, 1), none,
                                       none, none),
                 SGN_OK);
    cr_expect(q->test_y.cols == 1 && q->test_y.at[0] == 8 && q->test_y.at[1] == -5);
    cr_expect(q->physics.one_bit);
    sgn_problem_free(q);
}

static void expect_refusal(sgn_mat A, sgn_mat x, sgn_mat y, const char *words)
{
    sgn_problem_settings as = settings("file", 1, 1);
    sgn_problem *q = NULL;
    cr_expect_eq(sgn_problem_from_data(&q, &as, A, none, none, x, y), SGN_EDATA);
    cr_expect(strstr(sgn_last_error(), words), "\"%s\" lacks \"%s\"", sgn_last_error(), words);
    cr_expect_null(q);
}

Test(problem, unusable_data_are_refused_by_name_and_index)
{
    sgn_real fine[6] = {1, 2, 3, 4, 5, 6}, bad[6] = {1, 2, 3, (sgn_real)NAN, 5, 6}, zero[6] = {0};
    sgn_mat A = sgn_mat_view(fine, 2, 3);
    expect_refusal(sgn_mat_view(bad, 2, 3), none, none, "A[1][1] is nan");
    expect_refusal(A, sgn_mat_view(bad, 3, 2), none, "train_x[1][0] is nan");
    expect_refusal(A, sgn_mat_view(fine, 2, 3), none, "length 2, A has 3 columns");
    expect_refusal(A, sgn_mat_view(fine, 3, 2), sgn_mat_view(fine, 3, 2), "length 3, A has 2 rows");
    expect_refusal(A, sgn_mat_view(fine, 3, 2), sgn_mat_view(fine, 2, 1),
                   "train_x has 2 vectors and train_y has 1");
    expect_refusal(sgn_mat_view(zero, 2, 3), none, none, "A is zero");
    expect_refusal(sgn_mat_view(zero, 0, 3), none, none, "A is 0 x 3");
    sgn_real largest = (sgn_real)(sizeof(sgn_real) == 4 ? (double)FLT_MAX : DBL_MAX);
    sgn_real far[3] = {largest, largest, largest};
    expect_refusal(A, sgn_mat_view(far, 3, 1), none, "y = A x is not finite");
}

/* ---- settings ---- */

static void expect_error(sgn_problem_settings as, sgn_status status, const char *words)
{
    sgn_problem *q = NULL;
    cr_expect_eq(sgn_problem_new(&q, &as, 1), status, "%s", words);
    cr_expect(strstr(sgn_last_error(), words), "\"%s\" lacks \"%s\"", sgn_last_error(), words);
    cr_expect_null(q);
    sgn_problem_free(q);
}

Test(problem, the_presets_are_a_problem)
{
    sgn_problem_settings as = settings("gaussian", 250, 500), presets;
    memset(&presets, 0, sizeof presets);
    sgn_option_presets(sgn_problem_options, sgn_problem_option_count, &presets);
    cr_expect_str_eq(presets.kind, as.kind);
    cr_expect(presets.m == 250 && presets.n == 500 && isinf(presets.snr_db) && !presets.seed);
    sgn_problem_free(problem(presets, 1));
}

Test(problem, settings_out_of_range_are_named)
{
    sgn_problem_settings as = settings("gausian", 10, 20);
    expect_error(as, SGN_ENAME, "problem.kind is 'gausian'; did you mean 'gaussian'?");
    expect_error(settings("file", 10, 20), SGN_ECONFIG, "problem.file");
    expect_error(settings("gaussian", 0, 20), SGN_ECONFIG, "problem.m is 0");
    expect_error(settings("gaussian", 10, 65537), SGN_ECONFIG, "problem.n is 65537");
    expect_error(settings("gaussian", 65536, 65536), SGN_ECONFIG, "problem.m x problem.n");
    as = settings("gaussian", 10, 20), as.sparsity = 0;
    expect_error(as, SGN_ECONFIG, "problem.sparsity is 0");
    as = settings("gaussian", 10, 20), as.sparsity = (double)NAN;
    expect_error(as, SGN_ECONFIG, "problem.sparsity");
    as = settings("gaussian", 10, 20), as.snr_db = -21;
    expect_error(as, SGN_ECONFIG, "problem.snr_db is -21");
    as = settings("sparse-pm1", 10, 20), as.density = 1.5;
    expect_error(as, SGN_ECONFIG, "problem.density is 1.5");
    as = settings("block-pm1", 10, 20), as.blocks = 4;
    expect_error(as, SGN_ECONFIG, "problem.blocks is 4");
}
