/* Products that skip zeros: on numbers whose sums are exact they are the sums, bit by bit. */
#include "core/product.h"

#include "core/memory.h"
#include "core/rng.h"

#include <criterion/criterion.h>
#include <math.h>

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

/* Multiples of 1/64, so few of them that their sums are exact; the share `density` is not 0. */
static sgn_mat dyadic(int rows, int cols, double density, uint32_t stream)
{
    sgn_mat a = new_mat(rows, cols);
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, stream);
    for (int i = 0; i < rows * cols; i++) {
        double value = ceil(127 * sgn_rng_uniform(&rng)) / 64;
        a.at[i] = sgn_rng_uniform(&rng) < density ? (sgn_real)value : 0;
    }
    return a;
}

static sgn_real entry(sgn_op op, sgn_mat a, int i, int j)
{
    return op == SGN_PLAIN ? *sgn_mat_at(a, i, j) : *sgn_mat_at(a, j, i);
}

static void plain_product(sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B, double beta,
                          int inner, sgn_mat C)
{
    for (int j = 0; j < C.cols; j++)
        for (int i = 0; i < C.rows; i++) {
            double sum = 0;
            for (int k = 0; k < inner; k++)
                sum += (double)entry(opa, A, i, k) * (double)entry(opb, B, k, j);
            sgn_real *c = sgn_mat_at(C, i, j);
            *c = (sgn_real)(alpha * sum + beta * (double)*c);
        }
}

typedef struct {
    int m, n, inner;
} shape;

/* Whole vectors and panels, and what is left over of both. */
static const shape shapes[] = {{64, 16, 64}, {1, 2, 1},      {50, 33, 70},
                               {131, 6, 65}, {17, 300, 129}, {300, 7, 3}};

static int has_kernels(void)
{
    sgn_mat none = new_mat(16, 16);
    int has = sgn_product_choose(SGN_PLAIN, SGN_PLAIN, none, none) != SGN_SKIP_NONE;
    sgn_free(none.at);
    return has;
}

static void compare(sgn_skip skip, sgn_op opa, sgn_op opb, shape s, double density, double beta)
{
    sgn_mat A =
        opa == SGN_PLAIN ? dyadic(s.m, s.inner, density, 1) : dyadic(s.inner, s.m, density, 1);
    sgn_mat B =
        opb == SGN_PLAIN ? dyadic(s.inner, s.n, density, 2) : dyadic(s.n, s.inner, density, 2);
    sgn_mat C = dyadic(s.m, s.n, 1, 3), D = dyadic(s.m, s.n, 1, 3);
    if (beta == 0) C.at[0] = (sgn_real)NAN;  // what is overwritten is not read
    sgn_product(skip, opa, opb, -2, A, B, beta, C);
    plain_product(opa, opb, -2, A, B, beta, s.inner, D);
    for (int i = 0; i < s.m * s.n; i++)
        cr_assert(C.at[i] == D.at[i], "skip %d, ops %d %d, %d x %d x %d, density %g: %g, not %g",
                  skip, opa, opb, s.m, s.inner, s.n, density, (double)C.at[i], (double)D.at[i]);
    sgn_free(A.at), sgn_free(B.at), sgn_free(C.at), sgn_free(D.at);
}

static void compare_all(sgn_skip skip, sgn_op opa, sgn_op opb)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (double beta = 0; beta <= 2; beta++) {
            compare(skip, opa, opb, shapes[i], 1, beta);
            compare(skip, opa, opb, shapes[i], 0.3, beta);
            compare(skip, opa, opb, shapes[i], 0, beta);
        }
}

Test(product, is_the_sum_whatever_is_skipped_and_transposed)
{
    if (!has_kernels()) cr_skip("no kernels for this processor");
    static const sgn_op op[] = {SGN_PLAIN, SGN_TRANSPOSED};
    for (int ops = 0; ops < 4; ops++) {
        compare_all(SGN_SKIP_LEFT, op[ops % 2], op[ops / 2]);
        compare_all(SGN_SKIP_RIGHT, op[ops % 2], op[ops / 2]);
    }
}

