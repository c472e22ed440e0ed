/* bits_avx2.c -- the kernels for processors with AVX2 and FMA: eight floats at a time.
 *
 * For one sample a table of 8 entries is a register, and vpermps looks 8 rows up at once: it takes the
 * low three bits of every lane for an index and ignores those above.  So a panel is eleven tables, the
 * last of which has two columns.  For a strip every entry of a table is two vectors.
 */
#include "core/bits_kernels.h"

#if defined(__x86_64__) && !defined(SGN_DOUBLE)

#include <immintrin.h>

#define AVX2   __attribute__((target("avx2,fma")))
#define INLINE AVX2 static inline __attribute__((always_inline))

enum { LANES = SGN_LANES, TRIPLES = 11 };

/* ---- one sample ---------------------------------------------------------------------------------- */

/* Entry i of a table is the sum of those x[k] whose bit k of i is 1, less the others where all count. */
AVX2 static void one_tables(const float *x, int is_full, float *table)
{
    const __m256i entry = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256 zero = _mm256_setzero_ps();
    for (int g = 0; g < TRIPLES; g++) {
        __m256 sum = zero;
        for (int k = 0; k < 3 && 3 * g + k < SGN_PANEL; k++) {
            __m256 with = _mm256_set1_ps(x[3 * g + k]);
            __m256 without = is_full ? _mm256_sub_ps(zero, with) : zero;
            __m256i bit = _mm256_slli_epi32(entry, 31 - k);  // into the sign, which blendv looks at
            sum = _mm256_add_ps(sum, _mm256_blendv_ps(without, with, _mm256_castsi256_ps(bit)));
        }
        _mm256_store_ps(table + 8 * g, sum);
    }
}

/* What 8 words ask for. */
INLINE __m256 one_sum(const float *table, __m256i word)
{
    __m256 even = _mm256_permutevar8x32_ps(_mm256_load_ps(table), word), odd = _mm256_setzero_ps();
#pragma GCC unroll 10
    for (int g = 1; g < TRIPLES; g++) {
        __m256i index = _mm256_srli_epi32(word, 3 * g);
        __m256 part = _mm256_permutevar8x32_ps(_mm256_load_ps(table + 8 * g), index);
        if (g % 2) odd = _mm256_add_ps(odd, part);
        else even = _mm256_add_ps(even, part);
    }
    return _mm256_add_ps(even, odd);
}

AVX2 static void one_look_up(const float *table, const uint32_t *sign, const uint32_t *mask,
                             int rows, float *sum)
{
    for (int i = 0; i < rows; i += 8) {
        __m256i s = _mm256_loadu_si256((const __m256i *)(sign + i));
        __m256 add, before = _mm256_load_ps(sum + i);
        if (mask) {
            __m256i links = _mm256_loadu_si256((const __m256i *)(mask + i));
            add = _mm256_sub_ps(one_sum(table, _mm256_and_si256(links, s)),
                                one_sum(table, _mm256_andnot_si256(s, links)));
        } else add = one_sum(table, s);
        _mm256_store_ps(sum + i, _mm256_add_ps(before, add));
    }
}

/* The runs of one kind. */
AVX2 static void add_panel(const sgn_bits_panels *p, int w, int is_full, const float *x, float *sum)
{
    _Alignas(64) float table[8 * TRIPLES];
    sgn_bits_runs of = sgn_bits_runs_of(p, w);
    const uint32_t *sign = p->sign + (size_t)w * p->stride;
    const uint32_t *mask = is_full ? NULL : p->mask + (size_t)w * p->stride;
    if (!sgn_bits_has(p, of, is_full)) return;
    one_tables(x, is_full, table);
    for (uint32_t r = of.first; r < of.end; r++) {
        sgn_bitrun run = sgn_bits_run(p, r);
        if (run.is_full == is_full && run.from < run.to)
            one_look_up(table, sign + run.from, is_full ? NULL : mask + run.from, run.to - run.from,
                        sum + run.from);
    }
}

AVX2 static void one(const sgn_bits_panels *p, const float *x, float *sum)
{
    for (int w = 0; w < p->panels; w++) {
        add_panel(p, w, 1, x + w * SGN_PANEL, sum);
        if (p->mask) add_panel(p, w, 0, x + w * SGN_PANEL, sum);
    }
}

/* ---- a strip ------------------------------------------------------------------------------------- */

typedef struct {
    __m256 a, b;  // lanes 0-7 and 8-15
} lanes16;

