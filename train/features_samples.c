#include "train/features_samples.h"

#include "core/memory.h"
#include "core/rng.h"

#include <math.h>

typedef struct {
    uint64_t seed;
    uint32_t number;
} draw;

/* ---- the teacher ---- */

/* |theta|^2 = d: without noise the answers have variance 1 in every draw. */
static void draw_teacher(draw w, sgn_real *theta, int d)
{
    sgn_rng rng = sgn_rng_stream(w.seed, SGN_RNG_MATRIX, w.number, 0);
    for (int i = 0; i < d; i++) theta[i] = (sgn_real)sgn_rng_normal(&rng);
    double scale = sqrt(d / sgn_dot(theta, theta, (size_t)d));
    for (int i = 0; i < d; i++) theta[i] = (sgn_real)(scale * (double)theta[i]);
}

static void ask_teacher(draw w, sgn_rng_purpose purpose, const sgn_real *theta, double noise,
                        sgn_mat x, sgn_mat y)
{
    for (int j = 0; j < x.cols; j++) {
        sgn_rng rng = sgn_rng_stream(w.seed, purpose, w.number, (uint32_t)j);
        sgn_real *input = sgn_mat_at(x, 0, j);
        for (int i = 0; i < x.rows; i++) input[i] = (sgn_real)sgn_rng_normal(&rng);
        double answer = sgn_dot(theta, input, (size_t)x.rows) / sqrt(x.rows);
        *sgn_mat_at(y, 0, j) = (sgn_real)(answer + sqrt(noise) * sgn_rng_normal(&rng));
    }
}

/* ---- labelled data ---- */

static void take(sgn_mat from, const uint8_t *label, int at, const sgn_mat *x, const sgn_mat *y,
                 int j)
{
    sgn_mat_copy(sgn_mat_cols(from, at, 1), sgn_mat_cols(*x, j, 1));
    for (int c = 0; c < y->rows; c++)
        *sgn_mat_at(*y, c, j) = (sgn_real)((label[at] == c) - 1.0 / y->rows);
}

static sgn_status pick(draw w, const sgn_labelled *data, sgn_feature_samples *s)
{
    int all = data->train_x.cols;
    int *order = sgn_alloc((size_t)all, sizeof *order);
    if (!order) return SGN_EMEM;
    sgn_rng rng = sgn_rng_stream(w.seed, SGN_RNG_ORDER, w.number, 0);
    for (int j = 0; j < all; j++) order[j] = j;
    sgn_rng_shuffle(&rng, order, all);
    for (int j = 0; j < s->x.cols; j++)
        take(data->train_x, data->train_label, order[j], &s->x, &s->y, j);
    for (int j = 0; j < s->test_x.cols; j++)
        take(data->test_x, data->test_label, j, &s->test_x, &s->test_y, j);
    sgn_free(order);
    return SGN_OK;
}

/* ---- both ---- */

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

static sgn_status make(sgn_feature_samples *s, int d, int q, int n, int tests)
{
    *s = (sgn_feature_samples){new_mat(d, n), new_mat(q, n), new_mat(d, tests), new_mat(q, tests),
                               sgn_alloc((size_t)d, sizeof *s->theta)};
    return s->x.at && s->y.at && s->test_x.at && s->test_y.at && s->theta ? SGN_OK : SGN_EMEM;
}

sgn_status sgn_feature_samples_new(sgn_feature_samples *out, const sgn_feature_settings *as,
                                   const sgn_labelled *data, int n, int tests, uint64_t seed,
                                   uint32_t number)
{
    sgn_feature_samples s;
    draw w = {seed, number};
    int d = data ? data->train_x.rows : as->d;
    sgn_status status = make(&s, d, data ? data->classes : 1, n, tests);
    if (status == SGN_OK && data) status = pick(w, data, &s);
    if (status == SGN_OK && !data) {
        draw_teacher(w, s.theta, d);
        ask_teacher(w, SGN_RNG_TRAIN, s.theta, as->noise, s.x, s.y);
        ask_teacher(w, SGN_RNG_TEST, s.theta, as->noise, s.test_x, s.test_y);
    }
    if (status == SGN_OK) *out = s;
    else sgn_feature_samples_free(&s);
    return status;
}

void sgn_feature_samples_free(sgn_feature_samples *s)
{
    if (!s) return;
    sgn_free(s->x.at), sgn_free(s->y.at), sgn_free(s->test_x.at), sgn_free(s->test_y.at);
    sgn_free(s->theta);
    *s = (sgn_feature_samples){{0}};
}
