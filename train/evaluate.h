/* evaluate.h -- how good an estimate is.
 *
 * NMSE is a ratio of sums over the set, 10 log10(sum |x - x*|^2 / sum |x*|^2): the mean of
 * per-signal ratios is ruled by one or two hard signals.  The median and the 99th percentile of the
 * per-signal ratios stand beside it.  A signal is a sample, with all its measurements.
 */
#ifndef SGN_TRAIN_EVALUATE_H
#define SGN_TRAIN_EVALUATE_H

#include "core/mat.h"
#include "core/pool.h"
#include "train/detection.h"
#include "train/direction.h"
#include "unroll/net.h"

typedef struct {
    double nmse, nmse_db;
    double median_db, p99_db;  // of the per-signal ratios
    double success;            // share with relative error below 1e-2
    sgn_detection support;
    sgn_direction direction;  // NAN unless only signs are measured
    int signals;
} sgn_score;

/* Scores estimates x against the truth, both (n, N).  SGN_EDATA when the truth is all zero. */
SGN_MUST_CHECK sgn_status sgn_score_of(const sgn_physics *q, sgn_mat x, sgn_mat truth,
                                       sgn_score *out);

/* |x - x*|^2 / |x*|^2 of one sample; |x|^2 where the truth is zero. */
double sgn_sample_nmse(sgn_mat x, sgn_mat truth);

/* Runs the network over all columns of y (m, N) into x (n, N), batch by batch.  layer_nmse_db
   (depth) is filled when not NULL (it needs truth). */
void sgn_evaluate(sgn_net *net, sgn_pool *pool, sgn_mat y, sgn_mat x, sgn_mat truth,
                  double *layer_nmse_db);

#endif
