/* packed.h -- a link matrix as a deployed network holds it: codes, and what they stand for.
 *
 *     W = sum_p W_p,     entry (i, j) of W_p = value[code of (i, j), unit of (i, j)], or 0 without link
 *
 * A plane whose two codes stand for -s and +s is a matrix of sign bits (core/bits.h); other codes are
 * bytes; where links are real there are no codes.  Latents, gradients and dense weights do not exist.
 */
#ifndef SGN_UNROLL_PACKED_H
#define SGN_UNROLL_PACKED_H

#include "core/bits.h"
#include "unroll/link.h"

/* Of sign, code and real one is there. */
typedef struct {
    int levels;            // of the codes; 0: links are real
    uint32_t *sign;        // code 1 is a bit, as core/bits.h has them
    uint8_t *code;         // (rows, cols), column-major
    sgn_real *real;        // (rows, cols), column-major, 0 where there is no link
    const uint32_t *mask;  // borrowed: which links exist, as core/bits.h has them; NULL: all
    sgn_real *value;       // sign: (units) s; code: (units, levels), a column for each code
    sgn_bitplan *plan;     // of sign, once all codes are set; NULL: products do without
} sgn_packed_plane;

struct sgn_packed {
    int rows, cols, planes;
    int units, rowspan, colspan, unitrows;  // as those of sgn_group
    sgn_packed_plane plane[SGN_MAX_PLANES];
    uint32_t *own_mask;  // of a matrix that has no support to borrow one from
};

/* Room for the codes of w, a member of g, whose scales are set: what codes stand for is asked here.  The
   masks (planes) are borrowed.  The caller owns *out. */
SGN_MUST_CHECK sgn_status sgn_packed_new(sgn_packed **out, const sgn_group *g,
                                         const sgn_constraint *c, const sgn_link *w,
                                         const uint32_t *const *mask);
/* Room for a matrix of -c and +c, and of 0 if `has_zeros`.  The caller owns *out. */
SGN_MUST_CHECK sgn_status sgn_packed_signs_new(sgn_packed **out, int rows, int cols, sgn_real c,
                                               int has_zeros);
/* Its columns from number `first` on, once. */
void sgn_packed_set_columns(sgn_packed *w, int first, sgn_mat columns);
/* A of -c, 0 and +c, packed. */
SGN_MUST_CHECK sgn_status sgn_packed_matrix(sgn_packed **out, sgn_mat A);
void sgn_packed_free(sgn_packed *w);  // NULL is fine

void sgn_packed_set(sgn_packed *w, int plane, int i, int j, int level);
/* The codes of row i in the panel (core/bits.h) of column j: bit k is that of its column k. */
void sgn_packed_set_word(sgn_packed *w, int plane, int i, int j, uint32_t word);

uint32_t sgn_packed_word(const sgn_packed *w, int plane, int i, int j);

/* When all codes are set: makes products fast, for uses as sgn_bitplan_new has them. */
SGN_MUST_CHECK sgn_status sgn_packed_plan(sgn_packed *w, unsigned uses);

/* The code of a link; the weight of an entry, 0 where no plane has a link. */
int sgn_packed_level(const sgn_packed *w, int plane, int i, int j);
sgn_real sgn_packed_at(const sgn_packed *w, int i, int j);

/* y += alpha op(W) x for every column of x. */
void sgn_packed_multiply(sgn_op op, double alpha, const sgn_packed *w, sgn_mat x, sgn_mat y);
/* Whether that computes each of so many columns by itself, as sgn_gemm_by_column says. */
int sgn_packed_by_column(const sgn_packed *w, int cols);

#endif
