/* product_avx512.c -- products that skip zeros, for processors with AVX-512: sixteen rows of C to a vector.
 *
 * Say that the zeros are B's.  A panel of 128 rows and 64 columns of op(A), 32 KB, is copied into the
 * first-level cache; then every column of C takes, for each entry of op(B) that is not 0, one column of the
 * panel, eight vectors.  That is a load for every multiplication, which these processors do at the same
 * rate.  Six columns with few zeros share the loads.  Zeros of A are those of the right factor of
 * C' = op(B)' op(A)', of which sixteen columns at a time are transposed into C.
 */
#include "core/product.h"

#include <assert.h>

#if defined(__x86_64__) && !defined(SGN_DOUBLE)

#include "core/bits_kernels.h"

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi")))
#define INLINE AVX512 static inline __attribute__((always_inline))

enum {
    LANES = 16,
    VECTORS = 8,             // of a column of the panel
    ROWS = LANES * VECTORS,  // of the panel
    INNER = 64,              // its columns: as many as a word has bits
    COLUMNS = 256,           // of the right factor that are looked at together
    ABREAST = 6,             // columns that share loads ...
    PART = 4,                // ... of so many vectors
    AHEAD = 16  // columns of A that are fetched ahead: the processor does not foresee them
};

static int least(int a, int b) { return a < b ? a : b; }

/* The lanes of a vector that has n numbers left. */
static __mmask16 first(int n) { return n >= LANES ? 0xffff : (__mmask16)((1u << n) - 1); }

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
            __m512i bit = _mm512_set1_epi64((long long)((uint64_t)1 << i));
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
        for (int r = 0; r < rows; r += LANES) {
            if (i + AHEAD < inner) _mm_prefetch(a + AHEAD * ld + r, _MM_HINT_T0);
            _mm512_store_ps(panel + r,
                            _mm512_mul_ps(by, _mm512_maskz_loadu_ps(first(rows - r), a + r)));
        }
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
                if (r + k + AHEAD < rows) _mm_prefetch(column + AHEAD * ld, _MM_HINT_T0);
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

/* ---- columns of the product -------------------------------------------------------------------- */

/* Entry (i, j) of the right factor is at[i * down + j * across]. */
typedef struct {
    const float *at;
    size_t down, across;
} operand;

/* A stretch of the inner dimension, and what a panel is multiplied by. */
typedef struct {
    float panel[INNER * ROWS] __attribute__((aligned(64)));
    uint64_t present[COLUMNS];  // bit i: entry i of this stretch of the column is not 0
    operand b;
    int inner;
    float beta;
    sgn_mat C;
    int turned;  // C is the product's transpose
} stretch;

INLINE __m512 before(const float *c, float beta, __mmask16 rows)
{
    if (beta == 0) return _mm512_setzero_ps();
    return _mm512_mul_ps(_mm512_set1_ps(beta), _mm512_maskz_loadu_ps(rows, c));
}

INLINE __mmask16 rows_of(int v, int vectors, __mmask16 last)
{
    return v == vectors - 1 ? last : (__mmask16)0xffff;
}

INLINE void one_column(const stretch *s, int j, int vectors, __mmask16 last, float beta, float *c)
{
    const float *b = s->b.at + (size_t)j * s->b.across;
    __m512 sum[VECTORS];
    for (int v = 0; v < vectors; v++)
        sum[v] = before(c + v * LANES, beta, rows_of(v, vectors, last));
    for (uint64_t left = s->present[j]; left; left &= left - 1) {
        size_t i = (size_t)__builtin_ctzll(left);
        __m512 x = _mm512_set1_ps(b[i * s->b.down]);
        for (int v = 0; v < vectors; v++)
            sum[v] = _mm512_fmadd_ps(x, _mm512_load_ps(s->panel + i * ROWS + v * LANES), sum[v]);
    }
    for (int v = 0; v < vectors; v++)
        _mm512_mask_storeu_ps(c + v * LANES, rows_of(v, vectors, last), sum[v]);
}

/* Some of a panel's vectors: ABREAST times as many sums have to fit into 32 registers. */
INLINE void part_abreast(const stretch *s, int j, int vectors, __mmask16 last, float beta,
                         const float *panel, float *c, size_t ld)
{
    const float *b = s->b.at + (size_t)j * s->b.across;
    __m512 sum[ABREAST][PART];
    for (int k = 0; k < ABREAST; k++)
        for (int v = 0; v < vectors; v++)
            sum[k][v] = before(c + (size_t)k * ld + v * LANES, beta, rows_of(v, vectors, last));
    for (int i = 0; i < s->inner; i++, panel += ROWS, b += s->b.down)
        for (int k = 0; k < ABREAST; k++) {
            __m512 x = _mm512_set1_ps(b[(size_t)k * s->b.across]);
            for (int v = 0; v < vectors; v++)
                sum[k][v] = _mm512_fmadd_ps(x, _mm512_load_ps(panel + v * LANES), sum[k][v]);
        }
    for (int k = 0; k < ABREAST; k++)
        for (int v = 0; v < vectors; v++)
            _mm512_mask_storeu_ps(c + (size_t)k * ld + v * LANES, rows_of(v, vectors, last),
                                  sum[k][v]);
}

