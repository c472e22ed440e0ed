#include "train/features_trial.h"

#include "core/memory.h"
#include "train/features_prediction.h"

#include <math.h>
#include <stdio.h>

/* ---- a read-out ---- */

/* Samples as the features see them, and what a read-out answers. */
typedef struct {
    sgn_mat phi, y, answer;  // (k, n), (q, n), (q, n)
} view;

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

static void free_view(view *v) { sgn_free(v->phi.at), sgn_free(v->answer.at); }

/* Has to be freed on failure, too. */
static sgn_status see(view *v, const sgn_features *f, sgn_mat x, sgn_mat y)
{
    *v = (view){new_mat(sgn_features_width(f), x.cols), y, new_mat(y.rows, y.cols)};
    return v->phi.at && v->answer.at ? sgn_features_apply(f, x, v->phi) : SGN_EMEM;
}

static void answer(const view *v, sgn_mat W)
{
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, W, v->phi, 0, v->answer);
}

/* ---- errors of answers ---- */

static double squared_error(const view *v)
{
    double sum = 0;
    for (int j = 0; j < v->y.cols; j++)
        for (int i = 0; i < v->y.rows; i++) {
            double e = (double)*sgn_mat_at(v->y, i, j) - (double)*sgn_mat_at(v->answer, i, j);
            sum += e * e;
        }
    return sum;
}

static double nmse(const view *v) { return squared_error(v) / sgn_mat_sum_squares(v->y); }

static int largest(const sgn_real *v, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        if (v[i] > v[best]) best = i;
    return best;
}

static double share_of_wrong(const view *v)
{
    int wrong = 0, q = v->y.rows, n = v->y.cols;
    for (int j = 0; j < n; j++)
        wrong += largest(sgn_mat_at(v->answer, 0, j), q) != largest(sgn_mat_at(v->y, 0, j), q);
    return (double)wrong / n;
}

/* ---- a draw ---- */

typedef struct {
    sgn_feature_errors errors;
    sgn_status status;
    char sentence[256];  // of the failure: the thread that met it keeps no other copy
} slot;

typedef struct {
    const sgn_feature_settings *as;
    const sgn_labelled *data;
    uint64_t seed;
    int samples, tests;
    slot *slot;  // (draws)
} experiment;

static sgn_status fit_and_measure(view *train, view *test, double lambda, int labelled,
                                  sgn_feature_errors *out)
{
    sgn_mat W = new_mat(train->y.rows, train->phi.rows);
    sgn_status s = W.at ? sgn_ridge(train->phi, train->y, lambda, W) : SGN_EMEM;
    if (s == SGN_OK) {
        answer(train, W), answer(test, W);
        out->train_nmse = nmse(train), out->test_nmse = nmse(test);
        out->test_error = labelled ? share_of_wrong(test) : squared_error(test) / test->y.cols;
    }
    sgn_free(W.at);
    return s;
}

static sgn_status measure_features(const experiment *e, const sgn_features *f,
                                   const sgn_feature_samples *s, sgn_feature_errors *out)
{
    view train = {{0}}, test = {{0}};
    sgn_status status = see(&train, f, s->x, s->y);
    if (status == SGN_OK) status = see(&test, f, s->test_x, s->test_y);
    if (status == SGN_OK)
        status = fit_and_measure(&train, &test, e->as->lambda, e->data != NULL, out);
    free_view(&train), free_view(&test);
    out->predicted_error = (double)NAN;
    if (status == SGN_OK && !e->data)
        status = sgn_features_predict(f, s->theta, e->as->noise, e->samples, e->as->lambda,
                                      &out->predicted_error);
    return status;
}

static sgn_status one_draw(const experiment *e, uint32_t draw, sgn_feature_errors *out)
{
    sgn_features f;
    sgn_feature_samples s;
    SGN_TRY(sgn_feature_samples_new(&s, e->as, e->data, e->samples, e->tests, e->seed, draw));
    sgn_status status = sgn_features_new(&f, e->as, s.x.rows, e->seed, draw);
    if (status == SGN_OK) {
        status = measure_features(e, &f, &s, out);
        sgn_features_free(&f);
    }
    sgn_feature_samples_free(&s);
    return status;
}

static void work(void *context, int draw)
{
    experiment *e = context;
    slot *mine = &e->slot[draw];
    mine->status = one_draw(e, (uint32_t)draw, &mine->errors);
    if (mine->status != SGN_OK)
        snprintf(mine->sentence, sizeof mine->sentence, "%s", sgn_last_error());
}

/* ---- all of them ---- */

static sgn_status first_failure(const slot *s, int n)
{
    for (int i = 0; i < n; i++)
        if (s[i].status != SGN_OK) return sgn_fail(s[i].status, "%s", s[i].sentence);
    return SGN_OK;
}

static sgn_feature_errors mean_of(const slot *s, int n)
{
    sgn_feature_errors m = {0};
    for (int i = 0; i < n; i++) {
        m.test_error += s[i].errors.test_error / n;
        m.train_nmse += s[i].errors.train_nmse / n;
        m.test_nmse += s[i].errors.test_nmse / n;
        m.predicted_error += s[i].errors.predicted_error / n;
    }
    return m;
}

static double standard_error(const slot *s, int n, double mean)
{
    double squares = 0;
    for (int i = 0; i < n; i++) squares += pow(s[i].errors.test_error - mean, 2);
    return sqrt(squares / (n - 1) / n);  // 0/0 of one draw
}

/* How many samples the ratio asks for. */
static sgn_status count(experiment *e, int d)
{
    const sgn_feature_settings *as = e->as;
    e->samples = (int)fmax(round(as->ratio * d), 1);
    e->tests = as->test_samples;
    if (!e->data) return SGN_OK;
    if (e->tests > e->data->test_x.cols) e->tests = e->data->test_x.cols;
    if (e->samples <= e->data->train_x.cols) return SGN_OK;
    return sgn_fail(SGN_ECONFIG, "features.ratio is %g, that is %d samples; %s has %d of %d inputs",
                    as->ratio, e->samples, as->file, e->data->train_x.cols, d);
}

sgn_status sgn_features_measure(sgn_feature_result *out, const sgn_feature_settings *as,
                                uint64_t seed, const sgn_labelled *data, sgn_pool *pool)
{
    experiment e = {.as = as, .data = data, .seed = seed};
    int d = data ? data->train_x.rows : as->d;
    SGN_TRY(count(&e, d));
    e.slot = sgn_alloc((size_t)as->draws, sizeof *e.slot);
    if (!e.slot) return SGN_EMEM;
    sgn_pool_run(pool, work, &e, as->draws);
    sgn_status s = first_failure(e.slot, as->draws);
    if (s == SGN_OK) {
        sgn_feature_errors mean = mean_of(e.slot, as->draws);
        *out = (sgn_feature_result){mean, standard_error(e.slot, as->draws, mean.test_error), d,
                                    e.samples, e.tests};
    }
    sgn_free(e.slot);
    return s;
}
