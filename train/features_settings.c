/* features_settings.c -- the rows of the config section `features`. */
#include "train/random_features.h"

#define AT(field) offsetof(sgn_feature_settings, field)

const sgn_option sgn_feature_options[] = {
    {"kind", SGN_OPT_CHOICE, AT(kind), 0, 0, 0, SGN_FEATURE_KINDS,
     "entries of the random weights: normal numbers, their signs, or some of their signs"},
    {"density", SGN_OPT_REAL, AT(density), 0.1, 1e-6, 1, NULL,
     "sparse-sign: share of the entries of a row that are not 0"},
    {"activation", SGN_OPT_CHOICE, AT(activation), 0, 0, 0, SGN_ACTIVATIONS,
     "what follows every layer of random weights"},
    {"layers", SGN_OPT_INT, AT(layers), 1, 0, SGN_FEATURE_LAYERS_MAX, NULL,
     "layers of random weights; 0: ridge regression on the inputs"},
    {"d", SGN_OPT_INT, AT(d), 200, 1, 65536, NULL, "inputs of the teacher; data have their own"},
    {"k", SGN_OPT_INT, AT(k), 400, 1, 65536, NULL, "features of every layer"},
    {"ratio", SGN_OPT_REAL, AT(ratio), 2, 1e-6, 10000, NULL,
     "training samples per input; the read-out can interpolate up to k/d"},
    {"lambda", SGN_OPT_REAL, AT(lambda), 0.01, 1e-12, 1e12, NULL,
     "ridge: mean squared error + lambda |weights|^2"},
    {"noise", SGN_OPT_REAL, AT(noise), 0.25, 0, 1e12, NULL,
     "variance of the teacher's noise; its answers have variance 1 without"},
    {"draws", SGN_OPT_INT, AT(draws), 8, 1, 100000, NULL,
     "independent draws of weights and samples"},
    {"test_samples", SGN_OPT_INT, AT(test_samples), 2000, 1, 10000000, NULL,
     "vectors of a draw its error is measured on; of data at most as many as there are"},
    {"data", SGN_OPT_CHOICE, AT(data), 0, 0, 0, SGN_FEATURE_DATA,
     "a linear teacher of Gaussian inputs, or the images of features.file"},
    {"file", SGN_OPT_PATH, AT(file), 0, 0, 0, "", "HDF5 file of the images"},
};
const int sgn_feature_option_count = sizeof sgn_feature_options / sizeof *sgn_feature_options;
