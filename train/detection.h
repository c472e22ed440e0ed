/* detection.h -- which rows an estimate says are not zero: support recovery, activity detection.
 *
 * A row is what shares a support: an entry, in all measurements of its sample, real and imaginary
 * part together.  It is found when its norm exceeds 1e-3 of the largest true one of the sample.  The
 * area under the receiver operating characteristic needs no such level: it is the probability that
 * a true row has a larger norm than another, over all rows of all samples, ties counted half
 * (Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747).
 */
#ifndef SGN_TRAIN_DETECTION_H
#define SGN_TRAIN_DETECTION_H

#include "unroll/solver.h"

typedef struct {
    double precision, recall, f1;  // 0 when 0/0
    double auc;                    // NAN where all rows are true, or none
} sgn_detection;

/* x and truth are (n, N) of whole samples. */
SGN_MUST_CHECK sgn_status sgn_detection_of(const sgn_physics *q, sgn_mat x, sgn_mat truth,
                                           sgn_detection *out);

#endif
