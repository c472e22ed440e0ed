/* What is measured of a trained network: on one layer by hand, and from stage to stage. */
#include "train/calibration.h"

#include "laws.h"
#include "train/sets.h"

#include <math.h>
#include <string.h>

static sgn_calibration_wish wish_of(const model *m)
{
    return (sgn_calibration_wish){m->config.seed, m->config.train.samples, m->config.train.batch,
                                  SGN_LOSS_DEEP};
}

static sgn_calibration *measure(const model *m, sgn_pool *pool, sgn_fit_needs needs)
{
    sgn_calibration *c;
    sgn_calibration_wish wish = wish_of(m);
    OK(sgn_calibrate(&c, m->net, pool, m->problem, &wish, needs));
    return c;
}

static sgn_set samples_of(const model *m, int count)
{
    sgn_set s;
    OK(sgn_training_set(&s, m->problem, m->config.seed, m->config.train.samples,
                        m->config.train.batch, count));
    return s;
}

/* ---- second moments -------------------------------------------------------------------------------- */

/* In one layer that starts at 0 the links multiply y itself. */
Test(calibration, second_moments_are_those_of_what_links_multiply)
{
    sgn_config c = config_of("network.depth=1 train.samples=30");
    model m = model_of(&c);
    sgn_calibration *measured = measure(&m, NULL, SGN_FIT_NEEDS_MOMENTS);
    sgn_set s = samples_of(&m, 30);
    sgn_real expected[144];
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1. / 30, s.y, s.y, 0, sgn_mat_view(expected, 12, 12));
    cr_assert_eq(measured->second[0].cols, 12);
    cr_expect_lt(largest_difference(expected, measured->second[0].at, 144), 1e-5);
    for (int p = 1; p < measured->nparams; p++)
        cr_expect_eq(measured->second[p].cols, 0, "%s is no link matrix", m.net->param[p].name);
    cr_expect_null(measured->importance);
    sgn_set_release(&s);
    sgn_calibration_free(measured);
    model_free(&m);
}

/* A later layer sees residuals, which are smaller. */
Test(calibration, tied_links_multiply_what_all_layers_have)
{
    sgn_config one = config_of("network.depth=1"), three = config_of("network.tied=true");
    model first = model_of(&one), all = model_of(&three);
    sgn_calibration *a = measure(&first, NULL, SGN_FIT_NEEDS_MOMENTS);
    sgn_calibration *b = measure(&all, NULL, SGN_FIT_NEEDS_MOMENTS);
    double ratio = (double)b->second[0].at[0] / (double)a->second[0].at[0];
    cr_expect(ratio > 1. / 3 && ratio < 1, "%g", ratio);
    sgn_calibration_free(a), sgn_calibration_free(b);
    model_free(&first), model_free(&all);
}

/* ---- importance --------------------------------------------------------------------------------------- */

/* dL/dW of a sample is g y', g the gradient of what the links give. */
Test(calibration, importance_is_the_mean_squared_gradient_of_a_sample)
{
    sgn_config c = config_of("network.depth=1 train.samples=4 weights.constraint=full");
    model m = model_of(&c);
    sgn_calibration *measured = measure(&m, NULL, SGN_FIT_NEEDS_IMPORTANCE);
    sgn_set s = samples_of(&m, 4);
    sgn_real expected[240] = {0};
    sgn_loss loss;
    OK(sgn_loss_init(&loss, SGN_LOSS_DEEP, m.net));
    for (int b = 0; b < 4; b++) {
        sgn_mat_copy(sgn_mat_cols(s.y, b, 1), sgn_mat_cols(sgn_net_input(m.net), 0, 1));
        sgn_mat_copy(sgn_mat_cols(s.x, b, 1), sgn_mat_cols(loss.truth, 0, 1));
        sgn_net_forward(m.net, NULL, 1);
        sgn_loss_value(&loss, NULL, 1);
        sgn_tape_backward(m.net->tape, NULL, 1, sgn_loss_seed, &loss);
        for (int i = 0; i < 240; i++)
            expected[i] += m.net->param[0].dweight[i] * m.net->param[0].dweight[i] / 4;
    }
    cr_expect_lt(largest_difference(expected, measured->importance[0], 240), 1e-6);
    cr_expect_null(measured->second);
    sgn_loss_release(&loss), sgn_set_release(&s);
    sgn_calibration_free(measured);
    model_free(&m);
}

