/* Random features: the theory is what simulations tend to, and a wrong theory is not. */
#include "core/memory.h"
#include "io/dataset.h"
#include "io/file.h"
#include "io/h5.h"
#include "io/labelled.h"
#include "laws.h"
#include "tests/slow.h"
#include "train/features_prediction.h"
#include "train/features_trial.h"
#include "train/gaussian_mean.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(random_features, .init = sgn_blas_init);

/* d = 100, k = 200, where a draw takes 10 ms, and `keys` of the section. */
static sgn_feature_settings settings(const char *keys)
{
    char text[512];
    snprintf(text, sizeof text, "%s", keys);
    const char *word[16] = {"features.d=100", "features.k=200", "features.test_samples=1000"};
    int n = 3;
    for (char *at = strtok(text, " "); at; at = strtok(NULL, " ")) word[n++] = at;
    sgn_config c;
    OK(sgn_config_load(&c, NULL, word, n));
    return c.features;
}

static sgn_feature_result measure(const sgn_feature_settings *as)
{
    sgn_feature_result r;
    OK(sgn_features_measure(&r, as, 1, NULL, NULL));
    return r;
}

/* ---- quadrature and moments ---- */

static double power(double z, const void *context) { return pow(z, *(const int *)context); }

static double wave(double z, const void *context)
{
    (void)context;
    return cos(3 * z);
}

static double size(double z, const void *context)
{
    (void)context;
    return fabs(z);
}

Test(random_features, quadrature_knows_moments_waves_and_kinks)
{
    static const double moment[] = {1, 0, 1, 0, 3, 0, 15, 0, 105};
    for (int p = 0; p <= 8; p++)
        cr_expect_float_eq(sgn_gaussian_mean(power, &p), moment[p], 1e-12 * (1 + moment[p]),
                           "E z^%d", p);
    cr_expect_float_eq(sgn_gaussian_mean(wave, NULL), exp(-4.5), 1e-13);
    cr_expect_float_eq(sgn_gaussian_mean(size, NULL), sqrt(2 / M_PI), 1e-13);
}

/* E erf(h)^2 = (2/pi) asin(2r/(1 + 2r)) and E erf'(h) = 2/sqrt(pi (1 + 2r)) (Williams 1997). */
Test(random_features, moments_of_every_activation_with_a_closed_form)
{
    double r = 0.7;
    sgn_moments erfs = sgn_activation_moments(SGN_ACTIVATION_ERF, r);
    cr_expect_float_eq(erfs.mean, 0, 1e-13);
    cr_expect_float_eq(erfs.slope, 2 / sqrt(M_PI * (1 + 2 * r)), 1e-12);
    cr_expect_float_eq(erfs.variance, 2 / M_PI * asin(2 * r / (1 + 2 * r)), 1e-12);

    sgn_moments relu = sgn_activation_moments(SGN_ACTIVATION_RELU, r);
    cr_expect_float_eq(relu.mean, sqrt(r / (2 * M_PI)), 1e-12);
    cr_expect_float_eq(relu.slope, 0.5, 1e-12);
    cr_expect_float_eq(relu.variance, r / 2 - r / (2 * M_PI), 1e-12);

    sgn_moments signs = sgn_activation_moments(SGN_ACTIVATION_SIGN, r);
    cr_expect_float_eq(signs.slope, sqrt(2 / (M_PI * r)), 1e-12);
    cr_expect_float_eq(signs.rest2, 1 - 2 / M_PI, 1e-12);

    sgn_moments linear = sgn_activation_moments(SGN_ACTIVATION_LINEAR, r);
    cr_expect_float_eq(linear.slope, 1, 1e-12);
    cr_expect_float_eq(linear.rest2, 0, 1e-12);
}

/* ---- the features ---- */

static int nonzeros(sgn_mat W, int i)
{
    int n = 0;
    for (int j = 0; j < W.cols; j++) n += *sgn_mat_at(W, i, j) != 0;
    return n;
}

