/* bits.h -- a matrix of signs, a bit an entry, and products with it.
 *
 * Columns come in panels of 32.  A panel is one word a row: bit k of word[w * stride + i] says entry
 * (i, 32 w + k), 1 for + and 0 for -.  A mask of the same layout says which entries exist; the others
 * are 0.  Products gather signed sums and multiply by a scale only where its unit ends, or multiply x by
 * it first, so that sums of dyadic numbers come out exactly whatever their order.
 *
 * Kernels for several instruction sets are compiled in (core/bits_kernels.h); the processor decides which
 * of them products use, or the environment's SIGNROLL_ISA.
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
   transposes.  Working memory is on the stack, 200 KB of it. */
void sgn_bitmat_multiply(sgn_op op, double alpha, sgn_bitmat B, sgn_unit_scales s, sgn_mat x,
                         sgn_mat y);

/* ---- the same for a matrix that stays ------------------------------------------------------------ */

/* What a look at all of B finds out once: where its links are, so that products skip what is empty and
   read no mask where there is none to mind. */
typedef struct sgn_bitplan sgn_bitplan;

/* Products it is made for; others stay possible. */
enum {
    SGN_FOR_PLAIN = 1,
    /* Keeps the words of B', as many bits as B has.  Without them each product transposes B on the way,
       which takes as long again as a product with one vector, and a tenth of one with sixteen. */
    SGN_FOR_TRANSPOSED = 2,
    /* Where less than a quarter of what is not empty are links, keeps a list of them, 16 bits each. */
    SGN_FOR_BATCHES = 4,
    /* Where they are fewer still, keeps another list, of about 10 bits each, for single vectors. */
    SGN_FOR_SINGLES = 8,
};

/* The words are borrowed and must not change while the plan lives.  The caller owns *out.  SGN_EMEM. */
SGN_MUST_CHECK sgn_status sgn_bitplan_new(sgn_bitplan **out, sgn_bitmat B, unsigned uses);
void sgn_bitplan_free(sgn_bitplan *p);  // NULL is fine

/* As sgn_bitmat_multiply. */
void sgn_bitplan_multiply(sgn_op op, double alpha, const sgn_bitplan *p, sgn_unit_scales s,
                          sgn_mat x, sgn_mat y);

/* ---- which kernels ------------------------------------------------------------------------------- */

/* The kernels of all products from now on: "portable", "avx2", "avx512", "ref" (link by link, slow), or
   NULL for the fastest this processor runs.  SGN_ENAME when there is no such name, SGN_ECONFIG when the
   processor lacks the instructions; nothing changes then.  Call it while no product runs. */
SGN_MUST_CHECK sgn_status sgn_bits_use(const char *name);

/* sgn_bits_use what the environment's SIGNROLL_ISA says; unset or empty: the fastest.  A program calls it
   before anything else, to hear of a name that is no good.  Otherwise the first product does, and takes
   the fastest in that case. */
SGN_MUST_CHECK sgn_status sgn_bits_init(void);

const char *sgn_bits_used(void);  // the name of the kernels in use

#endif
