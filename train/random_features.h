/* random_features.h -- networks that are drawn and never trained, but for a ridge read-out.
 *
 *     phi_0 = x,   phi_{l+1} = s(W_l phi_l / sqrt(k_l)) - E s
 *
 * with W_l (k_{l+1}, k_l) of Gaussian entries, of their signs, or of signs on a sparse support.
 * "One-bit quantization for random features models" (arXiv 2510.16250): with all layers but the last
 * one-bit, the test error is asymptotically that of Gaussian weights.
 */
#ifndef SGN_TRAIN_RANDOM_FEATURES_H
#define SGN_TRAIN_RANDOM_FEATURES_H

#include "core/mat.h"
#include "core/option.h"
#include "train/activation.h"

enum { SGN_FEATURE_LAYERS_MAX = 16 };

#define SGN_FEATURE_KINDS "gaussian|sign|sparse-sign"  // in the order of the enum
typedef enum {
    SGN_FEATURES_GAUSSIAN,
    SGN_FEATURES_SIGN,         // the signs of what `gaussian` draws
    SGN_FEATURES_SPARSE_SIGN,  // round(density k_l) of them in every row, times sqrt(1/density)
} sgn_feature_kind;

#define SGN_FEATURE_DATA "teacher|fashion-mnist|digits"  // in the order of the enum
typedef enum {
    SGN_FEATURE_DATA_TEACHER,  // y = <theta, x>/sqrt(d) + noise, x ~ N(0, I), |theta|^2 = d
    SGN_FEATURE_DATA_FASHION,
    SGN_FEATURE_DATA_DIGITS,
} sgn_feature_data;

typedef struct {
    int kind;                // sgn_feature_kind
    double density;          // of sparse-sign
    int activation, layers;  // sgn_activation
    int d, k;                // inputs (of labelled data: the file's), features of every layer
    double ratio, lambda;    // training samples per input
    double noise;            // variance of the teacher's noise
    int draws, test_samples;
    int data;  // sgn_feature_data
    char file[SGN_PATH_MAX];
} sgn_feature_settings;

extern const sgn_option sgn_feature_options[];
extern const int sgn_feature_option_count;

/* One draw of the weights. */
typedef struct {
    sgn_activation activation;
    int layers, d, k;
    sgn_mat W[SGN_FEATURE_LAYERS_MAX];  // (k, d), then (k, k); owned
    sgn_moments moments[SGN_FEATURE_LAYERS_MAX];
} sgn_features;

/* Draw number `draw` of the seed, for inputs of length d and mean square 1.  The kinds share their
   signs.  sgn_features_free gives the members back. */
SGN_MUST_CHECK sgn_status sgn_features_new(sgn_features *out, const sgn_feature_settings *as, int d,
                                           uint64_t seed, uint32_t draw);
void sgn_features_free(sgn_features *f);  // NULL is fine

int sgn_features_width(const sgn_features *f);  // k; without layers d

/* phi (width, n) of the columns of X (d, n). */
SGN_MUST_CHECK sgn_status sgn_features_apply(const sgn_features *f, sgn_mat X, sgn_mat phi);

#endif