static double row_square(sgn_mat W, int i)
{
    double sum = 0;
    for (int j = 0; j < W.cols; j++) sum += pow((double)*sgn_mat_at(W, i, j), 2);
    return sum;
}

Test(random_features, rows_of_signs_have_one_norm_and_the_signs_of_the_gaussian)
{
    sgn_features gaussian, sign, sparse;
    sgn_feature_settings as = settings("features.layers=2");
    OK(sgn_features_new(&gaussian, &as, 100, 3, 1));
    as.kind = SGN_FEATURES_SIGN;
    OK(sgn_features_new(&sign, &as, 100, 3, 1));
    as.kind = SGN_FEATURES_SPARSE_SIGN;
    OK(sgn_features_new(&sparse, &as, 100, 3, 1));
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < 200; i++) {
            cr_assert_eq(nonzeros(sparse.W[l], i), sparse.W[l].cols / 10);
            cr_assert_float_eq(row_square(sparse.W[l], i), sparse.W[l].cols, 1e-3);
            cr_assert_float_eq(row_square(sign.W[l], i), sign.W[l].cols, 1e-3);
            for (int j = 0; j < sign.W[l].cols; j++) {
                double w = (double)*sgn_mat_at(sign.W[l], i, j);
                cr_assert(w * (double)*sgn_mat_at(gaussian.W[l], i, j) > 0);
                cr_assert(w * (double)*sgn_mat_at(sparse.W[l], i, j) >= 0);
            }
        }
    sgn_features_free(&gaussian), sgn_features_free(&sign), sgn_features_free(&sparse);
}

/* ---- theory ---- */

static int agrees(const sgn_feature_result *simulated, double predicted)
{
    double error = simulated->mean.test_error, tolerance = 2 * simulated->test_error_spread;
    return fabs(error - predicted) < tolerance + 0.03 * predicted;
}

/* Of `n` settings, fewer where everything is slower. */
static void check_agreement(const char *const *keys, int n)
{
    for (int i = 0; i < n; i += slower()) {
        sgn_feature_settings as = settings(keys[i]);
        sgn_feature_result r = measure(&as);
        cr_expect(agrees(&r, r.mean.predicted_error), "%s: %g +- %g, predicted %g", keys[i],
                  r.mean.test_error, r.test_error_spread, r.mean.predicted_error);
    }
}

Test(random_features, prediction_is_what_simulations_tend_to_away_from_the_peak)
{
    static const char *const keys[] = {
        "features.kind=gaussian features.ratio=4 features.lambda=0.1",
        "features.kind=sign features.ratio=4 features.lambda=0.1",
        "features.kind=sparse-sign features.ratio=4 features.lambda=0.1",
        "features.kind=sign features.ratio=0.5 features.lambda=0.1",
        "features.kind=sign features.ratio=4 features.activation=relu",
        "features.kind=sign features.ratio=4 features.layers=4",
    };
    check_agreement(keys, sizeof keys / sizeof *keys);
}

/* As many samples as features, and hardly any ridge: the error is three times that of ratio 4, and
   scatters so much that the sizes of the published comparison are used, or many draws. */
Test(random_features, prediction_is_what_simulations_tend_to_at_the_peak)
{
    static const char *const keys[] = {
        "features.kind=sign features.lambda=0.001 features.draws=40",
        "features.kind=gaussian features.lambda=0.001 features.draws=40",
        "features.kind=gaussian features.lambda=0.001 features.d=200 features.k=400",
        "features.kind=sign features.lambda=0.001 features.d=200 features.k=400",
    };
    check_agreement(keys, sizeof keys / sizeof *keys);
}

Test(random_features, a_wrong_theory_does_not_pass_for_the_right_one)
{
    sgn_feature_settings as = settings("features.kind=sign features.lambda=0.001");
    sgn_feature_result r = measure(&as);
    cr_assert(agrees(&r, r.mean.predicted_error));
    sgn_feature_settings ridge = as, shape = as, count = as;
    ridge.lambda = 0.01, shape.activation = SGN_ACTIVATION_ERF, count.ratio = 4;
    const sgn_feature_settings *wrong[] = {&ridge, &shape, &count};
    for (int i = 0; i < 3; i++) {
        sgn_feature_result other = measure(wrong[i]);
        cr_expect_not(agrees(&r, other.mean.predicted_error), "%d: %g for %g", i,
                      other.mean.predicted_error, r.mean.test_error);
    }
}