Test(product, of_a_column_has_the_same_bits_in_any_company)
{
    if (!has_kernels()) cr_skip("no kernels for this processor");
    sgn_mat A = new_mat(70, 90), B = new_mat(90, 40), C = new_mat(70, 40), c = new_mat(70, 1);
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, 4);
    for (int i = 0; i < 70 * 90; i++) A.at[i] = (sgn_real)sgn_rng_normal(&rng);
    for (int i = 0; i < 90 * 40; i++)
        B.at[i] = i % 90 < 60 || i > 90 * 20 ? (sgn_real)sgn_rng_normal(&rng) : 0;
    sgn_product(SGN_SKIP_RIGHT, SGN_PLAIN, SGN_PLAIN, 1, A, B, 0, C);
    for (int j = 0; j < 40; j++) {
        sgn_product(SGN_SKIP_RIGHT, SGN_PLAIN, SGN_PLAIN, 1, A, sgn_mat_cols(B, j, 1), 0, c);
        for (int i = 0; i < 70; i++) cr_assert(c.at[i] == *sgn_mat_at(C, i, j), "column %d", j);
    }
    sgn_free(A.at), sgn_free(B.at), sgn_free(C.at), sgn_free(c.at);
}

Test(product, has_the_same_bits_whichever_zeros_are_skipped)
{
    if (!has_kernels()) cr_skip("no kernels for this processor");
    enum { M = 115, INNER = 150, N = 70 };
    sgn_mat A = new_mat(M, INNER), B = new_mat(INNER, N), C = new_mat(M, N), D = new_mat(M, N);
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, 5);
    for (int i = 0; i < M * INNER; i++)
        A.at[i] = sgn_rng_uniform(&rng) < 0.5 ? 0 : (sgn_real)sgn_rng_normal(&rng);
    for (int i = 0; i < INNER * N; i++)
        B.at[i] = sgn_rng_uniform(&rng) < 0.2 ? 0 : (sgn_real)sgn_rng_normal(&rng);
    for (int i = 0; i < M * N; i++) C.at[i] = D.at[i] = (sgn_real)sgn_rng_normal(&rng);
    sgn_product(SGN_SKIP_LEFT, SGN_PLAIN, SGN_PLAIN, -1, A, B, 1, C);
    sgn_product(SGN_SKIP_RIGHT, SGN_PLAIN, SGN_PLAIN, -1, A, B, 1, D);
    for (int i = 0; i < M * N; i++) cr_assert(C.at[i] == D.at[i], "entry %d", i);
    sgn_free(A.at), sgn_free(B.at), sgn_free(C.at), sgn_free(D.at);
}

/* A NaN is not 0. */
Test(product, keeps_a_nan_of_the_factor_whose_zeros_are_skipped)
{
    if (!has_kernels()) cr_skip("no kernels for this processor");
    sgn_mat A = dyadic(20, 20, 1, 1), B = new_mat(20, 20), C = new_mat(20, 20);
    *sgn_mat_at(B, 7, 3) = (sgn_real)NAN;
    cr_assert_eq(sgn_product_choose(SGN_PLAIN, SGN_PLAIN, A, B), SGN_SKIP_RIGHT);
    sgn_product(SGN_SKIP_RIGHT, SGN_PLAIN, SGN_PLAIN, 1, A, B, 0, C);
    for (int j = 0; j < 20; j++)
        cr_assert_eq((int)isnan(*sgn_mat_at(C, 11, j)), j == 3, "column %d", j);
    sgn_free(A.at), sgn_free(B.at), sgn_free(C.at);
}

Test(product, is_left_to_blas_where_there_are_no_zeros)
{
    sgn_mat A = dyadic(32, 32, 1, 1), B = dyadic(32, 32, 0.2, 2);
    cr_expect_eq(sgn_product_choose(SGN_PLAIN, SGN_PLAIN, A, A), SGN_SKIP_NONE);
    if (has_kernels()) {
        cr_expect_eq(sgn_product_choose(SGN_PLAIN, SGN_PLAIN, A, B), SGN_SKIP_RIGHT);
        cr_expect_eq(sgn_product_choose(SGN_PLAIN, SGN_PLAIN, B, A), SGN_SKIP_LEFT);
    }
    sgn_free(A.at), sgn_free(B.at);
}
