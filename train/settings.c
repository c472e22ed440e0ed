/* settings.c -- the rows of the config section `train`. */
#include "train/settings.h"

#define AT(field) offsetof(sgn_train_settings, field)

const sgn_option sgn_train_options[] = {
    {"samples", SGN_OPT_INT, AT(samples), 0, 0, 100000000, NULL,
     "size of the fixed training set; 0: fresh data every step"},
    {"test_samples", SGN_OPT_INT, AT(test_samples), 1000, 1, 10000000, NULL,
     "vectors the reported error is measured on"},
    {"validation_samples", SGN_OPT_INT, AT(validation_samples), 256, 1, 10000000, NULL,
     "vectors the best checkpoint is chosen by"},
    {"steps", SGN_OPT_INT, AT(steps), 1000, 0, 1000000000, NULL, "optimiser steps, all stages"},
    {"batch", SGN_OPT_INT, AT(batch), 128, 1, 65536, NULL, "samples a step"},
    {"optimizer", SGN_OPT_NAME, AT(optimizer), 0, 0, 0, "adam", "how latents move"},
    {"lr", SGN_OPT_REAL, AT(lr), 3e-3, 0, 1e12, NULL,
     "step size of link matrices, for entries of rms 0.1; in proportion for others"},
    {"lr_scalars", SGN_OPT_REAL, AT(lr_scalars), 1e-2, 0, 1e12, NULL,
     "step size of thresholds, steps, momentum and log-scales"},
    {"bop_threshold", SGN_OPT_REAL, AT(bop_threshold), 0.3, 0, 1e6, NULL,
     "optimizer bop: a sign flips when its mean gradient exceeds this share of the links' rms"},
    {"bop_rate", SGN_OPT_REAL, AT(bop_rate), 0.03, 1e-9, 1, NULL,
     "optimizer bop: what a step's gradient weighs in that mean, annealed as train.lr"},
    {"schedule", SGN_OPT_CHOICE, AT(schedule), 0, 0, 0, "cosine|constant",
     "cosine: to zero at the end of each stage"},
    {"warmup", SGN_OPT_INT, AT(warmup), 50, 0, 1000000000, NULL, "steps of linear warm-up"},
    {"clip", SGN_OPT_REAL, AT(clip), 1, 1e-12, (double)INFINITY, NULL, "largest gradient norm"},
    {"loss", SGN_OPT_CHOICE, AT(loss), 0, 0, 0, "deep|final",
     "deep: mean over the layers of the log error"},
    {"stages", SGN_OPT_CHOICE, AT(stages), 0, 0, 0, "one|two|ladder|layerwise|admm",
     "two: real links first, quantised half-way; ladder: real, 4 bits, 2 bits, then quantised; "
     "layerwise: layer by layer; admm: two, with real links drawn to the quantised ones"},
    {"retune", SGN_OPT_CHOICE, AT(retune), 0, 0, 0, "links|scalars|none",
     "what moves once real links were quantised; none: they are at the very end"},
    {"admm_rho", SGN_OPT_REAL, AT(admm_rho), 1, 0, 30, NULL,
     "stages admm: how strongly links are drawn to the quantised ones"},
    {"admm_every", SGN_OPT_INT, AT(admm_every), 10, 1, 1000000000, NULL,
     "stages admm: steps after which these are found anew"},
    {"quantisation_loss", SGN_OPT_REAL, AT(quantisation_loss), 0, 0, 1e6, NULL,
     "weight of sum |V - W|, relative to the gradient"},
    {"epoch_steps", SGN_OPT_INT, AT(epoch_steps), 100, 1, 1000000000, NULL,
     "steps between two rows of metrics with fresh data"},
    {"theory", SGN_OPT_CHOICE, AT(theory), 0, 0, 0, "auto|on|off",
     "bounds beside measurements; auto: where m n depth is at most 160000"},
};
const int sgn_train_option_count = sizeof sgn_train_options / sizeof *sgn_train_options;