/* Eight paired draws: the difference of the two means is less than twice its standard error. */
Test(random_features, one_bit_costs_nothing)
{
    sgn_feature_settings as = settings("features.ratio=4 features.lambda=0.1");
    sgn_feature_result gaussian = measure(&as);
    as.kind = SGN_FEATURES_SIGN;
    sgn_feature_result sign = measure(&as);
    double difference = sign.mean.test_error - gaussian.mean.test_error;
    cr_expect_lt(fabs(difference), 2 * hypot(sign.test_error_spread, gaussian.test_error_spread));
    as.activation = SGN_ACTIVATION_SIGN;  // one bit too many is noticed
    sgn_feature_result coarse = measure(&as);
    cr_expect_gt(coarse.mean.test_error - gaussian.mean.test_error,
                 2 * hypot(coarse.test_error_spread, gaussian.test_error_spread));
}

/* Isotropic ridge regression: kappa (1 - d / (n (1 + kappa))) = lambda is a quadratic, and E_g =
   (kappa^2 / (1 + kappa)^2 + noise) / (1 - d / (n (1 + kappa)^2)). */
static double isotropic(double d, double n, double lambda, double noise)
{
    double b = 1 - d / n - lambda, kappa = (-b + sqrt(b * b + 4 * lambda)) / 2, w = 1 + kappa;
    return (kappa * kappa / (w * w) + noise) / (1 - d / (n * w * w));
}

static double predict(const sgn_feature_settings *as, int n)
{
    sgn_features f;
    sgn_real theta[100];
    double out;
    fill_normal(theta, 100, 1, 7);
    double scale = sqrt(100 / sgn_dot(theta, theta, 100));
    for (int i = 0; i < 100; i++) theta[i] = (sgn_real)(scale * (double)theta[i]);
    OK(sgn_features_new(&f, as, 100, 1, 0));
    OK(sgn_features_predict(&f, theta, as->noise, n, as->lambda, &out));
    sgn_features_free(&f);
    return out;
}

Test(random_features, without_layers_the_prediction_is_ridge_regression)
{
    sgn_feature_settings as = settings("features.layers=0");
    static const double lambda[] = {1e-3, 0.1, 3};
    static const int n[] = {30, 100, 400};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            as.lambda = lambda[i];
            double expected = isotropic(100, n[j], lambda[i], as.noise);
            cr_expect_float_eq(predict(&as, n[j]) / expected, 1, 1e-5, "lambda %g, n %d", lambda[i],
                               n[j]);
        }
}

/* Linear features of full rank span the inputs: with no ridge left this is least squares. */
Test(random_features, linear_features_without_ridge_are_least_squares)
{
    sgn_feature_settings as = settings("features.activation=linear features.kind=sign");
    as.lambda = 1e-9;
    cr_expect_float_eq(predict(&as, 300) / (as.noise / (1 - 100.0 / 300)), 1, 1e-5);
}

/* ---- the same bits, and what is refused ---- */

Test(random_features, any_number_of_threads_gives_the_same_bits)
{
    sgn_feature_settings as = settings("features.draws=5 features.layers=2");
    sgn_feature_result alone = measure(&as), shared;
    sgn_pool *pool;
    OK(sgn_pool_new(&pool, 3));
    OK(sgn_features_measure(&shared, &as, 1, NULL, pool));
    sgn_pool_free(pool);
    cr_expect_eq(memcmp(&alone.mean, &shared.mean, sizeof alone.mean), 0);
    cr_expect(alone.test_error_spread == shared.test_error_spread);
    OK(sgn_features_measure(&shared, &as, 2, NULL, NULL));
    cr_expect(alone.mean.test_error != shared.mean.test_error, "the seed does nothing");
}

