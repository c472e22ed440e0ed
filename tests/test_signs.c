/* One-bit measurements: only signs of y, vectors of norm 1, errors of directions; and an exact number of
 * nonzeros. */
#include "io/summary.h"
#include "laws.h"

#include <math.h>
#include <string.h>

enum { SIGNALS = 40 };

typedef struct {
    sgn_problem *q;
    sgn_mat x, y;
} drawn;

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

static drawn draw(const char *keys)
{
    sgn_config c = config_of("%s", keys);
    drawn d = {0};
    OK(sgn_problem_new(&d.q, &c.problem, 1));
    int width = d.q->physics.width;
    d.x = new_mat(d.q->physics.A.cols, SIGNALS * width);
    d.y = new_mat(d.q->physics.A.rows, SIGNALS * width);
    sgn_problem_draw(d.q, 1, SGN_RNG_TEST, 0, 0, d.x, d.y);
    return d;
}

static void drawn_free(drawn *d)
{
    sgn_problem_free(d->q);
    sgn_free(d->x.at), sgn_free(d->y.at);
}

/* Share of the entries of y whose sign is that of A x. */
static double agreement(const drawn *d)
{
    double same = 0;
    sgn_mat z = new_mat(d->y.rows, d->y.cols);
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, d->q->physics.A, d->x, 0, z);
    for (int i = 0; i < z.rows * z.cols; i++) same += (z.at[i] < 0) == (d->y.at[i] < 0);
    sgn_free(z.at);
    return same / (d->y.rows * d->y.cols);
}

static int is_sign(sgn_real y) { return y == 1 || y == -1; }

static int has_signs_only(sgn_mat y)
{
    for (int i = 0; i < y.rows * y.cols; i++)
        if (!is_sign(y.at[i])) return 0;
    return 1;
}

Test(signs, measurements_are_signs_of_products_with_vectors_of_norm_one)
{
    drawn d = draw("problem.sign_only=true"), plain = draw("problem.sign_only=false");
    cr_expect(has_signs_only(d.y));
    cr_expect_not(has_signs_only(plain.y));
    cr_expect_eq(agreement(&d), 1);
    for (int j = 0; j < SIGNALS; j++)
        cr_expect_float_eq(sgn_mat_sum_squares(sgn_mat_cols(d.x, j, 1)), 1, 1e-5);
    drawn_free(&d), drawn_free(&plain);
}

Test(signs, noise_comes_before_the_sign)
{
    drawn d = draw("problem.sign_only=true problem.snr_db=5");
    cr_expect(has_signs_only(d.y));
    cr_expect_gt(agreement(&d), 0.6);
    cr_expect_lt(agreement(&d), 0.99);
    drawn_free(&d);
}

Test(signs, given_measurements_are_reduced_to_their_signs)
{
    sgn_real A[] = {1, 0, 0, 1}, x[] = {3, -4}, y[] = {0, -5};
    sgn_config c = config_of("problem.sign_only=true");
    sgn_mat none = {0};
    sgn_problem *q = NULL;
    OK(sgn_problem_from_data(&q, &c.problem, sgn_mat_view(A, 2, 2), sgn_mat_view(x, 2, 1),
                             sgn_mat_view(y, 2, 1), none, none));
    cr_expect_eq(q->test_y.at[0], 1, "one bit has no 0");
    cr_expect_eq(q->test_y.at[1], -1);
    cr_expect_eq(q->test_x.at[0], 3, "given vectors stay as they are");
    sgn_problem_free(q);
}

static int nonzeros(sgn_mat x, int j)
{
    int n = 0;
    for (int i = 0; i < x.rows; i++) n += *sgn_mat_at(x, i, j) != 0;
    return n;
}

Test(signs, exact_sparsity_has_the_same_number_of_nonzeros_everywhere)
{
    drawn d = draw("problem.exact_sparsity=true"), plain = draw("problem.exact_sparsity=false");
    int varies = 0, hit[64] = {0};
    for (int j = 0; j < SIGNALS; j++) {
        cr_expect_eq(nonzeros(d.x, j), 4, "signal %d", j);
        varies += nonzeros(plain.x, j) != 4;
        for (int i = 0; i < d.x.rows; i++) hit[i] += *sgn_mat_at(d.x, i, j) != 0;
    }
    cr_expect_gt(varies, 0);
    for (int i = 0; i < d.x.rows; i++) cr_expect(hit[i] > 0 && hit[i] < 24, "entry %d", i);
    drawn_free(&d), drawn_free(&plain);
}

Test(signs, exact_sparsity_counts_rows_of_complex_samples)
{
    drawn d = draw("problem.kind=qpsk problem.measurements=4 problem.exact_sparsity=true");
    for (int j = 0; j < d.x.cols; j++) cr_expect_eq(nonzeros(d.x, j), 4);
    drawn_free(&d);
}

/* ---- errors of directions ---------------------------------------------------------------------- */

Test(signs, angles_are_shares_of_pi)
{
    sgn_real truth[] = {1, 0, 1, 0, 1, 0}, x[] = {2, 2, -3, 0, 0, 0};
    sgn_direction d = sgn_direction_of(sgn_mat_view(x, 2, 3), sgn_mat_view(truth, 2, 3));
    cr_expect_float_eq(d.angle, (0.25 + 1 + 0.5) / 3, 1e-6);
    double error = (2 - sqrt(2)) + 4 + 1;  // an estimate of zero stays zero
    cr_expect_float_eq(d.nmse_db, 10 * log10(error / 3), 1e-5);
}

Test(signs, the_length_of_an_estimate_does_not_count)
{
    drawn d = draw("problem.sign_only=true");
    sgn_mat x = new_mat(d.x.rows, d.x.cols);
    for (int i = 0; i < x.rows * x.cols; i++) x.at[i] = 7 * d.x.at[i];
    sgn_score s;
    OK(sgn_score_of(&d.q->physics, x, d.x, &s));
    cr_expect_lt(s.direction.nmse_db, -60);
    cr_expect_lt(s.direction.angle, 1e-3);
    cr_expect_gt(s.nmse_db, 10);
    sgn_free(x.at);
    drawn_free(&d);
}

Test(signs, whole_measurements_have_no_angle)
{
    drawn d = draw("problem.sign_only=false");
    sgn_score s;
    OK(sgn_score_of(&d.q->physics, d.x, d.x, &s));
    cr_expect(isnan(s.direction.angle) && isnan(s.direction.nmse_db));
    drawn_free(&d);
}

Test(signs, an_angle_that_is_not_known_is_null)
{
    char *text;
    sgn_summary s;
    sgn_summary_init(&s);
    OK(sgn_summary_json(&s, &text));
    cr_expect_not_null(strstr(text, "\"angle\":\tnull"), "%s", text);
    cr_expect_not_null(strstr(text, "\"nmse_normalised_db\":\tnull"));
    sgn_free(text);
    s.angle = 0.25;
    OK(sgn_summary_json(&s, &text));
    cr_expect_not_null(strstr(text, "\"angle\":\t0.25"));
    sgn_free(text);
}
