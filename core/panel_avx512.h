/* panel_avx512.h -- what products are made of, for processors with AVX-512: panels of one factor, and where
 * the other is not 0.
 *
 * For core/product_avx512.c alone.
 */
#ifndef SGN_CORE_PANEL_AVX512_H
#define SGN_CORE_PANEL_AVX512_H

#include "core/lanes_avx512.h"

#include <stdint.h>

enum {
    VECTORS = 6,             // of a column of the panel
    ROWS = LANES * VECTORS,  // of the panel
    INNER = 64               // its columns: as many as a word has bits
};

/* ---- where the right factor is not 0 ------------------------------------------------------------ */

AVX512 static void look_down(const float *b, size_t across, int inner, int cols, uint64_t *present)
{
    for (int j = 0; j < cols; j++, b += across) {
        present[j] = 0;
        for (int i = 0; i < inner; i += LANES) {
            __m512 x = _mm512_maskz_loadu_ps(first(inner - i), b + i);
            uint64_t here = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
            present[j] |= here << i;
        }
    }
}

AVX512 static void look_across(const float *b, size_t down, int inner, int cols, uint64_t *present)
{
    for (int j = 0; j < cols; j += LANES) {
        __m512i low = _mm512_setzero_si512(), high = low;
        for (int i = 0; i < inner; i++) {
            __m512 x = _mm512_maskz_loadu_ps(first(cols - j), b + j + (size_t)i * down);
            unsigned here = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
            uint64_t row = (uint64_t)1 << i;
            __m512i bit = _mm512_set1_epi64((long long)row);
            low = _mm512_mask_or_epi64(low, (__mmask8)here, low, bit);
            high = _mm512_mask_or_epi64(high, (__mmask8)(here >> 8), high, bit);
        }
        _mm512_storeu_si512(present + j, low);
        _mm512_storeu_si512(present + j + 8, high);
    }
}

/* ---- the panel --------------------------------------------------------------------------------- */

/* Rows that are not there are 0. */
AVX512 static void copy_panel(const float *a, size_t ld, int rows, int inner, float alpha,
                              float *panel)
{
    __m512 by = _mm512_set1_ps(alpha);
    for (int i = 0; i < inner; i++, a += ld, panel += ROWS)
        for (int r = 0; r < rows; r += LANES)
            _mm512_store_ps(panel + r,
                            _mm512_mul_ps(by, _mm512_maskz_loadu_ps(first(rows - r), a + r)));
}

/* Sixteen vectors become those of the transposed square. */
INLINE void transpose(__m512 v[LANES])
{
    __m512 w[LANES];
#pragma GCC unroll 8
    for (int i = 0; i < LANES; i += 2) {
        w[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
        w[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < LANES; i += 4)
#pragma GCC unroll 2
        for (int h = 0; h < 2; h++) {
            __m512d a = _mm512_castps_pd(w[i + h]), b = _mm512_castps_pd(w[i + 2 + h]);
            v[i + 2 * h] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
            v[i + 2 * h + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
        }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        __m512 ab0 = _mm512_shuffle_f32x4(v[i], v[i + 4], 0x88);
        __m512 ab1 = _mm512_shuffle_f32x4(v[i], v[i + 4], 0xdd);
        __m512 cd0 = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0x88);
        __m512 cd1 = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0xdd);
        w[i] = _mm512_shuffle_f32x4(ab0, cd0, 0x88);
        w[i + 4] = _mm512_shuffle_f32x4(ab1, cd1, 0x88);
        w[i + 8] = _mm512_shuffle_f32x4(ab0, cd0, 0xdd);
        w[i + 12] = _mm512_shuffle_f32x4(ab1, cd1, 0xdd);
    }
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) v[i] = w[i];
}

/* The same of A'. */
AVX512 static void turn_panel(const float *a, size_t ld, int rows, int inner, float alpha,
                              float *panel)
{
    __m512 by = _mm512_set1_ps(alpha);
    for (int r = 0; r < rows; r += LANES)
        for (int i = 0; i < inner; i += LANES) {
            __m512 v[LANES];
#pragma GCC unroll 16
            for (int k = 0; k < LANES; k++) {
                const float *column = a + (size_t)(r + k) * ld + i;
                v[k] = r + k < rows
                           ? _mm512_mul_ps(by, _mm512_maskz_loadu_ps(first(inner - i), column))
                           : _mm512_setzero_ps();
            }
            transpose(v);
#pragma GCC unroll 16
            for (int k = 0; k < LANES; k++)
                if (i + k < inner) _mm512_store_ps(panel + (i + k) * ROWS + r, v[k]);
        }
}

#endif
