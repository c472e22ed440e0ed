/* bits_portable.c -- the kernels in plain C, for every processor and for double precision.
 *
 * Loops over the lanes of a strip are what compilers make vector instructions of.  A single sample is a
 * strip with one lane.
 */
#include "core/bits_kernels.h"

#define INLINE static inline __attribute__((always_inline)) /* so that `width` is a constant */

enum { LANES = SGN_LANES };

/* ---- tables -------------------------------------------------------------------------------------- */

/* A table for `size` columns grows column by column: what has bit k is what has it not, and x_k more;
   2 x_k more where the lack of a bit means -x_k. */
INLINE void table_of(const sgn_real *restrict x, int size, int is_full, sgn_real *restrict table,
                     int width)
{
    for (int b = 0; b < width; b++) {
        table[b] = 0;
        for (int k = 0; is_full && k < size; k++) table[b] -= x[k * width + b];
    }
    for (int k = 0; k < size; k++)
        for (int i = 0; i < 1 << k; i++)
            for (int b = 0; b < width; b++)
                table[((1 << k) + i) * width + b] =
                    table[i * width + b] + (sgn_real)(1 + is_full) * x[k * width + b];
}

INLINE void tables(const sgn_real *x, int is_full, sgn_real *table, int width)
{
    for (int g = 0; g < SGN_BITS_GROUPS; g++) {
        int size = sgn_bits_group_size(g);
        table_of(x, size, is_full, table, width);
        x += size * width;
        table += (1 << size) * width;
    }
}

/* sum[b] += sign (what the word asks for) */
INLINE void add_word(const sgn_real *restrict table, uint32_t word, sgn_real sign,
                     sgn_real *restrict sum, int width)
{
    const sgn_real *t[SGN_BITS_GROUPS];
    for (int g = 0; g < SGN_BITS_GROUPS; g++) t[g] = table + sgn_bits_place(word, g, width);
    for (int b = 0; b < width; b++)
        sum[b] += sign * (((t[0][b] + t[1][b]) + (t[2][b] + t[3][b])) + (t[4][b] + t[5][b]));
}

INLINE void look_up(const sgn_real *table, const uint32_t *sign, const uint32_t *mask, int rows,
                    sgn_real *sum, int width)
{
    for (int i = 0; i < rows; i++, sum += width)
        if (!mask) add_word(table, sign[i], 1, sum, width);
        else if (mask[i]) {
            add_word(table, mask[i] & sign[i], 1, sum, width);
            add_word(table, mask[i] & ~sign[i], -1, sum, width);
        }
}

static void one_tables(const sgn_real *x, int is_full, sgn_real *table)
{
    tables(x, is_full, table, 1);
}
static void one_look_up(const sgn_real *table, const uint32_t *sign, const uint32_t *mask, int rows,
                        sgn_real *sum)
{
    look_up(table, sign, mask, rows, sum, 1);
}
/* The runs of one kind. */
static void add_panel(const sgn_bits_panels *p, int w, int is_full, const sgn_real *x,
                      sgn_real *sum)
{
    _Alignas(64) sgn_real table[SGN_BITS_TABLE];
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

static void one(const sgn_bits_panels *p, const sgn_real *x, sgn_real *sum)
{
    for (int w = 0; w < p->panels; w++) {
        add_panel(p, w, 1, x + w * SGN_PANEL, sum);
        if (p->mask) add_panel(p, w, 0, x + w * SGN_PANEL, sum);
    }
}

static void strip_tables(const sgn_real *x, int is_full, sgn_real *table)
{
    tables(x, is_full, table, LANES);
}
static void strip_look_up(const sgn_real *table, const uint32_t *sign, const uint32_t *mask,
                          int rows, sgn_real *sum)
{
    look_up(table, sign, mask, rows, sum, LANES);
}

/* ---- the rest ------------------------------------------------------------------------------------ */

INLINE void gather(const uint16_t *link, uint32_t count, const sgn_real *restrict x, sgn_real sign,
                   sgn_real *restrict sum)
{
    sgn_real of_links[LANES] = {0};
    for (uint32_t l = 0; l < count; l++)
        for (int b = 0; b < LANES; b++) of_links[b] += x[link[l] + b];
    for (int b = 0; b < LANES; b++) sum[b] += sign * of_links[b];
}

static void follow(const uint32_t *start, const uint16_t *link, const sgn_real *x, int rows,
                   sgn_real *sum)
{
    for (int i = 0; i < rows; i++, start += 2, sum += LANES) {
        gather(link + start[0], start[1] - start[0], x, 1, sum);
        gather(link + start[1], start[2] - start[1], x, -1, sum);
    }
}

/* What a row picks with one word, which is rotated from pick to pick.  No branch depends on a pick. */
INLINE sgn_real picked(uint32_t word, const sgn_real *first, const sgn_real *second)
{
    static const sgn_real none = 0, sign[] = {1, -1};
    sgn_real sum = 0;
    for (int k = 0; k < SGN_PICKS; k++) {
        uint32_t number = word & SGN_WINDOW;
        const sgn_real *entry = (k < SGN_PICKS_FIRST ? first : second) + number;
        sum += sign[word >> (SGN_PANEL - 1)] * *(number < SGN_WINDOW ? entry : &none);
        word = word >> SGN_PICK_BITS | word << (SGN_PANEL - SGN_PICK_BITS);
    }
    return sum;
}

static void pick(const sgn_bits_picks *p, const uint32_t *first, const sgn_real *x, int rows,
                 sgn_real *sum)
{
    for (int i = 0; i < rows; i += LANES, first++)
        for (size_t w = first[0]; w < first[1]; w++) {
            const sgn_real *window = x + p->window[2 * w], *next = x + p->window[2 * w + 1];
            for (int l = 0; l < LANES; l++)
                sum[i + l] += picked(p->word[w * (size_t)LANES + (size_t)l], window, next);
        }
}

static void load(const sgn_real *x, size_t ld, int lanes, sgn_real *strip)
{
    for (int b = 0; b < LANES; b++)
        for (int k = 0; k < LANES; k++)
            strip[k * LANES + b] = b < lanes ? x[(size_t)k + (size_t)b * ld] : 0;
}

static void add(const sgn_real *sum, const sgn_real *scale, sgn_real *y, size_t ld, int lanes)
{
    for (int b = 0; b < lanes; b++)
        for (int i = 0; i < LANES; i++)
            y[(size_t)i + (size_t)b * ld] += scale[i] * sum[i * LANES + b];
}

/* Squares of d x d bits beside the diagonal change places, for d = 16, 8, 4, 2, 1: Warren, Hacker's
   Delight (2002), 7-3. */
static void transpose(const uint32_t *from, uint32_t *to)
{
    uint32_t low = UINT32_MAX;  // of 2 d bits the lower d
    for (int i = 0; i < SGN_PANEL; i++) to[i] = from[i];
    for (int d = SGN_PANEL / 2; d; d /= 2) {
        low ^= low << d;
        for (int i = 0; i < SGN_PANEL; i = (i + d + 1) & ~d) {
            uint32_t changed = (to[i] >> d ^ to[i + d]) & low;
            to[i + d] ^= changed;
            to[i] ^= changed << d;
        }
    }
}

static int usable(void) { return 1; }

const sgn_bits_kernels sgn_bits_portable = {
    .name = "portable",
    .usable = usable,
    .few = 3,
    .one = one,
    .tables = strip_tables,
    .look_up = strip_look_up,
    .follow = follow,
    .pick = pick,
    .load = load,
    .add = add,
    .transpose = transpose,
};
