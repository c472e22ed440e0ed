/* fit.h -- how real links become what a constraint allows.
 *
 * A constraint's start() takes the nearest values, entry by entry.  Other fits ask what an error in an
 * entry costs.  A matrix W that stands for T and multiplies x is wrong by (W - T) x, of which
 *
 *     E |(W - T) x|^2 = sum over the rows d of W - T of  d H d',      H = E[x x'],
 *
 * is the mean: errors of one row may cancel.  And the mean squared gradient of the loss says what
 * each entry means to it.
 *
 * To add one: write unroll/fits/NAME.c and add the line FIT(NAME) to unroll/fits.def.
 */
#ifndef SGN_UNROLL_FIT_H
#define SGN_UNROLL_FIT_H

#include "core/mat.h"
#include "unroll/link.h"

typedef enum {
    SGN_FIT_NEEDS_NOTHING,
    SGN_FIT_NEEDS_MOMENTS,     // H; where nothing was measured, what the physics say it is
    SGN_FIT_NEEDS_IMPORTANCE,  // the mean squared gradient
} sgn_fit_needs;

/* What was measured on data, parameter by parameter of a network's table. */
typedef struct sgn_calibration {
    int nparams;
    sgn_mat *second;        // (nparams) each (cols, cols): E[x x'] of what it multiplies, or empty
    sgn_real **importance;  // (nparams) each (rows * cols): mean squared gradient, or NULL
} sgn_calibration;

/* A group after start(), and what start() was given. */
typedef struct {
    const sgn_group *g;
    const sgn_constraint *constraint;
    const sgn_real *const *target;  // (g->n) each (rows * cols)
    const sgn_mat *H;               // (g->n) each (cols, cols), positive definite
    int may_move;  // supports chosen by magnitude are the group's own: links may change places
} sgn_fit_task;

typedef struct {
    const char *name;  // as configs say it
    const char *title, *cite;
    sgn_fit_needs needs;  // importance is start()'s to weigh with
    /* Betters codes, scales and supports that may move; NULL: start() is all.  Not called where links
       have no codes.  Fails with SGN_EMEM, or SGN_EDATA where H is not positive definite. */
    sgn_status (*improve)(const sgn_fit_task *t);
} sgn_fit;

const sgn_fit *const *sgn_fits(void);  // NULL-ended
SGN_MUST_CHECK sgn_status sgn_fit_find(const char *name, const sgn_fit **out);

#endif
