/* features_samples.h -- what one draw of random features trains and is tested on.
 */
#ifndef SGN_TRAIN_FEATURES_SAMPLES_H
#define SGN_TRAIN_FEATURES_SAMPLES_H

#include "train/random_features.h"

/* Samples of `classes` classes, with the split their file has. */
typedef struct {
    sgn_mat train_x, test_x;            // (d, N), (d, M), of mean square 1
    uint8_t *train_label, *test_label;  // (N), (M), each below `classes`
    int classes;
} sgn_labelled;

typedef struct {
    sgn_mat x, y, test_x, test_y;  // (d, n), (q, n), (d, M), (q, M); owned
    sgn_real *theta;               // (d) the teacher's, owned; NULL of labelled data
} sgn_feature_samples;

/* Draw number `draw` of the seed: n samples and `tests` more.  Without `data` the teacher answers, q = 1:
   y = <theta, x>/sqrt(d) + e.  Of `data` a random n of the training samples and the first of the test
   samples, with y = [label = c] - 1/q in place c of the q classes.  sgn_feature_samples_free gives the
   members back. */
SGN_MUST_CHECK sgn_status sgn_feature_samples_new(sgn_feature_samples *out,
                                                  const sgn_feature_settings *as,
                                                  const sgn_labelled *data, int n, int tests,
                                                  uint64_t seed, uint32_t draw);
void sgn_feature_samples_free(sgn_feature_samples *s);  // NULL is fine

#endif
