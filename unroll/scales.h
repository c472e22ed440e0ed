/* scales.h -- the scales that make  sum (w - t) H (w - t)'  over the rows of a group least, for given
 * codes. */
#ifndef SGN_UNROLL_SCALES_H
#define SGN_UNROLL_SCALES_H

#include "unroll/codes.h"

/* Each scale in turn; one that would not stay positive, or of which a value is not a multiple, stays.
   Corrects values and errors; gradients are out of date then. */
SGN_MUST_CHECK sgn_status sgn_scales_refit(sgn_codes *c);

#endif
