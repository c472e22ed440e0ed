/* bits_avx512.c -- the kernels for processors with AVX-512 (F, BW, DQ, VL): sixteen floats at a time.
 *
 * For one sample a table of 16 entries is a register, and vpermps looks 16 rows up at once: it takes the
 * low four bits of every lane for an index and ignores those above.  So 16 rows of a panel are a few
 * times rotate, vpermps, add.  For a strip every entry of a table is a vector.
 */
#include "core/bits_kernels.h"

#if defined(__x86_64__) && !defined(SGN_DOUBLE)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE AVX512 static inline __attribute__((always_inline))

/* ---- one sample ---------------------------------------------------------------------------------- */

/* The 32 columns of a panel are four groups of 5 and three of 4; a table for 5 is two registers, of which
   the fifth bit of the index chooses one (vpermi2ps). */
enum { GROUPS = 7, FIVES = 4, REGISTERS = 2 * FIVES + (GROUPS - FIVES) };

/* Entry i of a table is the sum of those x[k] whose bit k of i is 1, less the others where all count. */
INLINE void tables_of(const float *x, int is_full, __m512 table[REGISTERS])
{
    static const uint16_t has[4] = {0xaaaa, 0xcccc, 0xf0f0, 0xff00};  // bit k of 0 .. 15
    const __m512 one = _mm512_set1_ps(1), minus = _mm512_set1_ps(-1);
#pragma GCC unroll 7
    for (int g = 0; g < GROUPS; g++) {
        __m512 sum = _mm512_setzero_ps();
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++) {
            __m512 sign = _mm512_mask_blend_ps(has[k], minus, one), next = _mm512_set1_ps(*x++);
            sum = is_full ? _mm512_fmadd_ps(sign, next, sum)
                          : _mm512_mask_add_ps(sum, has[k], sum, next);
        }
        if (g < FIVES) {
            __m512 fifth = _mm512_set1_ps(*x++);
            table[2 * g + 1] = _mm512_add_ps(sum, fifth);
            table[2 * g] = is_full ? _mm512_sub_ps(sum, fifth) : sum;
        } else table[FIVES + g] = sum;
    }
}

/* By a number that is a constant once loops are unrolled; the form for variables takes as long. */
INLINE __m512i rotated(__m512i word, int by)
{
    return _mm512_rorv_epi32(word, _mm512_set1_epi32(by));
}

/* `sum` and what 16 words ask for.  The words are rotated, not shifted: bits above an index do not matter,
   and on Zen 4 shifts compete with additions for the same two pipes, rotations do not.  Each rotation
   begins with the word, and `sum` comes in where it is not the last to be waited for. */
INLINE __m512 plus_one_sum(__m512 sum, const __m512 table[REGISTERS], __m512i word)
{
    __m512 part[GROUPS];
#pragma GCC unroll 4
    for (int g = 0; g < FIVES; g++)
        part[g] = _mm512_permutex2var_ps(table[2 * g], rotated(word, 5 * g), table[2 * g + 1]);
#pragma GCC unroll 3
    for (int g = FIVES; g < GROUPS; g++)
        part[g] = _mm512_permutexvar_ps(rotated(word, 4 * g + FIVES), table[FIVES + g]);
    return _mm512_add_ps(
        _mm512_add_ps(_mm512_add_ps(part[0], part[1]), _mm512_add_ps(part[2], part[3])),
        _mm512_add_ps(_mm512_add_ps(part[4], part[5]), _mm512_add_ps(part[6], sum)));
}

enum { AHEAD = 512 };  // words that are fetched early: processors do not look beyond a page

INLINE void look_up(const __m512 table[REGISTERS], const uint32_t *sign, const uint32_t *mask,
                    sgn_bitrun run, float *sum)
{
    for (int i = run.from; i < run.to; i += 16) {
        __m512i s = _mm512_loadu_si512(sign + i);
        _mm_prefetch((const char *)(sign + i + AHEAD), _MM_HINT_T0);
        __m512 before = _mm512_load_ps(sum + i);
        if (mask) {
            __m512i links = _mm512_loadu_si512(mask + i);
            _mm_prefetch((const char *)(mask + i + AHEAD), _MM_HINT_T0);
            __m512 minus = plus_one_sum(_mm512_setzero_ps(), table, _mm512_andnot_si512(s, links));
            before = _mm512_sub_ps(before, minus);
            s = _mm512_and_si512(links, s);
        }
        _mm512_store_ps(sum + i, plus_one_sum(before, table, s));
    }
}