/* ---- images ---- */

static char path[] = "/tmp/signroll-images-XXXXXX";

/* Two classes of 2 x 3 pixels, told apart by which half is bright; pixel 5 is always 9. */
static void write_images(int labels)
{
    enum { N = 40, PIXELS = 6 };
    uint8_t x[N][PIXELS], y[N];
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, 0);
    for (int j = 0; j < N; j++) {
        y[j] = (uint8_t)(j % 2);
        for (int i = 0; i < PIXELS; i++)
            x[j][i] = (uint8_t)(i == 5 ? 9 : 100 * (i / 3 == y[j]) + (int)sgn_rng_below(&rng, 20));
    }
    hsize_t dims[] = {N, 2, 3}, count[] = {(hsize_t)labels};
    SGN_H5 file = H5I_INVALID_HID;
    const sgn_bytes *piece;
    int pieces;
    OK(sgn_h5_create(&file, 0));
    OK(sgn_h5_write(file, "train_x", SGN_H5_U8, 3, dims, x));
    OK(sgn_h5_write(file, "train_y", SGN_H5_U8, 1, count, y));
    OK(sgn_h5_write(file, "test_x", SGN_H5_U8, 3, dims, x));
    OK(sgn_h5_write(file, "test_y", SGN_H5_U8, 1, dims, y));
    OK(sgn_h5_image(file, &piece, &pieces));
    OK(sgn_write_pieces(path, piece, pieces));
}

static void make_path(void) { cr_assert(mkstemp(path) >= 0); }
static void remove_path(void) { unlink(path); }

Test(random_features, images_are_standardised_and_learned, .init = make_path, .fini = remove_path)
{
    sgn_labelled l;
    write_images(40);
    OK(sgn_labelled_load(&l, path, SGN_FEATURE_DATA_FASHION));
    cr_assert_eq(l.classes, 2);
    cr_assert_eq(l.train_x.rows, 6);
    cr_assert_float_eq(sgn_mat_sum_squares(l.train_x) / (6 * 40), 1, 1e-5);
    for (int i = 0; i < 6; i++) {
        double sum = 0;
        for (int j = 0; j < 40; j++) sum += (double)*sgn_mat_at(l.train_x, i, j);
        cr_assert_float_eq(sum, 0, 1e-3, "pixel %d", i);
    }
    sgn_feature_settings as = settings("features.data=fashion-mnist features.ratio=3");
    sgn_feature_result r;
    OK(sgn_features_measure(&r, &as, 1, &l, NULL));
    cr_expect_eq(r.samples, 18);
    cr_expect_eq(r.tests, 40);
    cr_expect_eq(r.mean.test_error, 0);
    cr_expect(isnan(r.mean.predicted_error));
    as.ratio = 7;  // 42 of 40
    cr_expect_eq(sgn_features_measure(&r, &as, 1, &l, NULL), SGN_ECONFIG);
    cr_expect(strstr(sgn_last_error(), "features.ratio is 7"), "%s", sgn_last_error());
    sgn_labelled_free(&l);
}

Test(random_features, files_without_the_images_are_refused_by_name, .init = make_path,
     .fini = remove_path)
{
    sgn_labelled l = {.classes = 77};
    cr_expect_eq(sgn_labelled_load(&l, path, SGN_FEATURE_DATA_FASHION), SGN_EDATA);
    write_images(39);
    cr_expect_eq(sgn_labelled_load(&l, path, SGN_FEATURE_DATA_FASHION), SGN_EDATA);
    cr_expect(strstr(sgn_last_error(), "train_y has shape (39)"), "%s", sgn_last_error());
    write_images(40);
    cr_expect_eq(sgn_labelled_load(&l, path, SGN_FEATURE_DATA_DIGITS), SGN_EDATA);
    cr_expect(strstr(sgn_last_error(), "digits/x is missing"), "%s", sgn_last_error());
    cr_expect_eq(l.classes, 77);
}
