/* gram.h -- the size of a product that is not formed.
 *
 *     |D X'|^2 = <D'D, X'X>
 *
 * for D (m, k) and X (n, k): k^2 (m + n) / 2 multiplications instead of k m n, and no memory.
 */
#ifndef SGN_CORE_GRAM_H
#define SGN_CORE_GRAM_H

#include "core/mat.h"

/* Summed in double over entries of the two Gram matrices, which are rounded as sgn_gemm rounds: where
   columns cancel, the result is as exact as the size of what cancels.  Never negative; NaN or infinite where
   D or X is not finite. */
double sgn_product_square(sgn_mat D, sgn_mat X);

#endif