INLINE lanes16 at(const float *x) { return (lanes16){_mm256_load_ps(x), _mm256_load_ps(x + 8)}; }

INLINE void put(float *to, lanes16 x)
{
    _mm256_store_ps(to, x.a);
    _mm256_store_ps(to + 8, x.b);
}

INLINE lanes16 plus(lanes16 x, lanes16 y)
{
    return (lanes16){_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
}

INLINE lanes16 minus(lanes16 x, lanes16 y)
{
    return (lanes16){_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}

INLINE lanes16 zero(void) { return (lanes16){_mm256_setzero_ps(), _mm256_setzero_ps()}; }

/* The table grows column by column: what has bit k is what has it not, and `more`. */
INLINE float *table_of(const float *x, int size, int is_full, float *table)
{
    lanes16 first = zero();
    for (int k = 0; is_full && k < size; k++) first = minus(first, at(x + 16 * k));
    put(table, first);
    for (int k = 0; k < size; k++) {
        lanes16 more = at(x + 16 * k);
        if (is_full) more = plus(more, more);
        for (int i = 0; i < 16 << k; i += 16) put(table + (16 << k) + i, plus(at(table + i), more));
    }
    return table + (16 << size);
}

AVX2 static void strip_tables(const float *x, int is_full, float *table)
{
    for (int g = 0; g < SGN_BITS_GROUPS; g++) {
        table = table_of(x, sgn_bits_group_size(g), is_full, table);
        x += 16 * sgn_bits_group_size(g);
    }
}

INLINE lanes16 strip_sum(const float *table, uint32_t word)
{
    lanes16 t[SGN_BITS_GROUPS];
#pragma GCC unroll 6
    for (int g = 0; g < SGN_BITS_GROUPS; g++) t[g] = at(table + sgn_bits_place(word, g, 16));
    return plus(plus(plus(t[0], t[1]), plus(t[2], t[3])), plus(t[4], t[5]));
}

AVX2 static void strip_look_up(const float *table, const uint32_t *sign, const uint32_t *mask,
                               int rows, float *sum)
{
    for (int i = 0; i < rows; i++, sum += 16) {
        uint32_t of_plus = mask ? mask[i] & sign[i] : sign[i];
        lanes16 add = strip_sum(table, of_plus);
        if (mask) add = minus(add, strip_sum(table, mask[i] ^ of_plus));
        put(sum, plus(at(sum), add));
    }
}

/* ---- links --------------------------------------------------------------------------------------- */

/* Two sums, so that an addition need not wait for the one before. */
INLINE lanes16 gather(const uint16_t *link, const uint16_t *end, const float *x)
{
    lanes16 s0 = zero(), s1 = zero();
    for (; end - link >= 2; link += 2) {
        s0 = plus(s0, at(x + link[0]));
        s1 = plus(s1, at(x + link[1]));
    }
    if (link < end) s0 = plus(s0, at(x + *link));
    return plus(s0, s1);
}

AVX2 static void follow(const uint32_t *start, const uint16_t *link, const float *x, int rows,
                        float *sum)
{
    for (int i = 0; i < rows; i++, start += 2, sum += 16) {
        lanes16 with_plus = gather(link + start[0], link + start[1], x);
        lanes16 with_minus = gather(link + start[1], link + start[2], x);
        put(sum, plus(at(sum), minus(with_plus, with_minus)));
    }
}

/* ---- from columns to strips and back ------------------------------------------------------------- */

/* Of two vectors shuffled like cards the first and the second half. */
INLINE void shuffle(__m256 x, __m256 y, __m256 *first, __m256 *second)
{
    __m256 low = _mm256_unpacklo_ps(x, y), high = _mm256_unpackhi_ps(x, y);
    *first = _mm256_permute2f128_ps(low, high, 0x20);
    *second = _mm256_permute2f128_ps(low, high, 0x31);
}

/* Shuffles row i into row i + 4 like cards, for all i: that moves the first bit of (row, column), taken
   as one number, to its end.  Three times, and row and column have changed places (Stone 1971, IEEE
   Trans. Comput. C-20, sec. 3). */
INLINE void transpose_square(__m256 row[8])
{
#pragma GCC unroll 3
    for (int round = 0; round < 3; round++) {
        __m256 next[8];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) shuffle(row[i], row[i + 4], &next[2 * i], &next[2 * i + 1]);
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) row[i] = next[i];
    }
}