/* The runs of one kind. */
INLINE void add_panel(const sgn_bits_panels *p, int w, int is_full, const float *x, float *sum)
{
    __m512 table[REGISTERS];
    sgn_bits_runs of = sgn_bits_runs_of(p, w);
    const uint32_t *sign = p->sign + (size_t)w * p->stride;
    const uint32_t *mask = is_full ? NULL : p->mask + (size_t)w * p->stride;
    if (!sgn_bits_has(p, of, is_full)) return;
    tables_of(x, is_full, table);
    for (uint32_t r = of.first; r < of.end; r++)
        if (p->run[r].is_full == is_full) look_up(table, sign, mask, sgn_bits_run(p, r), sum);
}

AVX512 static void one(const sgn_bits_panels *p, const float *x, float *sum)
{
    for (int w = 0; w < p->panels; w++) {
        add_panel(p, w, 1, x + w * SGN_PANEL, sum);
        if (p->mask) add_panel(p, w, 0, x + w * SGN_PANEL, sum);
    }
}

/* ---- one sample, few links ----------------------------------------------------------------------- */

/* What 16 rows pick out of a window, with its sign. */
INLINE __m512 picked(const float *window, __m512i word)
{
    const __m512i high_bit = _mm512_set1_epi32(INT32_MIN);
    __m512 low = _mm512_loadu_ps(window), high = _mm512_maskz_loadu_ps(0x7fff, window + 16);
    __m512i entry = _mm512_castps_si512(_mm512_permutex2var_ps(low, word, high));
    enum { A_XOR_B_AND_C = 0x78 };
    return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(entry, word, high_bit, A_XOR_B_AND_C));
}

AVX512 static void pick(const sgn_bits_picks *p, const uint32_t *first, const float *x, int rows,
                        float *sum)
{
    for (int i = 0; i < rows; i += 16, first++) {
        __m512 one = _mm512_load_ps(sum + i), other = _mm512_setzero_ps();
        for (size_t w = first[0]; w < first[1]; w++) {
            __m512i word = _mm512_load_si512(p->word + 16 * w);
            const float *window = x + p->window[2 * w], *next = x + p->window[2 * w + 1];
            __m512 part[SGN_PICKS];
#pragma GCC unroll 5
            for (int k = 0; k < SGN_PICKS; k++)
                part[k] =
                    picked(k < SGN_PICKS_FIRST ? window : next, rotated(word, SGN_PICK_BITS * k));
            one = _mm512_add_ps(one, _mm512_add_ps(part[0], _mm512_add_ps(part[1], part[4])));
            other = _mm512_add_ps(other, _mm512_add_ps(part[2], part[3]));
        }
        _mm512_store_ps(sum + i, _mm512_add_ps(one, other));
    }
}

/* ---- a strip ------------------------------------------------------------------------------------- */

/* The table grows column by column: what has bit k is what has it not, and `more`. */
INLINE float *table_of(const float *x, int size, int is_full, float *table)
{
    __m512 first = _mm512_setzero_ps();
    for (int k = 0; is_full && k < size; k++)
        first = _mm512_sub_ps(first, _mm512_load_ps(x + 16 * k));
    _mm512_store_ps(table, first);
    for (int k = 0; k < size; k++) {
        __m512 more = _mm512_load_ps(x + 16 * k);
        if (is_full) more = _mm512_add_ps(more, more);
        for (int i = 0; i < 16 << k; i += 16)
            _mm512_store_ps(table + (16 << k) + i, _mm512_add_ps(_mm512_load_ps(table + i), more));
    }
    return table + (16 << size);
}

AVX512 static void strip_tables(const float *x, int is_full, float *table)
{
    for (int g = 0; g < SGN_BITS_GROUPS; g++) {
        table = table_of(x, sgn_bits_group_size(g), is_full, table);
        x += 16 * sgn_bits_group_size(g);
    }
}

INLINE __m512 strip_sum(const float *table, uint32_t word)
{
    __m512 t[SGN_BITS_GROUPS];
#pragma GCC unroll 6
    for (int g = 0; g < SGN_BITS_GROUPS; g++)
        t[g] = _mm512_load_ps(table + sgn_bits_place(word, g, 16));
    return _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(t[0], t[1]), _mm512_add_ps(t[2], t[3])),
                         _mm512_add_ps(t[4], t[5]));
}

AVX512 static void strip_look_up(const float *table, const uint32_t *sign, const uint32_t *mask,
                                 int rows, float *sum)
{
    for (int i = 0; i < rows; i++, sum += 16) {
        uint32_t plus = mask ? mask[i] & sign[i] : sign[i];
        __m512 add = strip_sum(table, plus);
        if (mask) add = _mm512_sub_ps(add, strip_sum(table, mask[i] ^ plus));
        _mm512_store_ps(sum, _mm512_add_ps(_mm512_load_ps(sum), add));
    }
}

/* ---- links --------------------------------------------------------------------------------------- */

