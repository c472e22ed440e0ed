/* codes.h -- a group of link matrices as codes, row by row, for the fits that search them.
 *
 * The entries of a row lie next to each other here: what is (rows, cols) in a link is (cols, rows),
 * and its column i belongs to row i.
 */
#ifndef SGN_UNROLL_CODES_H
#define SGN_UNROLL_CODES_H

#include "core/mat.h"
#include "unroll/fit.h"

enum { SGN_NO_LINK = -1 };  // the code of an entry that is not on the support

typedef struct {
    const sgn_link *w;
    int *code;         // (cols, planes, rows)
    sgn_mat error;     // (cols, rows) W - T, transposed
    sgn_mat gradient;  // (cols, rows) H times it
    const sgn_mat *H;  // (cols, cols)
} sgn_coded;

typedef struct {
    const sgn_fit_task *task;
    int planes;                  // those the constraint sums
    int levels[SGN_MAX_PLANES];  // of each; 0: reals, which stay
    int most;                    // levels of the plane with most of them
    sgn_real *value;             // (most, units, planes) what the codes stand for
    sgn_coded *matrix;           // (task->g->n)
    sgn_real *room;
} sgn_codes;

/* Reads the codes the group's latents have, and the error of its weights.  The caller releases. */
SGN_MUST_CHECK sgn_status sgn_codes_init(sgn_codes *c, const sgn_fit_task *t);
void sgn_codes_release(sgn_codes *c);

void sgn_codes_look_up(sgn_codes *c);        // value, anew from the group's scales
void sgn_codes_find_gradient(sgn_codes *c);  // gradient, anew from the errors

/* What the codes of plane p stand for in unit u: `levels` reals. */
static inline const sgn_real *sgn_codes_values(const sgn_codes *c, int p, int u)
{
    return c->value + (size_t)(p * c->task->g->units + u) * (size_t)c->most;
}
/* The codes of row i of a matrix in plane p: `cols` of them. */
static inline int *sgn_codes_row(const sgn_codes *c, const sgn_coded *m, int i, int p)
{
    return m->code + (size_t)(i * c->planes + p) * (size_t)m->w->cols;
}

/* The links of plane p may change places: its support is stored link by link, and the latents of signs
   leave room to say which ones the support would choose. */
int sgn_codes_may_move(const sgn_codes *c, const sgn_link *w, int p);

/* Moves supports and latents so that the group has these codes.  A latent whose code stays, stays; a
   link that took the place of another also takes its magnitude, so that the support would be chosen
   again. */
void sgn_codes_store(sgn_codes *c);

#endif
