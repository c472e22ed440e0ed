/* product.h -- products of matrices, in which zeros are skipped.
 *
 * Where half of the links are absent, or shrinkage left a tenth of an estimate, most of a product is
 * multiplications by zero.  These kernels do the others, at nearly the rate at which BLAS does all of them;
 * and where there are none, the matrix is large and the batch is not, they need not pack all of it.
 * For core/mat.c, which asks for whichever is faster.
 */
#ifndef SGN_CORE_PRODUCT_H
#define SGN_CORE_PRODUCT_H

#include "core/mat.h"

typedef enum {
    SGN_SKIP_NONE,   // BLAS is faster, or there is no kernel for this processor
    SGN_SKIP_LEFT,   // the zeros of A
    SGN_SKIP_RIGHT,  // the zeros of B
} sgn_skip;

/* What is best for op(A) op(B), by some columns of both. */
sgn_skip sgn_product_choose(sgn_op opa, sgn_op opb, sgn_mat A, sgn_mat B);

/* Whether such products are never left to BLAS, so that what sgn_product promises holds. */
int sgn_product_by_column(sgn_mat A, int cols);

/* C = alpha op(A) op(B) + beta C without the terms that one factor's zeros make 0, whatever stands in the
   other; `skip` is not SGN_SKIP_NONE.  Terms are added to beta C in order, each with one rounding, so that neither
   the zeros nor the other rows and columns change an entry's bits; nor does the side whose zeros are skipped,
   where alpha is a power of 2 or its negative.  Working memory is on the stack, 35 KB. */
void sgn_product(sgn_skip skip, sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B,
                 double beta, sgn_mat C);

#endif
