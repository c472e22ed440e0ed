/* bits.h -- a matrix of signs, a bit an entry, and products with it.
 *
 * Columns come in panels of 32.  A panel is one word a row: bit k of word[w * stride + i] says entry
 * (i, 32 w + k), 1 for + and 0 for -.  A mask of the same layout says which entries exist; the others
 * are 0.  Products gather signed sums and multiply by a scale only where its unit ends, so that sums of
 * dyadic numbers come out exactly whatever their order.
 */
#ifndef SGN_CORE_BITS_H
#define SGN_CORE_BITS_H

#include "core/mat.h"

enum {
    SGN_PANEL = 32,
    SGN_PANEL_ROWS = 64
};  // columns of a panel; its stride is a multiple of ...

/* A view: whoever made the words owns them.  Bits beyond the last row and column are 0. */
typedef struct {
    int rows, cols;
    const uint32_t *sign;
    const uint32_t *mask;  // NULL: every entry exists
} sgn_bitmat;

/* Entry (i, j) is multiplied by scale[i / rowspan + unitrows (j / colspan)]. */
typedef struct {
    const sgn_real *scale;
    int rowspan, colspan, unitrows;
} sgn_unit_scales;

static inline size_t sgn_panel_stride(int rows)
{
    return ((size_t)rows + SGN_PANEL_ROWS - 1) / SGN_PANEL_ROWS * SGN_PANEL_ROWS;
}

/* Words of a matrix of this shape. */
static inline size_t sgn_panel_words(int rows, int cols)
{
    return sgn_panel_stride(rows) * (((size_t)cols + SGN_PANEL - 1) / SGN_PANEL);
}

/* The word of entry (i, j), and its bit in there. */
static inline size_t sgn_panel_word(int rows, int i, int j)
{
    return (size_t)(j / SGN_PANEL) * sgn_panel_stride(rows) + (size_t)i;
}
static inline uint32_t sgn_panel_bit(int j) { return (uint32_t)1 << j % SGN_PANEL; }

/* y += alpha op(s . B) x for every column of x: (cols, N) and y (rows, N), the other way round where op
   transposes. */
void sgn_bitmat_multiply(sgn_op op, double alpha, sgn_bitmat B, sgn_unit_scales s, sgn_mat x,
                         sgn_mat y);

#endif
