/* features_trial.h -- random features put to the test: draw, fit a ridge read-out, measure.
 */
#ifndef SGN_TRAIN_FEATURES_TRIAL_H
#define SGN_TRAIN_FEATURES_TRIAL_H

#include "core/pool.h"
#include "train/features_samples.h"

/* Of the teacher an error is |y - w'phi|^2 on average.  Of labelled data the read-out predicts [label = c]
   - 1/classes for every class c, its largest component is the answer, and an error is the share of
   wrong ones. */
typedef struct {
    double test_error;
    double train_nmse, test_nmse;  // |y - W phi|^2 over |y|^2, sums over the samples
    double predicted_error;        // NAN of labelled data: no theory knows their inputs
} sgn_feature_errors;

typedef struct {
    sgn_feature_errors mean;     // over the draws
    double test_error_spread;    // standard error of mean.test_error; NAN of one draw
    int inputs, samples, tests;  // d, and how many were trained and measured on
} sgn_feature_result;

/* All draws of the settings; `data` for anything but the teacher, of which every draw trains on a random
   subset.  Draws are shared out among the threads of `pool` (NULL: none).  SGN_ECONFIG when the data
   have too few samples. */
SGN_MUST_CHECK sgn_status sgn_features_measure(sgn_feature_result *out,
                                               const sgn_feature_settings *as, uint64_t seed,
                                               const sgn_labelled *data, sgn_pool *pool);

#endif
