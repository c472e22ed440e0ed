/* settings.h -- the config section `train`. */
#ifndef SGN_TRAIN_SETTINGS_H
#define SGN_TRAIN_SETTINGS_H

#include "core/option.h"

typedef enum {
    SGN_STAGES_ONE,
    SGN_STAGES_TWO,
    SGN_STAGES_LADDER,
    SGN_STAGES_LAYERWISE,
    SGN_STAGES_ADMM
} sgn_stages;  // see train/stage.h

typedef enum { SGN_RETUNE_LINKS, SGN_RETUNE_SCALARS, SGN_RETUNE_NONE } sgn_retune;

typedef struct {
    int samples;             // size of the fixed training set; 0: fresh data every step
    int test_samples;        // vectors the reported error is measured on
    int validation_samples;  // vectors the best checkpoint is chosen by
    int steps;               // optimiser steps over all stages
    int batch;               // samples
    char optimizer[SGN_NAME_MAX];
    double lr, lr_scalars;           // step sizes of link matrices and of scalars
    double bop_threshold, bop_rate;  // of optimiser bop
    int schedule, warmup;
    double clip;  // largest gradient norm; INFINITY: none
    int loss, stages, retune;
    double admm_rho;           // how strongly links are drawn to what the constraint allows ...
    int admm_every;            // ... which is found anew after so many steps
    double quantisation_loss;  // weight of sum |V - W|, relative to the gradient
    int epoch_steps;           // steps between two rows of metrics with fresh data
    int theory;                // sgn_theory_switch: bounds beside the measurements in the summary
} sgn_train_settings;

extern const sgn_option sgn_train_options[];
extern const int sgn_train_option_count;

#endif