INLINE void columns_abreast(const stretch *s, int j, int vectors, __mmask16 last, float beta,
                            float *c, size_t ld)
{
    int upper = vectors > PART ? PART : 0;
    if (upper) part_abreast(s, j, PART, (__mmask16)0xffff, beta, s->panel, c, ld);
    part_abreast(s, j, vectors - upper, last, beta, s->panel + upper * LANES, c + upper * LANES,
                 ld);
}

/* Whether ABREAST columns from j on have so few zeros that sharing loads is faster. */
static int are_dense(const stretch *s, int j)
{
    int entries = 0;
    for (int k = 0; k < ABREAST; k++) entries += __builtin_popcountll(s->present[j + k]);
    return 5 * entries >= 4 * ABREAST * s->inner;
}

INLINE void columns(const stretch *s, int from, int to, int vectors, __mmask16 last, float beta,
                    float *c, size_t ld)
{
    for (int j = from; j < to;) {
        float *cj = c + (size_t)(j - from) * ld;
        if (j + ABREAST <= to && are_dense(s, j)) {
            columns_abreast(s, j, vectors, last, beta, cj, ld);
            j += ABREAST;
        } else one_column(s, j++, vectors, last, beta, cj);
    }
}

/* c (rows, to - from) = beta c + the panel times columns from .. to-1 */
AVX512 static void multiply(const stretch *s, int from, int to, int rows, float beta, float *c,
                            size_t ld)
{
    __mmask16 last = first(rows - (rows - 1) / LANES * LANES);
    switch ((rows + LANES - 1) / LANES) {
    case 1: columns(s, from, to, 1, last, beta, c, ld); break;
    case 2: columns(s, from, to, 2, last, beta, c, ld); break;
    case 3: columns(s, from, to, 3, last, beta, c, ld); break;
    case 4: columns(s, from, to, 4, last, beta, c, ld); break;
    case 5: columns(s, from, to, 5, last, beta, c, ld); break;
    case 6: columns(s, from, to, 6, last, beta, c, ld); break;
    case 7: columns(s, from, to, 7, last, beta, c, ld); break;
    default: columns(s, from, to, VECTORS, last, beta, c, ld); break;
    }
}

/* C(i .. , r .. r+rows-1) = beta C + product', sixteen rows of C at a time. */
AVX512 static void multiply_turned(const stretch *s, int r, int rows)
{
    float square[LANES * ROWS] __attribute__((aligned(64)));
    for (int i = 0; i < s->C.rows; i += LANES) {
        int height = least(LANES, s->C.rows - i);
        multiply(s, i, i + height, rows, 0, square, ROWS);
        for (int at = 0; at < rows; at += LANES) {
            __m512 v[LANES];
            for (int k = 0; k < LANES; k++) v[k] = _mm512_load_ps(square + k * ROWS + at);
            transpose(v);
            for (int k = 0; k < least(LANES, rows - at); k++) {
                float *c = sgn_mat_at(s->C, i, r + at + k);
                __m512 sum = _mm512_add_ps(before(c, s->beta, first(height)), v[k]);
                _mm512_mask_storeu_ps(c, first(height), sum);
            }
        }
    }
}

/* ---- the product ------------------------------------------------------------------------------- */

static void fill_panel(stretch *s, sgn_op op, sgn_mat A, int r, int i, int rows, float alpha)
{
    if (op == SGN_PLAIN)
        copy_panel(sgn_mat_at(A, r, i), (size_t)A.ld, rows, s->inner, alpha, s->panel);
    else turn_panel(sgn_mat_at(A, i, r), (size_t)A.ld, rows, s->inner, alpha, s->panel);
}

/* Of at most COLUMNS columns of the right factor. */
static void multiply_block(stretch *s, sgn_op op, float alpha, sgn_mat A)
{
    int length = op == SGN_PLAIN ? A.cols : A.rows, rows = op == SGN_PLAIN ? A.rows : A.cols;
    int cols = s->turned ? s->C.rows : s->C.cols;
    for (int i = 0; i < length; i += INNER) {
        s->inner = least(INNER, length - i);
        if (s->b.down == 1) look_down(s->b.at, s->b.across, s->inner, cols, s->present);
        else look_across(s->b.at, s->b.down, s->inner, cols, s->present);
        for (int r = 0; r < rows; r += ROWS) {
            int height = least(ROWS, rows - r);
            fill_panel(s, op, A, r, i, height, alpha);
            if (s->turned) multiply_turned(s, r, height);
            else multiply(s, 0, cols, height, s->beta, s->C.at + r, (size_t)s->C.ld);
        }
        s->b.at += (size_t)s->inner * s->b.down;
        s->beta = 1;
    }
}

