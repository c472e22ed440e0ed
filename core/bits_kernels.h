/* bits_kernels.h -- what an instruction set does for products with signs.  For core/bits_*.c only.
 *
 * A product adds panel after panel (core/bits.h) to sums, and the sums to y at the end.  Many rows share
 * a panel, so that what its columns can add up to is computed once and looked up by the rows: the method
 * of the four Russians (Arlazarov, Dinic, Kronrod & Faradzev 1970, Soviet Math. Dokl. 11), with signed
 * sums of reals in the place of bits.  A table for g columns has 2^g entries and takes 2^g additions;
 * then each row has the sum of g links for one look-up.
 *
 * Where every entry exists a table holds the sums with both signs, sum of +-x, and the word of signs is
 * the index.  Under a mask it holds the sums of subsets: those of the plus links less those of the minus
 * links, so that an x without link is never touched.
 */
#ifndef SGN_CORE_BITS_KERNELS_H
#define SGN_CORE_BITS_KERNELS_H

#include "core/bits.h"

enum {
    SGN_LANES = 16,         // samples that go through a product together: a strip
    SGN_LINK_COLUMNS = 512  // of a strip, that a list of links refers to at a time
};

/* Rows of a panel that are alike; multiples of SGN_LANES. */
typedef struct {
    int from, to;
    int is_full;  // every entry exists
} sgn_bitrun;

/* Panels that follow one another, seen by a block of rows. */
typedef struct {
    const uint32_t *sign, *mask;  // of the first panel and row
    size_t stride;                // words from panel to panel
    int panels, first, rows;      // the rows first .. first + rows - 1
    const uint32_t *first_run;    // (panels + 1) into run; NULL: each has the one run there is
    const sgn_bitrun *run;
} sgn_bits_panels;

/* The runs of panel w are p->run[.first] .. p->run[.end - 1]. */
typedef struct {
    uint32_t first, end;
} sgn_bits_runs;

static inline sgn_bits_runs sgn_bits_runs_of(const sgn_bits_panels *p, int w)
{
    if (!p->first_run) return (sgn_bits_runs){0, 1};
    return (sgn_bits_runs){p->first_run[w], p->first_run[w + 1]};
}

static inline int sgn_bits_has(const sgn_bits_panels *p, sgn_bits_runs of, int is_full)
{
    for (uint32_t r = of.first; r < of.end; r++)
        if (p->run[r].is_full == is_full) return 1;
    return 0;
}

/* A run as rows of the block; from >= to where it has none there. */
static inline sgn_bitrun sgn_bits_run(const sgn_bits_panels *p, uint32_t r)
{
    int from = p->run[r].from - p->first, to = p->run[r].to - p->first;
    return (sgn_bitrun){from < 0 ? 0 : from, to > p->rows ? p->rows : to, p->run[r].is_full};
}

/* The 32 columns of a panel as groups of 6, 6, 5, 5, 5 and 5: 256 entries of 16 floats fill half of a
   32 KB cache, and a row takes six of them. */
enum { SGN_BITS_TABLE = 256, SGN_BITS_GROUPS = 6 };

static inline int sgn_bits_group_size(int group) { return group < 2 ? 6 : 5; }

/* The entry of a group that a word asks for, counted in lanes from the first of all. */
static inline size_t sgn_bits_place(uint32_t word, int group, int width)
{
    int first_bit = group < 2 ? 6 * group : 5 * group + 2;
    int first_entry = group < 2 ? 64 * group : 32 * group + 64;
    uint32_t entry = word >> first_bit & (group < 2 ? 63 : 31);
    return (size_t)(first_entry * width) + entry * (uint32_t)width;
}

/* Links of a row, one after the other, as offsets into x (SGN_LINK_COLUMNS, SGN_LANES): those that are
   plus begin at start[2 i], those that are minus at start[2 i + 1]. */
typedef void sgn_bits_follow(const uint32_t *start, const uint16_t *link, const sgn_real *x,
                             int rows, sgn_real *sum);

/* The few links of a matrix for one sample.  SGN_LANES rows pick links together, each its next one, out of
   a window of SGN_WINDOW columns that begins where the first of these links is: a window is a register of
   x or two, and picks are one shuffle.  A word holds SGN_PICKS picks of a row, of 6 bits: the number of
   the column in the window, or SGN_WINDOW for none, and in the bit below it, 31 below 0, whether the link
   is minus.  Rotating the word brings a number to its low end and the sign to its high end. */
