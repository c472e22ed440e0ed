/* columns.h -- products with vectors most of whose entries are 0: estimates of sparse signals.
 *
 * A column of the matrix that meets a 0 is not read, so the time is that of the columns which are.
 */
#ifndef SGN_CORE_COLUMNS_H
#define SGN_CORE_COLUMNS_H

#include "core/mat.h"

/* Whether so few entries of x are not 0 that sgn_add_columns is faster than sgn_gemm. */
int sgn_is_sparse(sgn_mat x);

/* Y += alpha A X, column by column: A (m, n), X (n, N), Y (m, N). */
void sgn_add_columns(double alpha, sgn_mat A, sgn_mat X, sgn_mat Y);

/* The same for a single vector; for core/columns.c, where the processor has AVX-512. */
typedef void sgn_columns_kernel(sgn_real alpha, sgn_mat A, const sgn_real *x, sgn_real *y);
#if defined(__x86_64__) && !defined(SGN_DOUBLE)
sgn_columns_kernel sgn_columns_avx512;
#endif

#endif
