/* gram.h -- the columns of A'A, each computed when it is first asked for, and A'r.
 *
 * Methods that change few entries of x at a time keep c = A'(y - A x) up to date through
 * c -= d A'a_j.  They meet few of the columns, and all signals of a batch share them.  Sums are in
 * double also where sgn_real is float: stopping rules look at small differences.
 */
#ifndef SGN_SOLVERS_GRAM_H
#define SGN_SOLVERS_GRAM_H

#include "core/mat.h"

typedef struct {
    sgn_mat A;        // (m, n) borrowed
    double **column;  // (n) those that were asked for
    double *wide;     // (m) a column of A in double
} sgn_gram;

SGN_MUST_CHECK sgn_status sgn_gram_init(sgn_gram *g, sgn_mat A);
void sgn_gram_release(sgn_gram *g);  // of a zeroed or initialised one

/* A'a_j, (n); borrowed, stays until the release. */
SGN_MUST_CHECK sgn_status sgn_gram_column(sgn_gram *g, int j, const double **out);

void sgn_correlate(sgn_mat A, const double *r, double *c);    // c = A'r
void sgn_add_column(sgn_mat A, int j, double by, double *r);  // r += by a_j
void sgn_widen(const sgn_real *from, double *to, int n);

#endif