enum {
    SGN_WINDOW = 31,
    SGN_PICKS = 5,
    SGN_PICKS_FIRST = 3,  // so many use the first of a word's two windows
    SGN_PICK_BITS = 6,
    SGN_PICK_COLUMNS = 4096  // that windows refer to at a time
};

typedef struct {
    uint32_t *word;    // (SGN_LANES, n)
    uint16_t *window;  // (2, n) first columns
    uint32_t *first;   // (stride / SGN_LANES, chunks of columns) and an end: of a block of rows
} sgn_bits_picks;

/* sum (rows) += what the blocks from `first` on pick out of x, a chunk of at least SGN_WINDOW reals. */
typedef void sgn_bits_pick(const sgn_bits_picks *p, const uint32_t *first, const sgn_real *x,
                           int rows, sgn_real *sum);

/* All reals that are not x or y of the product are aligned to 64 bytes. */
typedef struct {
    const char *name;
    int (*usable)(void);  // by this processor
    int few;              // samples that are faster one by one than as a strip
    /* One sample: sum (rows) += signed sums of x (SGN_PANEL panels). */
    void (*one)(const sgn_bits_panels *p, const sgn_real *x, sgn_real *sum);
    /* A strip: what x (SGN_PANEL, SGN_LANES) can add up to, and sum (rows, SGN_LANES) += signed sums of
       it; there is room for SGN_BITS_TABLE * SGN_LANES reals, rows is a multiple of SGN_LANES, mask NULL:
       is_full. */
    void (*tables)(const sgn_real *x, int is_full, sgn_real *table);
    void (*look_up)(const sgn_real *table, const uint32_t *sign, const uint32_t *mask, int rows,
                    sgn_real *sum);
    sgn_bits_follow *follow;
    sgn_bits_pick *pick;  // NULL: look_up is faster
    /* A square of SGN_LANES rows of y or x, whose columns (lanes of them, the others are 0) are ld
       apart, and one of a strip, whose rows lie one after the other: */
    void (*load)(const sgn_real *x, size_t ld, int lanes, sgn_real *strip);
    void (*add)(const sgn_real *sum, const sgn_real *scale, sgn_real *y, size_t ld, int lanes);
    /* bit i of to[k] = bit k of from[i] */
    void (*transpose)(const uint32_t *from, uint32_t *to);
} sgn_bits_kernels;

extern const sgn_bits_kernels sgn_bits_portable;
#if defined(__x86_64__) && !defined(SGN_DOUBLE)
extern const sgn_bits_kernels sgn_bits_avx2, sgn_bits_avx512;
#endif

/* NULL-ended, the best at the end; those that this processor cannot use are there as well. */
extern const sgn_bits_kernels *const sgn_bits_all[];
const sgn_bits_kernels *sgn_bits_kernels_used(void);  // those of "ref" have a name and nothing else

/* Link by link. */
void sgn_bits_reference(sgn_op op, double alpha, sgn_bitmat B, sgn_unit_scales s, sgn_mat x,
                        sgn_mat y);

/* ---- what a plan holds --------------------------------------------------------------------------- */

/* A matrix as seen by one of its two products: y (rows) from x (cols). */
typedef struct {
    sgn_bitmat B;  // (rows, cols), or (cols, rows) where `turned`
    int rows, cols;
    int turned;            // words have to be transposed on the way
    uint32_t *first_run;   // (panels + 1) into run; NULL: one run a panel
    sgn_bitrun *run;       // of a panel, in the order of rows
    uint32_t *first_link;  // (2 stride, chunks) and an end; NULL: links are too many
    uint16_t *link;
    sgn_bits_picks picks;  // all NULL: links are too many
} sgn_bitside;

struct sgn_bitplan {
    sgn_bitmat B;
    uint32_t *sign, *mask;  // of B', its own
    sgn_bitside side[2];    // by sgn_op
};

/* Lists the picks of a side whose runs are known, where they take less time than those.  SGN_EMEM. */
SGN_MUST_CHECK sgn_status sgn_bits_picks_find(sgn_bitside *m);
void sgn_bits_picks_free(sgn_bits_picks *p);

/* The side of a matrix of which nothing is known. */
sgn_bitside sgn_bitside_of(sgn_op op, sgn_bitmat B);

#endif
