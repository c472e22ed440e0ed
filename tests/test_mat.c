#include "core/mat.h"

#include "core/lanczos.h"
#include "core/memory.h"
#include "core/rng.h"

#include <criterion/criterion.h>
#include <math.h>

static const double tolerance = sizeof(sgn_real) == 4 ? 1e-5 : 1e-13;

static sgn_mat random_mat(int rows, int cols, int ld, uint32_t id)
{
    sgn_mat a = {sgn_alloc((size_t)ld * (size_t)cols, sizeof(sgn_real)), rows, cols, ld};
    sgn_rng r = sgn_rng_stream(5, SGN_RNG_FREE, 0, id);
    for (int i = 0; i < ld * cols; i++) a.at[i] = (sgn_real)sgn_rng_normal(&r);
    return a;
}

static double entry(sgn_mat a, sgn_op op, int i, int j)
{
    return (double)*(op == SGN_PLAIN ? sgn_mat_at(a, i, j) : sgn_mat_at(a, j, i));
}

/* Checks C = 1.5 op(A) op(B) + beta C (m, n), inner dimension k, all with gaps between columns;
   a beta of 0 must not read C. */
static void check_product(sgn_op opa, sgn_op opb, int m, int n, int k, double beta)
{
    enum { GAP = 3 };
    int ar = opa == SGN_PLAIN ? m : k, br = opb == SGN_PLAIN ? k : n;
    sgn_mat A = random_mat(ar, m + k - ar, ar + GAP, 1),
            B = random_mat(br, n + k - br, br + GAP, 2);
    sgn_mat C = random_mat(m, n, m + GAP, 3), before = random_mat(m, n, m + GAP, 3);
    for (int j = 0; j < n && beta == 0; j++)
        for (int i = 0; i < m; i++) *sgn_mat_at(C, i, j) = (sgn_real)NAN;
    sgn_gemm(opa, opb, 1.5, A, B, beta, C);
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++) {
            double expected = beta * entry(before, SGN_PLAIN, i, j);
            for (int l = 0; l < k; l++) expected += 1.5 * entry(A, opa, i, l) * entry(B, opb, l, j);
            cr_assert_float_eq(entry(C, SGN_PLAIN, i, j), expected, 10 * tolerance * k,
                               "ops %d %d, %dx%dx%d, beta %g: (%d, %d)", opa, opb, m, n, k, beta, i,
                               j);
        }
        for (int i = m; i < m + GAP && j < n - 1; i++)
            cr_assert(*sgn_mat_at(C, i, j) == *sgn_mat_at(before, i, j), "wrote into the gap");
    }
    sgn_free(A.at), sgn_free(B.at), sgn_free(C.at), sgn_free(before.at);
}

Test(mat, product_is_the_sum_for_every_op_shape_gap_and_beta)
{
    sgn_blas_init();
    static const int shape[][3] = {{5, 7, 3}, {1, 4, 6}, {9, 1, 4}, {1, 1, 1}, {40, 33, 50}};
    static const double beta[] = {0, 1, -0.5};
    for (int s = 0; s < 5; s++)
        for (int b = 0; b < 3; b++)
            for (int ops = 0; ops < 4; ops++)
                check_product(ops & 1 ? SGN_TRANSPOSED : SGN_PLAIN,
                              ops & 2 ? SGN_TRANSPOSED : SGN_PLAIN, shape[s][0], shape[s][1],
                              shape[s][2], beta[b]);
}

Test(mat, product_with_no_columns_does_nothing)
{
    sgn_mat A = random_mat(3, 4, 3, 1);
    sgn_real untouched = 5;
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, A, sgn_mat_view(&untouched, 4, 0), 0,
             sgn_mat_view(&untouched, 3, 0));
    cr_assert(untouched == 5);
    sgn_free(A.at);
}

/* What is faster by skipping zeros is compared with a product that does not. */
Test(mat, the_product_of_blas_alone_skips_no_zeros)
{
    enum { N = 256, COLS = 64 };
    sgn_mat A = random_mat(N, N, N, 1), B = random_mat(N, COLS, N, 2),
            C = random_mat(N, COLS, N, 3);
    for (int i = 0; i < N * N; i++) A.at[i] = 0;
    B.at[0] = (sgn_real)INFINITY;
    sgn_blas_gemm(SGN_PLAIN, SGN_PLAIN, 1, A, B, 0, C);
    cr_assert(isnan(C.at[0]) && isnan(C.at[N - 1]) && C.at[N] == 0);
    sgn_free(A.at), sgn_free(B.at), sgn_free(C.at);
}

Test(mat, one_kernel_set_is_named) { cr_assert(sgn_blas_core()[0] != 0); }

