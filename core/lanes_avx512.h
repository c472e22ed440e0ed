/* lanes_avx512.h -- vectors of sixteen floats, the last of a row perhaps not full.
 *
 * For the kernels of products alone, core/product_avx512.c and core/columns_avx512.c.
 */
#ifndef SGN_CORE_LANES_AVX512_H
#define SGN_CORE_LANES_AVX512_H

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi")))
#define INLINE AVX512 static inline __attribute__((always_inline))

enum { LANES = 16 };

static inline int least(int a, int b) { return a < b ? a : b; }

/* The lanes of a vector that has n numbers left. */
static inline __mmask16 first(int n)
{
    return (__mmask16)(n >= LANES ? 0xffff : n <= 0 ? 0 : (1 << n) - 1);
}

#endif
