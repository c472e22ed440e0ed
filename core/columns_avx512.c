/* columns_avx512.c -- sums of columns for processors with AVX-512: y stays in registers.
 *
 * The sums of 256 rows are sixteen registers while the columns go by, so that a column is read and nothing
 * else is.  Two columns abreast, with those after them fetched early, are read from the second-level cache
 * at 28 to 30 of the 32 bytes a cycle that it gives on Zen 4; one by one they come at 22.  Ice Lake looks
 * ahead by itself, and asking for what it has asked for takes a quarter longer.
 */
#include "core/columns.h"

#if defined(__x86_64__) && !defined(SGN_DOUBLE)

#include "core/lanes_avx512.h"

enum {
    VECTORS = 16,  // of sums
    MASKED = 4,    // of which the last may have fewer rows, or none
    ROWS = LANES * VECTORS,
    ROOM = 1024,  // entries of x that are listed at a time
    ABREAST = 2
};

/* ---- entries ------------------------------------------------------------------------------------- */

/* The columns that meet an entry that is not 0, and what they are multiplied by.  After the last come
   others to be fetched and, where their number is odd, multiplied by 0. */
typedef struct {
    int n, column[ROOM + LANES];
    float times[ROOM + LANES];
} list;

AVX512 static void list_columns(float alpha, const float *x, int n, list *to)
{
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    to->n = 0;
    for (int j = 0; j < n; j += LANES) {
        __m512 here = _mm512_maskz_loadu_ps(first(n - j), x + j);
        __m512i column = _mm512_add_epi32(lanes, _mm512_set1_epi32(j));
        __mmask16 is_there = _mm512_cmp_ps_mask(here, _mm512_setzero_ps(), _CMP_NEQ_UQ);
        here = _mm512_mul_ps(here, _mm512_set1_ps(alpha));
        _mm512_storeu_si512(to->column + to->n, _mm512_maskz_compress_epi32(is_there, column));
        _mm512_storeu_ps(to->times + to->n, _mm512_maskz_compress_ps(is_there, here));
        to->n += __builtin_popcount(is_there);
    }
    int last = to->n ? to->column[to->n - 1] : 0;
    _mm512_storeu_si512(to->column + to->n, _mm512_set1_epi32(last));
    _mm512_storeu_ps(to->times + to->n, _mm512_setzero_ps());
}

/* ---- columns ------------------------------------------------------------------------------------- */

/* y (rows) += the columns of the list; as many vectors as there are, which is a constant. */
INLINE void add_rows(const float *a, size_t ld, const list *l, int rows, int vectors, int fetches,
                     float *y)
{
    __m512 sum[VECTORS];
    __mmask16 here[VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < vectors; v++) {
        here[v] = v < vectors - MASKED ? 0xffff : first(rows - LANES * v);
        sum[v] = _mm512_maskz_loadu_ps(here[v], y + LANES * v);
    }
    for (int c = 0; c < l->n; c += ABREAST) {
        const float *one = a + (size_t)l->column[c] * ld,
                    *other = a + (size_t)l->column[c + 1] * ld;
        const char *next = (const char *)(a + (size_t)l->column[c + 2] * ld);
        const char *last = (const char *)(a + (size_t)l->column[c + 3] * ld);
        __m512 x = _mm512_set1_ps(l->times[c]), z = _mm512_set1_ps(l->times[c + 1]);
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++) {
            if (fetches) _mm_prefetch(next + sizeof(__m512) * (size_t)v, _MM_HINT_T0);
            if (fetches) _mm_prefetch(last + sizeof(__m512) * (size_t)v, _MM_HINT_T0);
            __m512 p = _mm512_maskz_loadu_ps(here[v], one + LANES * v);
            __m512 q = _mm512_maskz_loadu_ps(here[v], other + LANES * v);
            sum[v] = _mm512_fmadd_ps(z, q, _mm512_fmadd_ps(x, p, sum[v]));
        }
    }
#pragma GCC unroll 16
    for (int v = 0; v < vectors; v++) _mm512_mask_storeu_ps(y + LANES * v, here[v], sum[v]);
}

INLINE void add_block(const float *a, size_t ld, const list *l, int rows, int fetches, float *y)
{
    if (rows <= ROWS / 4) add_rows(a, ld, l, rows, VECTORS / 4, fetches, y);
    else if (rows <= ROWS / 2) add_rows(a, ld, l, rows, VECTORS / 2, fetches, y);
    else if (rows <= ROWS / 4 * 3) add_rows(a, ld, l, rows, VECTORS / 4 * 3, fetches, y);
    else add_rows(a, ld, l, rows, VECTORS, fetches, y);
}

AVX512 static void add_listed(sgn_mat A, int first_column, const list *l, int fetches, float *y)
{
    for (int i = 0; i < A.rows; i += ROWS) {
        const float *a = sgn_mat_at(A, i, first_column);
        int rows = least(ROWS, A.rows - i);
        if (fetches) add_block(a, (size_t)A.ld, l, rows, 1, y + i);
        else add_block(a, (size_t)A.ld, l, rows, 0, y + i);
    }
}

AVX512 void sgn_columns_avx512(float alpha, sgn_mat A, const float *x, float *y)
{
    list l;
    for (int j = 0; j < A.cols; j += ROOM) {
        list_columns(alpha, x + j, least(ROOM, A.cols - j), &l);
        add_listed(A, j, &l, __builtin_cpu_is("amd"), y);
    }
}

#endif
