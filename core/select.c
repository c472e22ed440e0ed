/* select.c -- the k-th largest magnitude. */
#include "core/select.h"

#include "core/vector.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

/* An integer as wide as a real. */
#ifdef SGN_DOUBLE
typedef long long word;
static const word all_but_sign = LLONG_MAX;
#else
typedef int word;
static const word all_but_sign = INT_MAX;
#endif

static inline __attribute__((always_inline)) word magnitude(sgn_real v)
{
    word bits;
    memcpy(&bits, &v, sizeof bits);
    return bits & all_but_sign;
}

SGN_VECTOR static word greatest(const sgn_real *v, size_t n)
{
    word most = 0;
    for (size_t i = 0; i < n; i++) {
        word b = magnitude(v[i]);
        most = b > most ? b : most;
    }
    return most;
}

/* How many are at least `level`. */
SGN_VECTOR static size_t count_from(const sgn_real *v, size_t n, word level)
{
    word count = 0;
    for (size_t i = 0; i < n; i++) count += magnitude(v[i]) >= level;
    return (size_t)count;
}

/* The least of those that are at least `level`. */
SGN_VECTOR static word least_from(const sgn_real *v, size_t n, word level)
{
    word least = all_but_sign;
    for (size_t i = 0; i < n; i++) {
        word b = magnitude(v[i]), over = b >= level ? b : all_but_sign;
        least = over < least ? over : least;
    }
    return least;
}

sgn_real sgn_kth_largest(const sgn_real *v, size_t n, size_t k)
{
    assert(k >= 1 && k <= n && n <= INT_MAX);
    word from = 0, above = greatest(v, n) + 1;  // at least k from `from`, fewer from `above`
    while (above - from > 1) {
        word middle = from + (above - from) / 2;
        size_t count = count_from(v, n, middle);
        if (count < k) above = middle;
        else from = middle;
        if (count == k) break;
    }
    word bits = least_from(v, n, from);
    sgn_real level;
    memcpy(&level, &bits, sizeof level);
    return level;
}
