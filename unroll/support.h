/* support.h -- which links of a matrix exist.
 *
 * Kinds: all; physics (the pattern of A' for a matrix (n, m), of A'A for (n, n)); blocks (the
 * diagonal blocks of the problem); magnitude (the largest entries, of each plane's residual or of
 * the sum over the layers that share it); random (a control).
 * A support that follows from the problem and the configuration costs no bits; any other is stored.
 */
#ifndef SGN_UNROLL_SUPPORT_H
#define SGN_UNROLL_SUPPORT_H

#include "core/mat.h"
#include "core/rng.h"

typedef struct sgn_support {
    int rows, cols;
    size_t active;   // links that exist
    int derived;     // follows from problem and configuration: no bits to store
    int moves;       // chosen anew while training
    double density;  // to be chosen by magnitude: the share of links to keep; 0: as it is
    uint8_t *on;     // (rows * cols), column-major, 0 or 1
} sgn_support;

typedef struct {
    const char *name, *title;
    int by_magnitude;  // chosen from the weights, not from the problem
    int derived;
    /* Sets `on`; `density` where the kind has one. */
    void (*fill)(sgn_support *s, sgn_mat A, int blocks, double density, sgn_rng *rng);
} sgn_support_kind;

const sgn_support_kind *const *sgn_support_kinds(void);  // NULL-ended
SGN_MUST_CHECK sgn_status sgn_support_kind_find(const char *name, const sgn_support_kind **out);

/* All links on.  The caller owns *out. */
SGN_MUST_CHECK sgn_status sgn_support_new(sgn_support **out, int rows, int cols);
void sgn_support_free(sgn_support *s);  // NULL is fine

void sgn_support_fill(sgn_support *s);  // every link exists

/* Keeps the density * rows * cols entries with the largest score (>= 0; ties: the first in memory
   order).  `score` (rows * cols) is read only; `scratch` has as many entries. */
void sgn_support_keep_largest(sgn_support *s, const sgn_real *score, double density,
                              sgn_real *scratch);

void sgn_support_count(sgn_support *s);  // sets active from on

/* Bits a file needs for it: 0 when derived, else log2 of the number of supports of this size. */
double sgn_support_bits(const sgn_support *s);
double sgn_log2_choose(double n, double k);  // log2 of n over k

/* The k-th largest of v[0 .. n-1] (k = 1: the largest); reorders v.  Quickselect, Hoare 1961. */
sgn_real sgn_kth_largest(sgn_real *v, size_t n, size_t k);

#endif
