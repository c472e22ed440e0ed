/* product_avx512.c -- products, for processors with AVX-512: sixteen rows of C to a vector.
 *
 * A panel of 96 rows and 64 columns of op(A), 24 KB, is copied into the first-level cache; then every column
 * of C takes, for each entry of op(B) that is not 0, one column of the panel, six vectors.  That is a load
 * for every multiplication.  Three columns share the loads where their zeros are few or the same: early on a
 * processor that multiplies more vectors than it loads (Ice Lake), late on one that does both at the same rate
 * (Zen 4).  Zeros of A are those of the right factor of C' = op(B)' op(A)', of which sixteen columns at a time
 * are transposed into C.
 *
 * The matrices of a deep network do not stay in a cache from one use to the next, and pieces of them are no
 * stream that the processor foresees: while one panel is multiplied, the next, and the columns of B and C
 * that come next, are fetched.
 */
#include "core/product.h"

#include <assert.h>

#if defined(__x86_64__) && !defined(SGN_DOUBLE)

#include "core/panel_avx512.h"

enum {
    COLUMNS = 256,  // of the right factor that are looked at together
    ABREAST = 3,    // columns that share loads: their sums have to fit into 32 registers
    SOON = 4        // columns of C that are fetched before they are added to
};

/* ---- columns of the product -------------------------------------------------------------------- */

/* Entry (i, j) of the right factor is at[i * down + j * across]. */
typedef struct {
    const float *at;
    size_t down, across;
} operand;

/* Numbers that will be needed: `runs` times `length` of them, ld apart. */
typedef struct {
    const float *at;
    size_t ld;
    int runs, length;
} piece;

/* A stretch of the inner dimension, and what a panel is multiplied by. */
typedef struct {
    float panel[INNER * ROWS] __attribute__((aligned(64)));
    uint64_t present[COLUMNS];  // bit i: entry i of this stretch of the column is not 0
    operand b;
    int inner, cols;
    float beta;
    sgn_mat C;
    int turned;            // C is the product's transpose
    int abreast, alone;    // time of an entry that ABREAST columns share, and of one column's own
    piece next_A, next_B;  // of the panel after this one, and of the stretch after this one
} stretch;

/* The part of a piece that is due when `done` of `all` columns are, `count` at a time. */
INLINE void fetch_part(const piece *p, int done, int count, int all)
{
    for (int i = p->runs * done / all, end = p->runs * (done + count) / all; i < end; i++)
        for (int k = 0; k < p->length; k += LANES)
            _mm_prefetch(p->at + (size_t)i * p->ld + k, _MM_HINT_T0);
}

INLINE void fetch(const stretch *s, int j, int count, int vectors, const float *c, size_t ld)
{
    fetch_part(&s->next_A, j, count, s->cols);
    fetch_part(&s->next_B, j, count, s->cols);
    for (int k = SOON; k < SOON + count; k++)
        for (int v = 0; v < vectors; v++) _mm_prefetch(c + (size_t)k * ld + v * LANES, _MM_HINT_T0);
}

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

/* Entries that are in any of ABREAST columns from j on, and how many these columns have together. */
INLINE uint64_t present_in_any(const stretch *s, int j, int *entries)
{
    uint64_t any = 0;
    *entries = 0;
    for (int k = 0; k < ABREAST; k++) {
        any |= s->present[j + k];
        *entries += __builtin_popcountll(s->present[j + k]);
    }
    return any;
}

/* Entry i of all ABREAST columns, zeros among them. */
INLINE void add_entry(const stretch *s, const float *b, size_t i, int vectors,
                      __m512 sum[ABREAST][VECTORS])
{
    __m512 x[ABREAST];
    for (int k = 0; k < ABREAST; k++)
        x[k] = _mm512_set1_ps(b[i * s->b.down + (size_t)k * s->b.across]);
    for (int v = 0; v < vectors; v++) {
        __m512 a = _mm512_load_ps(s->panel + i * ROWS + v * LANES);
        __asm__("" : "+v"(a));  // or gcc loads it for every column
        for (int k = 0; k < ABREAST; k++) sum[k][v] = _mm512_fmadd_ps(x[k], a, sum[k][v]);
    }
}

INLINE void columns_abreast(const stretch *s, int j, uint64_t any, int vectors, __mmask16 last,
                            float beta, float *c, size_t ld)
{
    const float *b = s->b.at + (size_t)j * s->b.across;
    __m512 sum[ABREAST][VECTORS];
    for (int k = 0; k < ABREAST; k++)
        for (int v = 0; v < vectors; v++)
            sum[k][v] = before(c + (size_t)k * ld + v * LANES, beta, rows_of(v, vectors, last));
    if (any + 1 == 0)  // counting is faster than looking for bits
        for (size_t i = 0; i < INNER; i++) add_entry(s, b, i, vectors, sum);
    else
        for (; any; any &= any - 1) add_entry(s, b, (size_t)__builtin_ctzll(any), vectors, sum);
    for (int k = 0; k < ABREAST; k++)
        for (int v = 0; v < vectors; v++)
            _mm512_mask_storeu_ps(c + (size_t)k * ld + v * LANES, rows_of(v, vectors, last),
                                  sum[k][v]);
}