static sgn_mat rows_of_mat(sgn_mat a, int from, int count)
{
    return (sgn_mat){sgn_mat_at(a, from, 0), count, a.cols, a.ld};
}

/* C, or C', = alpha op(A) op(B) + beta of it, without B's zeros. */
static void multiply_all(sgn_op opa, sgn_op opb, float alpha, sgn_mat A, sgn_mat B, float beta,
                         sgn_mat C, int turned)
{
    size_t down = opb == SGN_PLAIN ? 1 : (size_t)B.ld, across = opb == SGN_PLAIN ? (size_t)B.ld : 1;
    int cols = turned ? C.rows : C.cols;
    for (int j = 0; j < cols; j += COLUMNS) {
        int count = least(COLUMNS, cols - j);
        stretch s;
        s.b = (operand){B.at + (size_t)j * across, down, across};
        s.beta = beta;
        s.C = turned ? rows_of_mat(C, j, count) : sgn_mat_cols(C, j, count);
        s.turned = turned;
        multiply_block(&s, opa, alpha, A);
    }
}

static sgn_op other(sgn_op op) { return op == SGN_PLAIN ? SGN_TRANSPOSED : SGN_PLAIN; }

void sgn_product(sgn_skip skip, sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B,
                 double beta, sgn_mat C)
{
    if (skip == SGN_SKIP_RIGHT) multiply_all(opa, opb, (float)alpha, A, B, (float)beta, C, 0);
    else multiply_all(other(opb), other(opa), (float)alpha, B, A, (float)beta, C, 1);
}

/* ---- the choice -------------------------------------------------------------------------------- */

/* Of every so many columns' entries, since to look at all of a matrix takes a tenth of a product. */
AVX512 static double density(sgn_mat a)
{
    enum { LOOKS = 16 };
    int step = a.cols / LOOKS + 1, columns = 0;
    __m512i entries = _mm512_setzero_si512(), one = _mm512_set1_epi32(1);
    for (int j = step / 2; j < a.cols; j += step, columns++)
        for (int i = 0; i < a.rows; i += LANES) {
            __m512 x = _mm512_maskz_loadu_ps(first(a.rows - i), sgn_mat_at(a, i, j));
            __mmask16 here = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
            entries = _mm512_mask_add_epi32(entries, here, entries, one);
        }
    return (double)_mm512_reduce_add_epi32(entries) / ((double)a.rows * columns);
}

/* Shares of entries that are not zero up to which skipping is faster than BLAS, by opa (whose transpose
   costs BLAS more than us): measured on Zen 4, for lengths that are whole vectors.  Of other lengths the
   lanes that are left over cost as much as the rest. */
static const double most[] = {0.7, 0.9}, most_turned[] = {0.5, 0.75};

/* BLAS packs all of A, whatever it is multiplied by: few columns are not worth that. */
static int is_large_by_few(sgn_mat A, int cols)
{
    enum { LARGE = 1 << 14, FEW = 128 };
    return (long long)A.rows * A.cols >= LARGE && cols <= FEW;
}

static double in_lanes(int n) { return (double)((n + LANES - 1) / LANES * LANES) / n; }

sgn_skip sgn_product_choose(sgn_op opa, sgn_op opb, sgn_mat A, sgn_mat B)
{
    if (sgn_bits_kernels_used() != &sgn_bits_avx512) return SGN_SKIP_NONE;
    double right = density(B) * in_lanes(opa == SGN_PLAIN ? A.rows : A.cols) / most[opa];
    double left = density(A) * in_lanes(opb == SGN_PLAIN ? B.cols : B.rows) / most_turned[opa];
    int few = is_large_by_few(A, opb == SGN_PLAIN ? B.cols : B.rows);
    if (left >= 1 && right >= 1 && !few) return SGN_SKIP_NONE;
    return left < right ? SGN_SKIP_LEFT : SGN_SKIP_RIGHT;
}

#else

sgn_skip sgn_product_choose(sgn_op opa, sgn_op opb, sgn_mat A, sgn_mat B)
{
    (void)opa, (void)opb, (void)A, (void)B;
    return SGN_SKIP_NONE;
}

void sgn_product(sgn_skip skip, sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B,
                 double beta, sgn_mat C)
{
    (void)skip, (void)opa, (void)opb, (void)alpha, (void)A, (void)B, (void)beta, (void)C;
    assert(0 && "chosen only where there are kernels");
}

#endif
