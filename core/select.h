/* select.h -- the k-th largest of many magnitudes.
 *
 * The bits of magnitudes, read as integers, are in the order of the magnitudes (IEEE 754), so the
 * k-th largest is found by bisection on its bits.  Every step counts how many are at least as
 * large: a plain loop, without the branches that random data makes a processor mispredict, and
 * nothing moves.
 */
#ifndef SGN_CORE_SELECT_H
#define SGN_CORE_SELECT_H

#include "core/base.h"

#include <stddef.h>

/* The k-th largest of |v[0]| .. |v[n-1]|, 1 <= k <= n (k = 1: the largest). */
sgn_real sgn_kth_largest(const sgn_real *v, size_t n, size_t k);

#endif
