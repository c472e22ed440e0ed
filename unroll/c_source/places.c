/* places.c -- which entries exist, in the form that takes the fewest bits.
 *
 * The forms are found by looking, whatever support the entries came from: a band, blocks and N:M show
 * by themselves.
 */
#include "core/memory.h"
#include "unroll/c_source/build.h"

#include <string.h>

typedef struct {
    const uint8_t *on;
    int rows, cols;
} pattern;

static int is_on(pattern p, int i, int j) { return p.on[(size_t)i * (size_t)p.cols + (size_t)j]; }
static size_t size_of(pattern p) { return (size_t)p.rows * (size_t)p.cols; }

static int is_full(pattern p) { return !memchr(p.on, 0, size_of(p)); }

/* ---- a band -------------------------------------------------------------------------------------- */

static int first_of_band(pattern p, int i, int wide)
{
    long twice = (2L * i + 1) * p.cols - (wide - 1L) * p.rows;
    long first = twice < 0 ? 0 : twice / (2L * p.rows), last = p.cols - wide;
    return (int)(first < last ? first : last);
}

/* How wide; 0: it is none. */
static int width_of_band(pattern p)
{
    int wide = 0;
    for (int j = 0; j < p.cols; j++) wide += is_on(p, 0, j);
    for (int i = 0; i < p.rows; i++)
        for (int j = 0, first = first_of_band(p, i, wide); j < p.cols; j++)
            if (is_on(p, i, j) != (j >= first && j < first + wide)) return 0;
    return wide;
}

/* ---- cells ---------------------------------------------------------------------------------------- */

static int common_divisor(int a, int b) { return b ? common_divisor(b, a % b) : a; }

static int rows_differ(pattern p, int i)
{
    size_t cols = (size_t)p.cols;
    return memcmp(p.on + (size_t)i * cols, p.on + (size_t)(i - 1) * cols, cols) != 0;
}

static int cols_differ(pattern p, int j)
{
    int i = 0;
    while (i < p.rows && is_on(p, i, j) == is_on(p, i, j - 1)) i++;
    return i < p.rows;
}

/* The largest cells that are on or off as a whole; those at the ends may be cut off. */
static void find_cells(pattern p, sgn_c_places *f)
{
    f->high = f->wide = 0;
    for (int i = 1; i < p.rows; i++)
        if (rows_differ(p, i)) f->high = common_divisor(i, f->high);
    for (int j = 1; j < p.cols; j++)
        if (cols_differ(p, j)) f->wide = common_divisor(j, f->wide);
    if (!f->high) f->high = p.rows;
    if (!f->wide) f->wide = p.cols;
}

/* Entry by entry when the cells are no larger. */
static void put_cells(pattern p, const sgn_c_places *f, sgn_bitstream *to)
{
    for (int i = 0; i < p.rows; i += f->high)
        for (int j = 0; j < p.cols; j += f->wide) sgn_bits_put(to, (uint64_t)is_on(p, i, j), 1);
}

/* ---- gaps ----------------------------------------------------------------------------------------- */

/* One gap more than there are entries: the last leads beyond the end, and is never used up. */
static void put_gaps(pattern p, const sgn_c_places *f, sgn_bitstream *to)
{
    size_t gap = 0;
    for (size_t i = 0; i <= size_of(p); i++) {
        if (i < size_of(p) && p.on[i] == f->high) {
            gap++;
            continue;
        }
        for (size_t left = gap >> f->low; left; left--) sgn_bits_put(to, 0, 1);
        sgn_bits_put(to, 1, 1);
        sgn_bits_put(to, gap & (((uint64_t)1 << f->low) - 1), f->low);
        gap = 0;
    }
}

/* ---- masks ---------------------------------------------------------------------------------------- */

static int mask_at(pattern p, int i, int j, int wide)
{
    int mask = 0;
    for (int k = 0; k < wide && j + k < p.cols; k++) mask |= is_on(p, i, j + k) << k;
    return mask;
}

static int number_of(const sgn_c_places *f, int mask)
{
    int i = 0;
    while (i < f->masks && f->mask[i] != mask) i++;
    return i;
}

/* 0 when there are too many. */
static int find_masks(pattern p, sgn_c_places *f)
{
    f->masks = 0;
    for (int i = 0; i < p.rows; i++)
        for (int j = 0; j < p.cols; j += f->wide) {
            int mask = mask_at(p, i, j, f->wide);
            if (number_of(f, mask) < f->masks) continue;
            if (f->masks == SGN_C_MOST_MASKS) return 0;
            f->mask[f->masks++] = (uint8_t)mask;
        }
    for (f->low = 0; 1 << f->low < f->masks;) f->low++;
    return 1;
}

static void put_masks(pattern p, const sgn_c_places *f, sgn_bitstream *to)
{
    for (int i = 0; i < p.rows; i++)
        for (int j = 0; j < p.cols; j += f->wide)
            sgn_bits_put(to, (uint64_t)number_of(f, mask_at(p, i, j, f->wide)), f->low);
}

/* ---- the choice ------------------------------------------------------------------------------------ */

static void put(pattern p, const sgn_c_places *f, sgn_bitstream *to)
{
    switch (f->form) {
    case SGN_C_ALL:
    case SGN_C_BAND: break;
    case SGN_C_CELLS: put_cells(p, f, to); break;
    case SGN_C_GAPS: put_gaps(p, f, to); break;
    case SGN_C_MASKS: put_masks(p, f, to); break;
    }
}

/* With the table of masks. */
static size_t bits_of(pattern p, const sgn_c_places *f)
{
    sgn_bitstream count = {0};
    put(p, f, &count);
    return count.at + (f->form == SGN_C_MASKS ? 8 * (size_t)f->masks : 0);
}

static void keep_smaller(pattern p, sgn_c_places f, sgn_c_places *best)
{
    if (bits_of(p, &f) < bits_of(p, best)) *best = f;
}

static sgn_c_places smallest(pattern p)
{
    int wide = width_of_band(p);
    if (is_full(p)) return (sgn_c_places){.form = SGN_C_ALL};
    if (wide) return (sgn_c_places){.form = SGN_C_BAND, .wide = wide};
    sgn_c_places best = {.form = SGN_C_CELLS};
    find_cells(p, &best);
    if (best.high > 1 || best.wide > 1) return best;
    for (int low = 0; low < 16; low++)
        for (int inverse = 0; inverse < 2; inverse++)
            keep_smaller(p, (sgn_c_places){.form = SGN_C_GAPS, .low = low, .high = inverse}, &best);
    for (int w = 2; w <= SGN_C_MASK_WIDTH; w++) {
        sgn_c_places masks = {.form = SGN_C_MASKS, .wide = w};
        if (find_masks(p, &masks)) keep_smaller(p, masks, &best);
    }
    return best;
}

sgn_status sgn_c_places_of(sgn_c_places *out, const uint8_t *on, int rows, int cols)
{
    pattern p = {on, rows, cols};
    sgn_c_places f = smallest(p);
    sgn_bitstream stream = {0};
    put(p, &f, &stream);
    f.bytes = (stream.at + 7) / 8;
    if (f.bytes > 0) {
        f.byte = sgn_alloc(f.bytes, 1);
        if (!f.byte) return SGN_EMEM;
        stream = (sgn_bitstream){.byte = f.byte, .capacity = 8 * f.bytes};
        put(p, &f, &stream);
    }
    *out = f;
    return SGN_OK;
}
