/* random_features.c -- do random weights of one bit predict worse than Gaussian ones?
 *
 * Networks of random weights and a ridge read-out, of Gaussian entries, signs or sparse signs, with the
 * error that theory gives beside the measured one (train/random_features.h, features_prediction.h).
 */
#include "experiments/experiment.h"
#include "io/labelled.h"
#include "train/features_trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The value of features.key, as a config has it. */
static void setting(const sgn_feature_settings *as, const char *key, char text[SGN_NAME_MAX])
{
    for (int i = 0; i < sgn_feature_option_count; i++)
        if (!strcmp(sgn_feature_options[i].key, key))
            sgn_option_print(&sgn_feature_options[i], as, text, SGN_NAME_MAX);
}

static void describe(sgn_summary *out, const sgn_feature_settings *as, const sgn_feature_result *r)
{
    char activation[SGN_NAME_MAX], data[SGN_NAME_MAX], teacher[48] = "";
    setting(as, "kind", out->constraint);
    setting(as, "activation", activation);
    setting(as, "data", data);
    snprintf(out->solver, sizeof out->solver, "random %.40s", activation);
    if (as->kind != SGN_FEATURES_SPARSE_SIGN) snprintf(out->support, sizeof out->support, "all");
    else snprintf(out->support, sizeof out->support, "random %g", as->density);
    if (as->data == SGN_FEATURE_DATA_TEACHER)
        snprintf(teacher, sizeof teacher, " d=%d noise=%g", as->d, as->noise);
    snprintf(out->problem, sizeof out->problem, "%.15s%s", data, teacher);
    out->depth = as->layers;
    out->m = as->k, out->n = r->inputs;
    out->samples = r->samples;
}

static void fill(sgn_summary *out, const sgn_feature_settings *as, const sgn_feature_result *r)
{
    describe(out, as, r);
    out->lambda = as->lambda;
    out->ratio = (double)r->samples / r->inputs;
    out->test_error = r->mean.test_error;
    out->test_error_stderr = r->test_error_spread;
    out->predicted_error = r->mean.predicted_error;
    out->nmse_train_db = 10 * log10(r->mean.train_nmse);
    out->nmse_test_db = 10 * log10(r->mean.test_nmse);
    out->gap_db = out->nmse_test_db - out->nmse_train_db;
    out->gap_linear = r->mean.test_nmse - r->mean.train_nmse;
}

static sgn_status run(const sgn_config *c, sgn_pool *pool, sgn_summary *out)
{
    const sgn_feature_settings *as = &c->features;
    sgn_feature_result r;
    sgn_labelled data = {.classes = 0};
    int labelled = as->data != SGN_FEATURE_DATA_TEACHER;
    if (labelled && !as->file[0])
        return sgn_fail(SGN_ECONFIG,
                        "features.data is not teacher, so features.file must name one");
    if (labelled) SGN_TRY(sgn_labelled_load(&data, as->file, (sgn_feature_data)as->data));
    sgn_status s = sgn_features_measure(&r, as, c->seed, labelled ? &data : NULL, pool);
    if (s == SGN_OK) fill(out, as, &r);
    sgn_labelled_free(&data);
    return s;
}

const sgn_experiment sgn_experiment_random_features = {
    .name = "random-features",
    .title = "Gaussian, sign and sparse sign random features under a ridge read-out, beside theory",
    .cite = "arXiv:2510.16250",
    .run = run,
};
