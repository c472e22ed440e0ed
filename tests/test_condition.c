/* What the test set is drawn under changes the test set as it says, and nothing else. */
#include "laws.h"

#include <math.h>
#include <string.h>

enum { SAMPLES = 400 };

static sgn_problem *problem_of(const char *keys, uint64_t seed)
{
    sgn_problem *q;
    sgn_config c =
        config_of("problem.m=30 problem.n=60 problem.sparsity=0.1 problem.snr_db=30 %s", keys);
    OK(sgn_problem_new(&q, &c.problem, seed));
    OK(sgn_problem_test_under(q, &c.test, seed));
    return q;
}

static sgn_set test_set(const sgn_problem *q)
{
    sgn_set s;
    OK(sgn_test_set(&s, q, 1, SAMPLES));
    return s;
}

static size_t size_of(sgn_mat a) { return (size_t)a.rows * (size_t)a.cols; }

/* |y - B x|^2 / |B x|^2 over the set */
static double misfit(const sgn_set *s, sgn_mat B)
{
    sgn_mat r = sgn_mat_view(sgn_alloc(size_of(s->y), sizeof(sgn_real)), s->y.rows, s->y.cols);
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, B, s->x, 0, r);
    double size = sgn_mat_sum_squares(r), error = 0;
    for (size_t i = 0; i < size_of(r); i++) error += pow((double)s->y.at[i] - (double)r.at[i], 2);
    sgn_free(r.at);
    return error / size;
}

static double share_of_nonzeros(sgn_mat x)
{
    double count = 0;
    for (size_t i = 0; i < size_of(x); i++) count += x.at[i] != 0;
    return count / (double)size_of(x);
}

static double distance(sgn_mat a, sgn_mat b) { return largest_difference(a.at, b.at, size_of(a)); }

Test(condition, noise_of_the_test_set_is_as_it_says_on_the_same_signals)
{
    sgn_problem *plain = problem_of("", 1), *noisy = problem_of("test.snr_db=10", 1);
    sgn_set one = test_set(plain), two = test_set(noisy);
    cr_expect_eq(distance(one.x, two.x), 0);
    cr_expect_float_eq(10 * log10(misfit(&one, plain->physics.A)), -30, 0.2);
    cr_expect_float_eq(10 * log10(misfit(&two, plain->physics.A)), -10, 0.2);
    sgn_set_release(&one), sgn_set_release(&two);
    sgn_problem_free(plain), sgn_problem_free(noisy);
}

Test(condition, sparsity_of_the_test_set_is_as_it_says)
{
    sgn_problem *plain = problem_of("", 1), *dense = problem_of("test.sparsity=0.3", 1);
    sgn_set one = test_set(plain), two = test_set(dense);
    cr_expect_float_eq(share_of_nonzeros(one.x), 0.1, 0.01);
    cr_expect_float_eq(share_of_nonzeros(two.x), 0.3, 0.01);
    cr_expect_eq(dense->physics.sparsity, 0.1, "solvers are told what they were trained for");
    sgn_set_release(&one), sgn_set_release(&two);
    sgn_problem_free(plain), sgn_problem_free(dense);
}

/* |E| is exact; E is that of the seed; A stays. */
Test(condition, measurements_are_those_of_another_matrix)
{
    sgn_problem *plain = problem_of("test.snr_db=inf", 1),
                *other = problem_of("test.snr_db=inf test.matrix_error=0.2", 1),
                *again = problem_of("test.snr_db=inf test.matrix_error=0.2", 2);
    sgn_mat A = other->physics.A;
    double squares = 0;
    for (size_t i = 0; i < size_of(A); i++)
        squares += pow((double)other->test_A.at[i] - (double)A.at[i], 2);
    cr_expect_float_eq(sqrt(squares / sgn_mat_sum_squares(A)), 0.2, 1e-5);
    cr_expect_eq(distance(A, plain->physics.A), 0);
    sgn_set s = test_set(other);
    cr_expect_lt(misfit(&s, other->test_A), 1e-10);
    cr_expect_float_eq(sqrt(misfit(&s, A)), 0.2, 0.02);
    cr_expect_gt(distance(other->test_A, again->test_A), 0.1);
    sgn_set_release(&s);
    sgn_problem_free(plain), sgn_problem_free(other), sgn_problem_free(again);
}

/* [Re -Im; Im Re] is what a complex matrix remains. */
Test(condition, the_other_matrix_of_a_complex_problem_is_complex)
{
    sgn_problem *q = problem_of("problem.kind=qpsk test.matrix_error=0.1", 1);
    sgn_mat B = q->test_A;
    for (int j = 0; j < B.cols / 2; j++)
        for (int i = 0; i < B.rows / 2; i++) {
            cr_expect_eq(*sgn_mat_at(B, i, j), *sgn_mat_at(B, i + B.rows / 2, j + B.cols / 2));
            cr_expect_eq(*sgn_mat_at(B, i, j + B.cols / 2), -*sgn_mat_at(B, i + B.rows / 2, j));
        }
    sgn_problem_free(q);
}

Test(condition, other_sets_stay_as_they_are)
{
    static const char all[] = "test.snr_db=5 test.sparsity=0.4 test.matrix_error=0.5";
    sgn_problem *plain = problem_of("", 1), *under = problem_of(all, 1);
    sgn_problem nominal = sgn_problem_nominal(under);
    sgn_set a[4], b[4];
    OK(sgn_training_set(&a[0], plain, 1, 0, 16, SAMPLES));
    OK(sgn_training_set(&b[0], under, 1, 0, 16, SAMPLES));
    OK(sgn_validation_set(&a[1], plain, 1, SAMPLES));
    OK(sgn_validation_set(&b[1], under, 1, SAMPLES));
    a[2] = test_set(plain), b[2] = test_set(&nominal);
    a[3] = test_set(plain), b[3] = test_set(under);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(distance(a[i].x, b[i].x), 0, "set %d", i);
        cr_expect_eq(distance(a[i].y, b[i].y), 0, "set %d", i);
    }
    cr_expect_gt(distance(a[3].y, b[3].y), 0.1, "the test set itself does not");
    for (int i = 0; i < 4; i++) sgn_set_release(&a[i]), sgn_set_release(&b[i]);
    sgn_problem_free(plain), sgn_problem_free(under);
}

Test(condition, is_refused_for_test_vectors_that_are_given)
{
    sgn_problem *drawn = problem_of("", 1), *q;
    sgn_set s = test_set(drawn);
    sgn_mat none = {0};
    sgn_config c = config_of("test.snr_db=10");
    OK(sgn_problem_from_data(&q, &drawn->as, drawn->physics.A, s.x, none, none, none));
    cr_expect_eq(sgn_problem_test_under(q, &c.test, 1), SGN_ECONFIG);
    cr_expect_not_null(strstr(sgn_last_error(), "test.snr_db"), "%s", sgn_last_error());
    cr_expect_eq(sgn_condition_is_any(&q->test), 0);
    sgn_set_release(&s);
    sgn_problem_free(drawn), sgn_problem_free(q);
}

Test(condition, is_told_in_words)
{
    char text[SGN_NAME_MAX];
    sgn_config c = config_of("test.snr_db=10 test.matrix_error=0.05"), plain = config_of("seed=1");
    sgn_condition_text(&c.test, text, sizeof text);
    cr_expect_str_eq(text, "snr=10 |E|=0.05|A|");
    sgn_condition_text(&plain.test, text, sizeof text);
    cr_expect_str_eq(text, "");
}
