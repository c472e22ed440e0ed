/* Products with sparse vectors: what BLAS gives, and columns that meet a 0 are not looked at. */
#include "core/bits_kernels.h"
#include "core/columns.h"
#include "core/memory.h"
#include "core/rng.h"

#include <criterion/criterion.h>
#include <math.h>

/* (rows, cols) of k / 64, |k| <= 127, each there with a probability: sums of these are exact. */
static sgn_mat dyadic(int rows, int cols, double density, sgn_rng *rng)
{
    sgn_mat a = sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof *a.at), rows, cols);
    for (int i = 0; i < rows * cols; i++) {
        sgn_real value = (sgn_real)(((int)sgn_rng_below(rng, 255) - 127) / 64.0);
        a.at[i] = sgn_rng_uniform(rng) < density ? value : 0;
    }
    return a;
}

static int meets_zero(sgn_mat x, int j)
{
    for (int b = 0; b < x.cols; b++)
        if (*sgn_mat_at(x, j, b) != 0) return 0;
    return 1;
}

static void spoil(sgn_mat A, sgn_mat x)
{
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; meets_zero(x, j) && i < A.rows; i++) *sgn_mat_at(A, i, j) = (sgn_real)NAN;
}

static void check(int m, int n, int N, double density)
{
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, (uint32_t)(m + n));
    sgn_mat A = dyadic(m, n, 1, &rng), x = dyadic(n, N, density, &rng), y = dyadic(m, N, 1, &rng);
    sgn_mat expected = sgn_mat_view(sgn_alloc((size_t)(m * N), sizeof(sgn_real)), m, N);
    sgn_mat_copy(y, expected);
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, -0.5, A, x, 1, expected);
    spoil(A, x);
    sgn_add_columns(-0.5, A, x, y);
    for (int i = 0; i < m * N; i++)
        cr_assert_eq(y.at[i], expected.at[i], "%d x %d, %d: entry %d", m, n, N, i);
    sgn_free(A.at), sgn_free(x.at), sgn_free(y.at), sgn_free(expected.at);
}

static void check_shapes(void)
{
    for (int m = 1; m < 40; m += 13)
        for (int n = 1; n < 700; n = 2 * n + 5) {
            check(m, n, 1, 0.3);
            check(m, n, 3, 0.05);
            check(m, n, 2, 1);
        }
    for (int m = 63; m < 550; m += m / 2)
        check(m, 37, 1, 0.5);  // registers full, and one row more or less
    for (int m = 64; m < 600; m += 64) check(m, 1100, 2, 0.1), check(m + 1, 20, 1, 0);
}

Test(columns, products_are_those_of_blas_whatever_the_shape_and_the_processor)
{
    for (int k = 0; sgn_bits_all[k]; k++) {
        if (!sgn_bits_all[k]->usable()) continue;
        cr_assert_eq(sgn_bits_use(sgn_bits_all[k]->name), SGN_OK);
        check_shapes();
    }
}

Test(columns, a_vector_is_sparse_while_an_eighth_of_it_is_zero_and_a_batch_three_quarters)
{
    sgn_real x[16] = {1, 1, 3, 4, 5, 1, 7, 0};
    cr_expect(sgn_is_sparse(sgn_mat_view(x, 8, 1)));
    cr_expect(!sgn_is_sparse(sgn_mat_view(x, 8, 2)));
    x[7] = 1;
    cr_expect(!sgn_is_sparse(sgn_mat_view(x, 8, 1)));
    x[0] = x[1] = x[2] = x[3] = 0;
    cr_expect(sgn_is_sparse(sgn_mat_view(x, 8, 2)));
}