/* Four sums, so that an addition need not wait for the one before. */
INLINE __m512 gather(const uint16_t *link, const uint16_t *end, const float *x)
{
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    for (; end - link >= 4; link += 4) {
        s0 = _mm512_add_ps(s0, _mm512_load_ps(x + link[0]));
        s1 = _mm512_add_ps(s1, _mm512_load_ps(x + link[1]));
        s2 = _mm512_add_ps(s2, _mm512_load_ps(x + link[2]));
        s3 = _mm512_add_ps(s3, _mm512_load_ps(x + link[3]));
    }
    for (; link < end; link++) s0 = _mm512_add_ps(s0, _mm512_load_ps(x + *link));
    return _mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3));
}

AVX512 static void follow(const uint32_t *start, const uint16_t *link, const float *x, int rows,
                          float *sum)
{
    for (int i = 0; i < rows; i++, start += 2, sum += 16) {
        __m512 plus = gather(link + start[0], link + start[1], x);
        __m512 minus = gather(link + start[1], link + start[2], x);
        _mm512_store_ps(sum, _mm512_add_ps(_mm512_load_ps(sum), _mm512_sub_ps(plus, minus)));
    }
}

/* ---- from columns to strips and back ------------------------------------------------------------- */

/* Shuffles row i into row i + 8 like cards, for all i: that moves the first bit of (row, column), taken
   as one number, to its end.  Four times, and row and column have changed places (Stone 1971, IEEE Trans.
   Comput. C-20, sec. 3). */
INLINE void transpose_square(__m512 row[16])
{
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
#pragma GCC unroll 4
    for (int round = 0; round < 4; round++) {
        __m512 next[16];
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) {
            next[2 * i] = _mm512_permutex2var_ps(row[i], low, row[i + 8]);
            next[2 * i + 1] = _mm512_permutex2var_ps(row[i], high, row[i + 8]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) row[i] = next[i];
    }
}

AVX512 static void load(const float *x, size_t ld, int lanes, float *strip)
{
    __m512 row[16];
#pragma GCC unroll 16
    for (int b = 0; b < 16; b++)
        row[b] = b < lanes ? _mm512_loadu_ps(x + (size_t)b * ld) : _mm512_setzero_ps();
    transpose_square(row);
#pragma GCC unroll 16
    for (int k = 0; k < 16; k++) _mm512_store_ps(strip + 16 * k, row[k]);
}

AVX512 static void add(const float *sum, const float *scale, float *y, size_t ld, int lanes)
{
    __m512 row[16], s = _mm512_load_ps(scale);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) row[i] = _mm512_load_ps(sum + 16 * i);
    transpose_square(row);
#pragma GCC unroll 16
    for (int b = 0; b < 16; b++) {
        if (b >= lanes) break;
        float *to = y + (size_t)b * ld;
        _mm512_storeu_ps(to, _mm512_fmadd_ps(s, row[b], _mm512_loadu_ps(to)));
    }
}

/* ---- words --------------------------------------------------------------------------------------- */

/* Words d apart exchange squares of d x d bits: a lane whose number lacks the bit d keeps the bits `low`
   and gets its partner's, moved up; the others keep the rest and get theirs moved down. */
INLINE __m512i exchange(__m512i word, int d, uint32_t low)
{
    __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __mmask16 upper = _mm512_test_epi32_mask(lane, _mm512_set1_epi32(d));
    __m512i turn = _mm512_mask_set1_epi32(_mm512_set1_epi32(d), upper, 32 - d);
    __m512i keep = _mm512_mask_set1_epi32(_mm512_set1_epi32((int)low), upper, (int)~low);
    __m512i partner = _mm512_permutexvar_epi32(_mm512_xor_si512(lane, _mm512_set1_epi32(d)), word);
    __m512i got = _mm512_rolv_epi32(partner, turn);
    return _mm512_or_si512(_mm512_and_si512(keep, word), _mm512_andnot_si512(keep, got));
}

INLINE __m512i exchange_all(__m512i word)
{
    word = exchange(word, 8, 0x00ff00ff);
    word = exchange(word, 4, 0x0f0f0f0f);
    word = exchange(word, 2, 0x33333333);
    return exchange(word, 1, 0x55555555);
}

AVX512 static void transpose(const uint32_t *from, uint32_t *to)
{
    __m512i a = _mm512_loadu_si512(from), b = _mm512_loadu_si512(from + 16);
    __m512i first = _mm512_mask_blend_epi16(0xaaaaaaaa, a, _mm512_slli_epi32(b, 16));
    __m512i second = _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(a, 16), b);
    _mm512_storeu_si512(to, exchange_all(first));
    _mm512_storeu_si512(to + 16, exchange_all(second));
}

static int usable(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

const sgn_bits_kernels sgn_bits_avx512 = {
    .name = "avx512",
    .usable = usable,
    .few = 9,
    .one = one,
    .tables = strip_tables,
    .look_up = strip_look_up,
    .follow = follow,
    .pick = pick,
    .load = load,
    .add = add,
    .transpose = transpose,
};

#endif