Test(mat, dot_is_summed_in_double_for_every_length)
{
    enum { N = 37 };
    sgn_mat x = random_mat(N, 1, N, 1), y = random_mat(N, 1, N, 2);
    double expected = 0;
    for (size_t n = 0; n < N; n++) {
        cr_assert_float_eq(sgn_dot(x.at, y.at, n), expected, 1e-13, "length %zu", n);
        expected += (double)x.at[n] * (double)y.at[n];
    }
    sgn_free(x.at), sgn_free(y.at);
}

Test(mat, sum_of_squares_and_finite_skip_the_gaps)
{
    sgn_mat a = random_mat(4, 3, 6, 1);
    double expected = 0;
    for (int j = 0; j < 3; j++)
        for (int i = 0; i < 4; i++) expected += pow(entry(a, SGN_PLAIN, i, j), 2);
    a.at[5] = (sgn_real)NAN;  // in a gap
    cr_assert_float_eq(sgn_mat_sum_squares(a), expected, 1e-13);
    cr_assert(sgn_mat_finite(a));
    *sgn_mat_at(a, 3, 2) = (sgn_real)INFINITY;
    cr_assert_not(sgn_mat_finite(a));
    sgn_free(a.at);
}

/* A = diag(s) U with U of orthonormal rows or columns would need a factorisation; a rank-one matrix
   u v' has |u|^2 |v|^2, and a diagonal one its largest entry squared. */
Test(mat, squares_of_any_number_of_entries_are_summed)
{
    sgn_mat a = random_mat(100, 1, 100, 4);
    double expected = 0;
    for (size_t n = 0; n < 100; n++) {
        cr_assert_float_eq(sgn_sum_squares(a.at, n), expected, 1e-13 * (expected + 1), "%zu", n);
        cr_assert_float_eq(sgn_dot(a.at, a.at, n), expected, 1e-13 * (expected + 1), "%zu", n);
        expected += (double)a.at[n] * (double)a.at[n];
    }
    sgn_free(a.at);
}

Test(mat, lipschitz_is_known_for_diagonal_and_rank_one)
{
    enum { M = 6, N = 11 };
    sgn_mat u = random_mat(M, 1, M, 1), v = random_mat(N, 1, N, 2);
    sgn_mat wide = random_mat(M, N, M + 2, 3), tall = random_mat(N, M, N + 5, 3);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, u, v, 0, wide);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, v, u, 0, tall);
    double expected = sgn_mat_sum_squares(u) * sgn_mat_sum_squares(v), of_wide, of_tall;
    cr_assert_eq(sgn_lipschitz(wide, &of_wide), SGN_OK);
    cr_assert_eq(sgn_lipschitz(tall, &of_tall), SGN_OK);
    cr_expect_float_eq(of_wide / expected, 1, tolerance);
    cr_expect_float_eq(of_tall / expected, 1, tolerance);

    sgn_real diagonal[9] = {1, 0, 0, 0, -3, 0, 0, 0, 2};
    cr_assert_eq(sgn_lipschitz(sgn_mat_view(diagonal, 3, 3), &of_wide), SGN_OK);
    cr_expect_float_eq(of_wide, 9, 1e-12);
    sgn_free(u.at), sgn_free(v.at), sgn_free(wide.at), sgn_free(tall.at);
}

Test(mat, lipschitz_bounds_every_rayleigh_quotient)
{
    sgn_blas_init();
    enum { M = 250, N = 500 };
    sgn_mat A = random_mat(M, N, M, 1), x = random_mat(N, 20, N, 2), y = random_mat(M, 20, M, 3);
    double L;
    cr_assert_eq(sgn_lipschitz(A, &L), SGN_OK);
    for (int k = 0; k < 30; k++) {  // block of power iterations
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, A, x, 0, y);
        sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1 / L, A, y, 0, x);
    }
    double largest = 0;
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, A, x, 0, y);
    for (int j = 0; j < 20; j++)
        largest = fmax(largest, sgn_mat_sum_squares(sgn_mat_cols(y, j, 1)) /
                                    sgn_mat_sum_squares(sgn_mat_cols(x, j, 1)));
    cr_expect(largest <= L * (1 + tolerance) && largest > 0.97 * L, "%g of %g", largest, L);
    sgn_free(A.at), sgn_free(x.at), sgn_free(y.at);
}

Test(mat, what_is_not_finite_or_not_definite_is_refused)
{
    double L = -1;
    sgn_real bad[4] = {1, (sgn_real)NAN, 2, 3};
    cr_expect_eq(sgn_lipschitz(sgn_mat_view(bad, 2, 2), &L), SGN_EDATA);
    cr_expect(L == -1, "output touched");
    sgn_real b[2] = {1, 1};
    cr_expect_eq(sgn_spd_solve(sgn_mat_view(bad, 2, 2), sgn_mat_view(b, 2, 1)), SGN_EDATA);
    sgn_real indefinite[4] = {1, 2, 2, 1};
    cr_expect_eq(sgn_spd_solve(sgn_mat_view(indefinite, 2, 2), sgn_mat_view(b, 2, 1)), SGN_EDATA);
}

