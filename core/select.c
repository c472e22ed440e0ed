/* select.c -- the k-th largest magnitude. */
#include "core/select.h"

#include "core/vector.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

/* An integer as wide as a real: magnitudes compare as their bits do. */
#ifdef SGN_DOUBLE
typedef unsigned long long word;
static const word all_but_sign = LLONG_MAX;
#else
typedef unsigned word;
static const word all_but_sign = INT_MAX;
#endif

static inline __attribute__((always_inline)) word magnitude(sgn_real v)
{
    word bits;
    memcpy(&bits, &v, sizeof bits);
    return bits & all_but_sign;
}

/* The functions below are parts of one, so that its loops are compiled for the same instructions and
   nothing is called between them. */
#define INLINE static inline __attribute__((always_inline))

INLINE word greatest(const sgn_real *v, size_t n)
{
    word most = 0;
    for (size_t i = 0; i < n; i++) {
        word b = magnitude(v[i]);
        most = b > most ? b : most;
    }
    return most;
}

/* How many are at least `level`. */
INLINE size_t count_from(const sgn_real *v, size_t n, word level)
{
    word count = 0;
    for (size_t i = 0; i < n; i++) count += magnitude(v[i]) >= level;
    return (size_t)count;
}

/* The least of those that are at least `level`: of differences that wrap around where they are less. */
INLINE word least_from(const sgn_real *v, size_t n, word level)
{
    word least = (word)-1;
    for (size_t i = 0; i < n; i++) {
        word over = magnitude(v[i]) - level;
        least = over < least ? over : least;
    }
    return level + least;
}

SGN_VECTOR static word kth_largest(const sgn_real *v, size_t n, size_t k)
{
    word above = greatest(v, n) + 1, from = above > 1 ? least_from(v, n, 1) : 0;
    if (count_from(v, n, from) < k) return 0;
    while (above - from > 1) {  // at least k from `from`, fewer from `above`
        word middle = from + (above - from) / 2;
        size_t count = count_from(v, n, middle);
        if (count < k) above = middle;
        else from = middle;
        if (count == k) break;
    }
    return least_from(v, n, from);
}

sgn_real sgn_kth_largest(const sgn_real *v, size_t n, size_t k)
{
    assert(k >= 1 && k <= n && n <= INT_MAX);
    word bits = kth_largest(v, n, k);
    sgn_real level;
    memcpy(&level, &bits, sizeof level);
    return level;
}
