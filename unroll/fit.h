/* fit.h -- how real links become what a constraint allows.
 *
 * A constraint's start() takes the nearest values, entry by entry.  Other ways ask what an error in an
 * entry costs: the second moments of what the matrix multiplies say how errors add up in its output,
 * and the mean squared gradient says what each entry means to the loss.
 */
#ifndef SGN_UNROLL_FIT_H
#define SGN_UNROLL_FIT_H

#include "unroll/link.h"

/* What was measured on data, parameter by parameter of a network's table. */
typedef struct sgn_calibration {
    int nparams;
    sgn_mat
        *second;  // (nparams) each (cols, cols): E[x x'] of what the matrix multiplies, or empty
    sgn_real **importance;  // (nparams) each (rows * cols): mean squared gradient, or NULL
} sgn_calibration;

#endif