/* (g_i y_j)^2 (g_k y_l)^2 = (g_i y_l)^2 (g_k y_j)^2 */
Test(calibration, the_gradient_of_one_layer_and_sample_is_a_product)
{
    sgn_config c = config_of("network.depth=1 train.samples=1 weights.constraint=full");
    model m = model_of(&c);
    sgn_calibration *measured = measure(&m, NULL, SGN_FIT_NEEDS_IMPORTANCE);
    const sgn_real *F = measured->importance[0];
    double most = 0;
    for (int i = 0; i < 240; i++) most = fmax(most, (double)F[i]);
    cr_expect_gt(most, 0);
    for (int i = 20; i < 240; i++) {
        double a = (double)F[i] * (double)F[0], b = (double)F[i % 20] * (double)F[i - i % 20];
        cr_expect_float_eq(a / most / most, b / most / most, 1e-5, "entry %d", i);
    }
    sgn_calibration_free(measured);
    model_free(&m);
}

Test(calibration, links_that_do_not_learn_have_no_importance)
{
    sgn_config c = config_of("weights.frozen=true");
    model m = model_of(&c);
    sgn_calibration *measured = measure(&m, NULL, SGN_FIT_NEEDS_IMPORTANCE);
    for (int p = 0; p < measured->nparams; p++) cr_expect_null(measured->importance[p]);
    sgn_calibration_free(measured);
    model_free(&m);
}

/* ---- both ---------------------------------------------------------------------------------------------- */

static void check_threads(sgn_fit_needs needs)
{
    sgn_config c = config_of("train.batch=40");
    sgn_pool *pool;
    model m = model_of(&c);
    OK(sgn_pool_new(&pool, 3));
    char before[33], after[33];
    sgn_net_hash(m.net, before);
    sgn_calibration *one = measure(&m, NULL, needs), *three = measure(&m, pool, needs);
    sgn_net_hash(m.net, after);
    cr_expect_str_eq(before, after, "measuring moves nothing");
    if (one->second)
        cr_expect_arr_eq(one->second[0].at, three->second[0].at, 144 * sizeof(sgn_real));
    else cr_expect_arr_eq(one->importance[0], three->importance[0], 240 * sizeof(sgn_real));
    sgn_calibration_free(one), sgn_calibration_free(three);
    sgn_pool_free(pool);
    model_free(&m);
}

Test(calibration, the_number_of_threads_does_not_matter)
{
    check_threads(SGN_FIT_NEEDS_MOMENTS);
    check_threads(SGN_FIT_NEEDS_IMPORTANCE);
}

Test(calibration, nothing_is_measured_where_nothing_is_needed)
{
    sgn_config c = config_of("seed=1");
    model m = model_of(&c);
    cr_expect_null(measure(&m, NULL, SGN_FIT_NEEDS_NOTHING));
    model_free(&m);
}

Test(calibration, estimates_that_are_not_finite_are_refused)
{
    sgn_config c = config_of("weights.constraint=full weights.fit=gptq");
    model m = model_of(&c);
    sgn_calibration_wish wish = wish_of(&m);
    sgn_calibration *none = NULL;
    m.net->param[0].latent[0] = (sgn_real)NAN;
    cr_expect_eq(sgn_calibrate(&none, m.net, NULL, m.problem, &wish, SGN_FIT_NEEDS_MOMENTS),
                 SGN_EDIVERGE);
    cr_expect_null(none);
    cr_expect_not_null(strstr(sgn_last_error(), "gptq"), "%s", sgn_last_error());
    model_free(&m);
}

/* ---- in a training --------------------------------------------------------------------------------------- */

static void train_with(const char *fit, char hash[33])
{
    sgn_config c =
        config_of("train.steps=20 train.stages=two train.samples=64 weights.fit=%s", fit);
    model m = model_of(&c);
    sgn_trainer *t;
    OK(sgn_trainer_new(&t, &c.train, c.seed, m.problem, m.net, NULL));
    OK(sgn_trainer_run(t, &(sgn_observer){0}));
    sgn_net_hash(m.net, hash);
    for (int p = 0; p < m.net->nparams; p++) {
        const sgn_link *w = &m.net->param[p];
        cr_assert(sgn_mat_finite(sgn_mat_view(w->weight, w->rows, w->cols)), "%s", fit);
    }
    sgn_trainer_free(t);
    model_free(&m);
}

Test(calibration, each_fit_ends_the_first_stage_in_its_own_way)
{
    char hash[4][33];
    static const char *const fit[] = {"rounding", "descent", "gptq", "fisher"};
    for (int i = 0; i < 4; i++) train_with(fit[i], hash[i]);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(hash[i], hash[j], "%s and %s", fit[i], fit[j]);
}

Test(calibration, importance_without_trained_links_is_refused)
{
    sgn_config c = config_of("weights.fit=fisher");
    model m = model_of(&c);
    sgn_trainer *t = NULL;
    cr_expect_eq(sgn_trainer_new(&t, &c.train, c.seed, m.problem, m.net, NULL), SGN_ECONFIG);
    cr_expect_null(t);
    cr_expect_not_null(strstr(sgn_last_error(), "train.stages two"), "%s", sgn_last_error());
    model_free(&m);
}