Test(mat, solving_undoes_the_product)
{
    enum { N = 30, COLS = 4 };
    sgn_mat G = random_mat(N, N, N, 1), S = random_mat(N, N, N + 2, 2),
            X = random_mat(N, COLS, N, 3);
    sgn_mat B = random_mat(N, COLS, N + 3, 4);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, G, G, 0, S);
    for (int i = 0; i < N; i++) *sgn_mat_at(S, i, i) += 10;
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, S, X, 0, B);
    for (int j = 1; j < N; j++)  // the upper triangle is not read
        for (int i = 0; i < j; i++) *sgn_mat_at(S, i, j) = 1000;
    cr_assert_eq(sgn_spd_solve(S, B), SGN_OK);
    for (int j = 0; j < COLS; j++)
        for (int i = 0; i < N; i++)
            cr_assert_float_eq(*sgn_mat_at(B, i, j), *sgn_mat_at(X, i, j), 100 * tolerance);
    sgn_free(G.at), sgn_free(S.at), sgn_free(X.at), sgn_free(B.at);
}

/* The gradient of |Y - W F|^2 / n + lambda |W|^2 vanishes, for more samples than features and for fewer. */
Test(mat, ridge_is_where_its_gradient_vanishes)
{
    enum { Q = 3 };
    static const int shape[][2] = {{20, 50}, {50, 20}, {30, 30}, {1, 9}};
    for (int s = 0; s < 4; s++) {
        int k = shape[s][0], n = shape[s][1];
        sgn_mat F = random_mat(k, n, k + 2, 1), Y = random_mat(Q, n, Q + 1, 2);
        sgn_mat W = random_mat(Q, k, Q + 3, 3);
        double lambda = 0.1;
        cr_assert_eq(sgn_ridge(F, Y, lambda, W), SGN_OK);
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, W, F, 1, Y);  // what is missed
        sgn_mat gradient = random_mat(Q, k, Q, 4);
        sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, -1.0 / n, Y, F, 0, gradient);
        for (int j = 0; j < k; j++)
            for (int i = 0; i < Q; i++)
                cr_assert_float_eq(entry(gradient, SGN_PLAIN, i, j) +
                                       lambda * entry(W, SGN_PLAIN, i, j),
                                   0, 10 * tolerance, "%d x %d: (%d, %d)", k, n, i, j);
        sgn_free(F.at), sgn_free(Y.at), sgn_free(W.at), sgn_free(gradient.at);
    }
}

Test(mat, eigenvectors_give_the_matrix_back)
{
    enum { N = 25 };
    double value[N];
    sgn_mat G = random_mat(N, N, N, 1), S = random_mat(N, N, N + 2, 2), T = random_mat(N, N, N, 3);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, G, G, 0, S);
    sgn_mat_copy(S, G);
    for (int j = 1; j < N; j++)
        for (int i = 0; i < j; i++) *sgn_mat_at(S, i, j) = 1000;  // the upper triangle is not read
    cr_assert_eq(sgn_eigen(S, value), SGN_OK);
    for (int j = 0; j < N; j++) {
        if (j) cr_assert_leq(value[j - 1], value[j]);
        for (int i = 0; i < N; i++)
            *sgn_mat_at(T, i, j) = (sgn_real)value[j] * *sgn_mat_at(S, i, j);
    }
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, T, S, -1, G);
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++)
            cr_assert_float_eq(*sgn_mat_at(G, i, j), 0, 100 * tolerance * value[N - 1]);
    sgn_real bad[] = {(sgn_real)NAN};
    cr_assert_eq(sgn_eigen(sgn_mat_view(bad, 1, 1), value), SGN_EDATA);
    sgn_free(G.at), sgn_free(S.at), sgn_free(T.at);
}

/* What takes the place of all eigenvalues where they are too many; a matrix of one direction ends at once. */
Test(mat, lanczos_finds_the_largest_eigenvalue_too)
{
    sgn_rng rng = sgn_rng_stream(3, SGN_RNG_FREE, 0, 0);
    for (int n = 1; n < 400; n = 3 * n + 4) {
        sgn_mat A = sgn_mat_view(sgn_alloc((size_t)n * 90, sizeof *A.at), 90, n);
        for (int i = 0; i < 90 * n; i++) A.at[i] = (sgn_real)sgn_rng_normal(&rng);
        double expected, found;
        cr_assert_eq(sgn_lipschitz(A, &expected), SGN_OK);
        cr_assert_eq(sgn_lanczos_norm(A, &found), SGN_OK);
        cr_expect_float_eq(found / expected, 1, 1e-7, "%d columns: %g, not %g", n, found, expected);
        sgn_free(A.at);
    }
}