INLINE void columns(const stretch *s, int from, int to, int vectors, __mmask16 last, float beta,
                    float *c, size_t ld)
{
    for (int j = from; j < to;) {
        float *cj = c + (size_t)(j - from) * ld;
        int entries = 0;
        uint64_t any = j + ABREAST <= to ? present_in_any(s, j, &entries) : 0;
        if (s->abreast * __builtin_popcountll(any) < s->alone * entries) {
            fetch(s, j, ABREAST, vectors, cj, ld);
            columns_abreast(s, j, any, vectors, last, beta, cj, ld);
            j += ABREAST;
        } else {
            fetch(s, j, 1, vectors, cj, ld);
            one_column(s, j++, vectors, last, beta, cj);
        }
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
    default: columns(s, from, to, VECTORS, last, beta, c, ld); break;
    }
}

/* square' = C(i .. i+height-1, r .. r+rows-1) */
AVX512 static void turn_in(const stretch *s, int i, int height, int r, int rows, float *square)
{
    for (int at = 0; at < rows; at += LANES) {
        __m512 v[LANES];
        for (int k = 0; k < LANES; k++)
            v[k] = at + k < rows
                       ? _mm512_maskz_loadu_ps(first(height), sgn_mat_at(s->C, i, r + at + k))
                       : _mm512_setzero_ps();
        transpose(v);
        for (int k = 0; k < LANES; k++) _mm512_store_ps(square + k * ROWS + at, v[k]);
    }
}

/* ... and back */
AVX512 static void turn_out(const stretch *s, int i, int height, int r, int rows,
                            const float *square)
{
    for (int at = 0; at < rows; at += LANES) {
        __m512 v[LANES];
        for (int k = 0; k < LANES; k++) v[k] = _mm512_load_ps(square + k * ROWS + at);
        transpose(v);
        for (int k = 0; k < least(LANES, rows - at); k++)
            _mm512_mask_storeu_ps(sgn_mat_at(s->C, i, r + at + k), first(height), v[k]);
    }
}

/* C(.. , r .. r+rows-1) = beta C + product', sixteen rows of C at a time. */
AVX512 static void multiply_turned(const stretch *s, int r, int rows)
{
    float square[LANES * ROWS] __attribute__((aligned(64)));
    for (int i = 0; i < s->C.rows; i += LANES) {
        int height = least(LANES, s->C.rows - i);
        if (s->beta != 0) turn_in(s, i, height, r, rows, square);
        multiply(s, i, i + height, rows, s->beta, square, ROWS);
        turn_out(s, i, height, r, rows, square);
    }
}

/* ---- the product ------------------------------------------------------------------------------- */

static void fill_panel(stretch *s, sgn_op op, sgn_mat A, int r, int i, int rows, float alpha)
{
    if (op == SGN_PLAIN)
        copy_panel(sgn_mat_at(A, r, i), (size_t)A.ld, rows, s->inner, alpha, s->panel);
    else turn_panel(sgn_mat_at(A, i, r), (size_t)A.ld, rows, s->inner, alpha, s->panel);
}

/* op(A)'s rows r .. and columns i .. , of a panel */
static piece piece_of(sgn_op op, sgn_mat A, int r, int i, int rows, int inner)
{
    if (op == SGN_PLAIN) return (piece){sgn_mat_at(A, r, i), (size_t)A.ld, inner, rows};
    return (piece){sgn_mat_at(A, i, r), (size_t)A.ld, rows, inner};
}

/* Rows of panels that differ by one vector at most: one of few vectors would wait for its own sums. */
static int rows_of_panels(int rows)
{
    int vectors = (rows + LANES - 1) / LANES, panels = (vectors + VECTORS - 1) / VECTORS;
    return (vectors + panels - 1) / panels * LANES;
}

/* Of at most COLUMNS columns of the right factor. */
static void multiply_block(stretch *s, sgn_op op, float alpha, sgn_mat A)
{
    int length = op == SGN_PLAIN ? A.cols : A.rows, rows = op == SGN_PLAIN ? A.rows : A.cols;
    int step = rows_of_panels(rows);
    s->cols = s->turned ? s->C.rows : s->C.cols;
    for (int i = 0; i < length; i += INNER) {
        int after = least(INNER, length - i - INNER);
        s->inner = least(INNER, length - i);
        if (s->b.down == 1) look_down(s->b.at, s->b.across, s->inner, s->cols, s->present);
        else look_across(s->b.at, s->b.down, s->inner, s->cols, s->present);
        for (int r = 0; r < rows; r += step) {
            int height = least(step, rows - r), below = r + step;
            s->next_A = s->next_B = (piece){.runs = 0};
            if (below < rows)
                s->next_A = piece_of(op, A, below, i, least(step, rows - below), s->inner);
            else if (after > 0) s->next_A = piece_of(op, A, 0, i + INNER, step, after);
            if (r == 0 && s->b.down == 1 && after > 0)
                s->next_B = (piece){s->b.at + INNER, s->b.across, s->cols, after};
            fill_panel(s, op, A, r, i, height, alpha);
            if (s->turned) multiply_turned(s, r, height);
            else multiply(s, 0, s->cols, height, s->beta, s->C.at + r, (size_t)s->C.ld);
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
        s.abreast = __builtin_cpu_is("intel") ? 3 : 5;
        s.alone = 2;
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

#else

void sgn_product(sgn_skip skip, sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B,
                 double beta, sgn_mat C)
{
    (void)skip, (void)opa, (void)opb, (void)alpha, (void)A, (void)B, (void)beta, (void)C;
    assert(0 && "chosen only where there are kernels");
}

#endif