/* 8 entries of 8 samples */
INLINE void load_square(const float *x, size_t ld, int lanes, float *strip)
{
    __m256 row[8];
#pragma GCC unroll 8
    for (int b = 0; b < 8; b++)
        row[b] = b < lanes ? _mm256_loadu_ps(x + (size_t)b * ld) : _mm256_setzero_ps();
    transpose_square(row);
#pragma GCC unroll 8
    for (int k = 0; k < 8; k++) _mm256_store_ps(strip + LANES * k, row[k]);
}

INLINE void add_square(const float *sum, __m256 scale, float *y, size_t ld, int lanes)
{
    __m256 row[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) row[i] = _mm256_load_ps(sum + LANES * i);
    transpose_square(row);
#pragma GCC unroll 8
    for (int b = 0; b < 8; b++) {
        if (b >= lanes) break;
        float *to = y + (size_t)b * ld;
        _mm256_storeu_ps(to, _mm256_fmadd_ps(scale, row[b], _mm256_loadu_ps(to)));
    }
}

AVX2 static void load(const float *x, size_t ld, int lanes, float *strip)
{
    for (int k = 0; k < LANES; k += 8)
        for (int b = 0; b < LANES; b += 8)
            load_square(x + (size_t)k + (size_t)b * ld, ld, lanes - b, strip + LANES * k + b);
}

AVX2 static void add(const float *sum, const float *scale, float *y, size_t ld, int lanes)
{
    for (int i = 0; i < LANES; i += 8)
        for (int b = 0; b < lanes; b += 8)
            add_square(sum + LANES * i + b, _mm256_load_ps(scale + i),
                       y + (size_t)i + (size_t)b * ld, ld, lanes - b);
}

/* ---- words --------------------------------------------------------------------------------------- */

/* Words d apart, in vectors of their own, exchange squares of d x d bits. */
INLINE void exchange(__m256i *a, __m256i *b, int d, int low)
{
    __m256i keep = _mm256_set1_epi32(low);
    __m256i changed = _mm256_and_si256(_mm256_xor_si256(_mm256_srli_epi32(*a, d), *b), keep);
    *b = _mm256_xor_si256(*b, changed);
    *a = _mm256_xor_si256(*a, _mm256_slli_epi32(changed, d));
}

/* The same within a vector: a lane whose number lacks the bit d keeps the bits `low` and gets its
   partner's, moved up; the others keep the rest and get theirs moved down. */
INLINE __m256i exchange_lanes(__m256i word, int d, int low)
{
    __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), bit = _mm256_set1_epi32(d);
    __m256i is_upper = _mm256_cmpeq_epi32(_mm256_and_si256(lane, bit), bit);
    __m256i keep = _mm256_xor_si256(_mm256_set1_epi32(low), is_upper);
    __m256i partner = _mm256_permutevar8x32_epi32(word, _mm256_xor_si256(lane, bit));
    __m256i got =
        _mm256_blendv_epi8(_mm256_slli_epi32(partner, d), _mm256_srli_epi32(partner, d), is_upper);
    return _mm256_or_si256(_mm256_and_si256(keep, word), _mm256_andnot_si256(keep, got));
}

AVX2 static void transpose(const uint32_t *from, uint32_t *to)
{
    __m256i word[4];
    for (int i = 0; i < 4; i++) word[i] = _mm256_loadu_si256((const __m256i *)(from + 8 * i));
    exchange(&word[0], &word[2], 16, 0x0000ffff);
    exchange(&word[1], &word[3], 16, 0x0000ffff);
    exchange(&word[0], &word[1], 8, 0x00ff00ff);
    exchange(&word[2], &word[3], 8, 0x00ff00ff);
    for (int i = 0; i < 4; i++) {
        word[i] = exchange_lanes(word[i], 4, 0x0f0f0f0f);
        word[i] = exchange_lanes(word[i], 2, 0x33333333);
        word[i] = exchange_lanes(word[i], 1, 0x55555555);
        _mm256_storeu_si256((__m256i *)(to + 8 * i), word[i]);
    }
}

static int usable(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const sgn_bits_kernels sgn_bits_avx2 = {
    .name = "avx2",
    .usable = usable,
    .few = 5,
    .one = one,
    .tables = strip_tables,
    .look_up = strip_look_up,
    .follow = follow,
    .load = load,
    .add = add,
    .transpose = transpose,
};

#endif
