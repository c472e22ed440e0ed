#include "core/columns.h"

#include "core/bits_kernels.h"
#include "core/vector.h"

enum {
    TOGETHER = 8,
    ROOM = 256
};  // columns added in one pass over y; entries of x that are listed

/* Eighths of the entries that may be not 0, in products with one vector and with several. */
enum { FEW_OF_ONE = 7, FEW_OF_MANY = 2 };

/* Most entries of a matrix near enough for its columns to be read two by two, rather than eight (Zen 4). */
enum { NEAR = 1 << 20 };

/* ---- entries ------------------------------------------------------------------------------------- */

SGN_VECTOR static int count(const sgn_real *x, int n)
{
    int nonzeros = 0;
    for (int i = 0; i < n; i++) nonzeros += x[i] != 0;
    return nonzeros;
}

int sgn_is_sparse(sgn_mat x)
{
    size_t nonzeros = 0, few = x.cols == 1 ? FEW_OF_ONE : FEW_OF_MANY;
    for (int j = 0; j < x.cols; j++) nonzeros += (size_t)count(sgn_mat_at(x, 0, j), x.rows);
    return 8 * nonzeros <= few * (size_t)x.rows * (size_t)x.cols;
}

/* The entries of x from `first` on that are not 0, at most ROOM; sets where the next look begins. */
static int list(const sgn_real *x, int n, int *first, int *entry)
{
    int listed = 0, i = *first;
    for (; i < n && listed < ROOM; i++) {
        entry[listed] = i;
        listed += x[i] != 0;
    }
    *first = i;
    return listed;
}

/* ---- columns ------------------------------------------------------------------------------------- */

/* y += a[0] x[0] + ... + a[7] x[7] */
SGN_VECTOR static void add_eight(const sgn_real *const *a, const sgn_real *x, sgn_real *restrict y,
                                 int m)
{
    const sgn_real *a0 = a[0], *a1 = a[1], *a2 = a[2], *a3 = a[3];
    const sgn_real *a4 = a[4], *a5 = a[5], *a6 = a[6], *a7 = a[7];
    for (int i = 0; i < m; i++)
        y[i] += ((a0[i] * x[0] + a1[i] * x[1]) + (a2[i] * x[2] + a3[i] * x[3])) +
                ((a4[i] * x[4] + a5[i] * x[5]) + (a6[i] * x[6] + a7[i] * x[7]));
}

/* A last group that is not full has its first column again, times 0. */
static void add_listed(sgn_real alpha, sgn_mat A, const sgn_real *x, const int *entry, int listed,
                       sgn_real *y)
{
    for (int k = 0; k < listed; k += TOGETHER) {
        const sgn_real *a[TOGETHER];
        sgn_real times[TOGETHER];
        for (int i = 0; i < TOGETHER; i++) {
            // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): list() wrote all `listed`
            int is_there = k + i < listed, j = entry[is_there ? k + i : k];
            a[i] = sgn_mat_at(A, 0, j);
            times[i] = is_there ? alpha * x[j] : 0;
        }
        add_eight(a, times, y, A.rows);
    }
}

static void add_columns(sgn_real alpha, sgn_mat A, const sgn_real *x, sgn_real *y)
{
    int entry[ROOM];
    for (int first = 0; first < A.cols;) {
        int listed = list(x, A.cols, &first, entry);
        add_listed(alpha, A, x, entry, listed, y);
    }
}

static sgn_columns_kernel *fastest(sgn_mat A)
{
#if defined(__x86_64__) && !defined(SGN_DOUBLE)
    int is_near = (size_t)A.rows * (size_t)A.cols <= NEAR;
    if (is_near && sgn_bits_kernels_used() == &sgn_bits_avx512) return sgn_columns_avx512;
#else
    (void)A;
#endif
    return add_columns;
}

void sgn_add_columns(double alpha, sgn_mat A, sgn_mat X, sgn_mat Y)
{
    sgn_columns_kernel *add = fastest(A);
    for (int b = 0; b < X.cols; b++)
        add((sgn_real)alpha, A, sgn_mat_at(X, 0, b), sgn_mat_at(Y, 0, b));
}
