/* mat.h -- a borrowed rectangle of reals, and the only file that sees BLAS and LAPACK.
 *
 * Column-major; column b is sample b, so a batch of B vectors of length n is (n, B) here and
 * [B][n] in an HDF5 file: the same bytes.  A view never owns and is passed by value.
 */
#ifndef SGN_CORE_MAT_H
#define SGN_CORE_MAT_H

#include "core/base.h"

typedef struct {
    sgn_real *at;  // at[i + j*ld]
    int rows, cols, ld;
} sgn_mat;

static inline sgn_mat sgn_mat_view(sgn_real *at, int rows, int cols)
{
    return (sgn_mat){at, rows, cols, rows};
}

/* Columns first .. first+count-1 of `a`. */
static inline sgn_mat sgn_mat_cols(sgn_mat a, int first, int count)
{
    return (sgn_mat){a.at + (size_t)first * (size_t)a.ld, a.rows, count, a.ld};
}

static inline sgn_real *sgn_mat_at(sgn_mat a, int i, int j)
{
    return a.at + (size_t)i + (size_t)j * (size_t)a.ld;
}

void sgn_mat_copy(sgn_mat from, sgn_mat to);  // of one shape

typedef enum { SGN_PLAIN, SGN_TRANSPOSED } sgn_op;

/* One thread for BLAS (results depend on its thread count); call once before anything else. */
void sgn_blas_init(void);
const char *sgn_blas_core(void);  // the kernel set OpenBLAS chose: "Cooperlake", "Haswell" ...

/* C = alpha op(A) op(B) + beta C.  Zeros of A or B may be skipped: what is not finite in the other factor
   does not show there. */
void sgn_gemm(sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B, double beta, sgn_mat C);
/* Whether such a product, `cols` columns of op(A) B, computes each column by itself: the same bits whatever
   the others are and however many (of as many as say so too). */
int sgn_gemm_by_column(sgn_mat A, int cols);
/* sgn_gemm by OpenBLAS alone, which takes its time over zeros: what others are measured against. */
void sgn_blas_gemm(sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B, double beta,
                   sgn_mat C);

/* Summed in double. */
double sgn_dot(const sgn_real *x, const sgn_real *y, size_t n);
double sgn_sum_squares(const sgn_real *x, size_t n);
double sgn_mat_sum_squares(sgn_mat a);
int sgn_mat_finite(sgn_mat a);  // 1 when every entry is

/* The largest eigenvalue of A'A: the square of A's largest singular value (LAPACK). */
SGN_MUST_CHECK sgn_status sgn_lipschitz(sgn_mat A, double *out);

/* B <- S^{-1} B for symmetric positive definite S (lower triangle read), which is overwritten by
   its Cholesky factor.  SGN_EDATA when S is not positive definite. */
SGN_MUST_CHECK sgn_status sgn_spd_solve(sgn_mat S, sgn_mat B);

/* The lower triangle of symmetric positive definite S (no other is read or written) <- L, the Cholesky
   factor of the inverse: S^{-1} = L L'.  SGN_EDATA when S is not positive definite. */
SGN_MUST_CHECK sgn_status sgn_inverse_cholesky(sgn_mat S);
/* Ridge regression without intercept: W (q, k) of least |Y - W F|^2 / n + lambda |W|^2 for F (k, n)
   and Y (q, n).  In double, over the smaller of F F' and F'F.  SGN_EDATA when that is not positive
   definite, which lambda > 0 prevents but for rounding. */
SGN_MUST_CHECK sgn_status sgn_ridge(sgn_mat F, sgn_mat Y, double lambda, sgn_mat W);

/* S = U diag(value) U' of a symmetric S (k, k) (lower triangle read), which becomes U; value (k)
   ascends.  In double. */
SGN_MUST_CHECK sgn_status sgn_eigen(sgn_mat S, double *value);

#endif
