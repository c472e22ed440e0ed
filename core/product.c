/* product.c -- which zeros to skip, and whether. */
#include "core/product.h"

#include "core/bits_kernels.h"
#include "core/vector.h"

static int has_kernels(void)
{
#if defined(__x86_64__) && !defined(SGN_DOUBLE)
    return sgn_bits_kernels_used() == &sgn_bits_avx512;
#else
    return 0;
#endif
}

SGN_VECTOR static int count(const sgn_real *a, int n)
{
    int entries = 0;
    for (int i = 0; i < n; i++) entries += a[i] != 0;
    return entries;
}

/* Of every so many columns' entries, since to look at all of a matrix takes a tenth of a product. */
static double density(sgn_mat a)
{
    enum { LOOKS = 16 };
    int step = a.cols / LOOKS + 1, columns = 0, entries = 0;
    for (int j = step / 2; j < a.cols; j += step, columns++)
        entries += count(sgn_mat_at(a, 0, j), a.rows);
    return (double)entries / ((double)a.rows * columns);
}

/* Shares of entries that are not zero up to which skipping is faster than BLAS, by opa (whose transpose
   costs BLAS more than us): measured on Zen 4, for lengths that are whole vectors.  Of other lengths the
   lanes that are left over cost as much as the rest. */
static const double most[] = {0.7, 0.9}, most_turned[] = {0.5, 0.75};

static double in_vectors(int n)
{
    enum { LANES = 16 };
    int whole = (n + LANES - 1) / LANES * LANES;
    return (double)whole / n;
}

/* Small matrices stay in the cache that BLAS packs them into, and it has kernels of their own for them; few
   columns are not worth a panel. */
int sgn_product_by_column(sgn_mat A, int cols)
{
    enum { LARGE = 1 << 14, MANY = 8 };
    return has_kernels() && (long long)A.rows * A.cols >= LARGE && cols >= MANY;
}

sgn_skip sgn_product_choose(sgn_op opa, sgn_op opb, sgn_mat A, sgn_mat B)
{
    if (!has_kernels()) return SGN_SKIP_NONE;
    int rows = opa == SGN_PLAIN ? A.rows : A.cols, cols = opb == SGN_PLAIN ? B.cols : B.rows;
    double right = density(B) * in_vectors(rows) / most[opa];
    double left = density(A) * in_vectors(cols) / most_turned[opa];
    if (left >= 1 && right >= 1 && !sgn_product_by_column(A, cols)) return SGN_SKIP_NONE;
    return left < right ? SGN_SKIP_LEFT : SGN_SKIP_RIGHT;
}
