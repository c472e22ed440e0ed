/* row_search.h -- the codes of one row w of a matrix that make (w - t) H (w - t)' small.
 *
 * With e = w - t and g = H e, changing w_j by d costs  d (2 g_j + d H_jj)  and adds d H_j to g.  So each
 * link in turn takes its best code, and where links may change places also its best place, until none
 * can; and where there are few combinations in a row, all of them are tried.
 */
#ifndef SGN_UNROLL_ROW_SEARCH_H
#define SGN_UNROLL_ROW_SEARCH_H

#include "core/mat.h"

typedef struct {
    sgn_mat H;                 // (cols, cols)
    const sgn_real *diagonal;  // (cols) of H
    int planes, most;
    const int *levels;      // (planes) at most `most`
    const sgn_real *value;  // (cols, most, planes) what the codes stand for
    int *code;              // (cols, planes); SGN_NO_LINK where there is none
    sgn_real *error;        // (cols)
    sgn_real *gradient;     // (cols)
    sgn_real *cost;         // (cols) scratch
    unsigned may_move;      // a bit for each plane
} sgn_row;

/* Returns how often links changed their code or their place. */
int sgn_row_search(const sgn_row *r);

#endif
