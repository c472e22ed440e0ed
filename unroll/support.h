/* support.h -- which links of a matrix exist.
 *
 * A support that follows from the problem and the configuration costs no bits; any other is stored.
 * The kinds are a registry: unroll/supports.def, one file each in unroll/supports/.
 */
#ifndef SGN_UNROLL_SUPPORT_H
#define SGN_UNROLL_SUPPORT_H

#include "core/bitstream.h"
#include "core/mat.h"
#include "core/rng.h"

typedef struct sgn_support_kind sgn_support_kind;

/* What the configuration and the problem say about supports. */
typedef struct {
    sgn_mat A;       // (m, n)
    int blocks;      // diagonal blocks of the problem
    double density;  // share of links to keep
    int band;        // links of a row of a banded support
    int keep, of;    // N:M: so many links of so many neighbours in a row
    int block;       // links in a row of what is kept as a whole; 0: as the problem's blocks
    sgn_mat given;   // (n, m): nonzero where the user wants links; no columns: nothing given
} sgn_support_wish;

typedef struct sgn_support {
    const sgn_support_kind *kind;
    int rows, cols;
    size_t active;               // links that exist
    int derived;                 // follows from problem and configuration: no bits to store
    int moves;                   // chosen anew while training
    double density;              // to be chosen by magnitude: the share to keep; 0: as it is
    int keep, of;                // kept of so many neighbours in a row; set by kinds that need it
    int block_rows, block_cols;  // of a block that is kept or dropped as a whole; likewise
    uint8_t *on;                 // (rows * cols), column-major, 0 or 1
} sgn_support;

struct sgn_support_kind {
    const char *name, *title, *cite;
    int derived;
    int follows;  // chosen from the weights, it is chosen anew while these move
    /* Sets `on`, all 1 before, from what is known before training; SGN_ECONFIG where that is not
       enough.  NULL: every link exists until the support is chosen. */
    sgn_status (*fill)(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng);
    /* Keeps the share `density` of the links, those with the largest score (>= 0; ties: the first in
       memory order).  `score` (rows * cols) is read only; `scratch` has as many entries.  NULL: the weights
       have no say.  Allocates nothing. */
    void (*choose)(sgn_support *s, const sgn_real *score, double density, sgn_real *scratch);
    /* Stores what fill() does not know, chosen or not yet, and reads it back.  NULL: the places of the
       links, Rice-coded. */
    void (*put)(const sgn_support *s, sgn_bitstream *to);
    sgn_status (*get)(sgn_support *s, sgn_bitstream *from);
};

const sgn_support_kind *const *sgn_support_kinds(void);  // NULL-ended
SGN_MUST_CHECK sgn_status sgn_support_kind_find(const char *name, const sgn_support_kind **out);

/* All links on.  The caller owns *out. */
SGN_MUST_CHECK sgn_status sgn_support_new(sgn_support **out, const sgn_support_kind *kind, int rows,
                                          int cols);
void sgn_support_free(sgn_support *s);  // NULL is fine

void sgn_support_fill(sgn_support *s);  // every link exists

/* As the kind does.  One that follows from problem and configuration is chosen once, and stays. */
void sgn_support_choose(sgn_support *s, const sgn_real *score, double density, sgn_real *scratch);

void sgn_support_count(sgn_support *s);  // sets active from on

/* The stored form; nothing where the support is derived.  sgn_support_bits is what put appends.  After
   SGN_EFORMAT the support holds anything. */
void sgn_support_put(const sgn_support *s, sgn_bitstream *to);
SGN_MUST_CHECK sgn_status sgn_support_get(sgn_support *s, sgn_bitstream *from);
double sgn_support_bits(const sgn_support *s);
double sgn_log2_choose(double n, double k);  // log2 of n over k: as few bits as it can take

/* ---- for the kinds ---- */

static inline size_t sgn_support_entry(const sgn_support *s, int i, int j)
{
    return (size_t)i + (size_t)j * (size_t)s->rows;
}

/* Chosen by magnitude alone: the density * rows * cols entries of largest score. */
void sgn_support_choose_largest(sgn_support *s, const sgn_real *score, double density,
                                sgn_real *scratch);

/* How many of n a density keeps: at least one. */
size_t sgn_support_kept(double density, size_t n);

/* Of the n entries on[0], on[stride] ... keeps the `keep` with the largest score[0], score[stride] ...,
   whose `keep`-th largest is `level`; ties: the first. */
void sgn_support_keep(uint8_t *on, const sgn_real *score, size_t stride, size_t n, size_t keep,
                      sgn_real level);

#endif
