/* direction.h -- how good an estimate is when only its direction can be known.
 *
 * Signs of measurements do not tell the length of x, so every estimate is first scaled to the length
 * of the truth (one that is zero stays zero).
 */
#ifndef SGN_TRAIN_DIRECTION_H
#define SGN_TRAIN_DIRECTION_H

#include "core/mat.h"

typedef struct {
    double nmse_db;  // of the scaled estimates, a ratio of sums
    double angle;    // mean of arccos(<x, x*> / |x| |x*|) / pi: 0 the same, 1/2 at right angles
} sgn_direction;

sgn_direction sgn_direction_of(sgn_mat x, sgn_mat truth);  // (n, N) both

#endif
