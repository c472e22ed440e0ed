/* The theorems' figures of trained networks: Occam's bound holds and says what it should, and computing
 * them leaves the network as it was. */
#include "io/rank.h"
#include "laws.h"

#include <math.h>
#include <string.h>

static model trained(const char *keys)
{
    sgn_config c = config_of("train.steps=400 train.samples=64 train.batch=32 train.lr=1e-2 "
                             "train.test_samples=1000 network.depth=4 problem.snr_db=20 %s",
                             keys);
    model m = model_of(&c);
    sgn_trainer *t;
    OK(sgn_trainer_new(&t, &c.train, c.seed, m.problem, m.net, NULL));
    OK(sgn_trainer_run(t, &(sgn_observer){0}));
    sgn_trainer_free(t);
    return m;
}

static sgn_theory theory_of(model *m)
{
    sgn_theory t;
    OK(sgn_theory_of(&t, m->net, NULL, m->problem, &m->config.train, m->config.seed));
    return t;
}

/* ---- generalization ---------------------------------------------------------------------------- */

Test(occam, the_gap_of_trained_networks_is_below_the_bound_and_above_that_of_no_bits)
{
    static const char *const keys[] = {
        "weights.constraint=full",
        "weights.constraint=onebit",
        "weights.constraint=onebit network.tied=true",
        "weights.constraint=ternary-absmean",
        "network.solver=alista weights.constraint=full",
    };
    int above = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        model m = trained(keys[i]);
        sgn_theory t = theory_of(&m);
        cr_expect_leq(t.bounded_gap, t.occam_bound, "%s", keys[i]);
        cr_expect_eq(t.bounded_gap, t.bounded_test - t.bounded_train);
        cr_expect(t.bounded_train >= 0 && t.bounded_test <= 1);
        above += t.bounded_gap > sgn_occam_bound(0, m.config.train.samples, 0.05);
        model_free(&m);
    }
    cr_expect_gt(above, 0, "networks charged no bits at all would keep the promise, too");
}

Test(occam, the_bound_is_the_formula)
{
    cr_expect_float_eq(sgn_occam_bound(0, 1000, 0.05), 0.038702, 1e-6);
    cr_expect_float_eq(sgn_occam_bound(100, 1000, 0.05), 0.190145, 1e-6);
    cr_expect_float_eq(sgn_occam_bound(100, 4000, 0.05), 0.190145 / 2, 1e-6);
}

static double bound_of(const char *keys)
{
    sgn_config c = config_of("problem.m=40 problem.n=60 train.samples=1000 %s", keys);
    model m = model_of(&c);
    double bound = theory_of(&m).occam_bound;
    model_free(&m);
    return bound;
}

Test(occam, the_bound_is_flat_in_the_depth_of_tied_networks_and_its_root_in_that_of_others)
{
    double tied = bound_of("network.tied=true network.depth=8") /
                  bound_of("network.tied=true network.depth=2");
    double untied = bound_of("network.depth=8") / bound_of("network.depth=2");
    double real = bound_of("weights.constraint=full") / bound_of("weights.constraint=onebit");
    cr_expect(tied > 1 && tied < 1.15, "%g: thresholds and steps alone", tied);
    cr_expect_float_eq(untied, 2, 0.02);
    cr_expect_float_eq(real, sqrt(32), 0.1);
}

Test(occam, fresh_data_leave_no_gap_to_bound)
{
    sgn_config c = config_of("train.samples=0");
    model m = model_of(&c);
    sgn_theory t = theory_of(&m);
    cr_expect(isnan(t.occam_bound) && isnan(t.bounded_gap) && isnan(t.bounded_train));
    cr_expect(t.bounded_test > 0 && t.bounded_test <= 1);
    model_free(&m);
}

/* ---- all figures -------------------------------------------------------------------------------- */

Test(theory, the_network_is_as_it_was)
{
    model m = trained("weights.constraint=onebit train.steps=30");
    char before[33], after[33];
    sgn_mat y = sgn_net_input(m.net);
    fill_normal(y.at, (size_t)y.rows * (size_t)y.cols, 1, 3);
    sgn_real x = sgn_net_forward(m.net, NULL, y.cols).at[0];
    sgn_net_hash(m.net, before);
    theory_of(&m);
    sgn_net_hash(m.net, after);
    cr_expect_str_eq(after, before);
    y = sgn_net_input(m.net);
    fill_normal(y.at, (size_t)y.rows * (size_t)y.cols, 1, 3);
    cr_expect_eq(sgn_net_forward(m.net, NULL, y.cols).at[0], x);
    cr_expect_not(sgn_tape_has_grad(m.net->tape, m.net->y));
    model_free(&m);
}

Test(theory, what_does_not_apply_is_no_number)
{
    static const struct {
        const char *keys;
        int factor, stability, sensitivity;
    } row[] = {
        {"network.solver=lista-cp network.selection=off", 1, 1, 1},
        {"network.solver=lista-cp", 1, 1, 0},    // selection leaps
        {"network.solver=lista-gscp", 0, 1, 1},  // rows, of which the theorem does not speak
        {"network.solver=lista", 0, 0, 0},
        {"network.solver=step-lista", 0, 0, 0},
        {"network.solver=biht problem.sign_only=true", 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        sgn_config c = config_of("%s", row[i].keys);
        model m = model_of(&c);
        sgn_theory t = theory_of(&m);
        cr_expect_eq(!isnan(t.convergence_factor), row[i].factor, "%s", row[i].keys);
        cr_expect_eq(!isnan(t.stability_bound), row[i].stability, "%s", row[i].keys);
        cr_expect_eq(!isnan(t.sensitivity_bound), row[i].sensitivity, "%s", row[i].keys);
        cr_expect(!isnan(t.empirical_rate) && !isnan(t.sensitivity_measured), "%s", row[i].keys);
        cr_expect_eq(isnan(t.stability_measured), c.problem.sign_only, "%s", row[i].keys);
        model_free(&m);
    }
}

Test(theory, it_is_computed_unasked_where_it_is_cheap)
{
    static const struct {
        const char *keys;
        int wanted;
    } row[] = {
        {"problem.m=50 problem.n=100 network.depth=32", 1},
        {"problem.m=50 problem.n=100 network.depth=33", 0},
        {"problem.m=50 problem.n=100 network.depth=33 train.theory=on", 1},
        {"problem.m=50 problem.n=100 network.depth=2 train.theory=off", 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        sgn_config c = config_of("%s", row[i].keys);
        model m = model_of(&c);
        cr_expect_eq(sgn_theory_wanted(&c.train, m.net), row[i].wanted, "%s", row[i].keys);
        model_free(&m);
    }
}

/* ---- rank correlation --------------------------------------------------------------------------- */

Test(rank, order_is_all_that_counts)
{
    double x[] = {1, 2, 3, 4, 5}, grows[] = {1, 8, 27, 64, 125}, falls[] = {9, 7, 5, 3, -100};
    int pairs;
    cr_expect_float_eq(sgn_rank_correlation(x, grows, 5, &pairs), 1, 1e-12);
    cr_expect_eq(pairs, 5);
    cr_expect_float_eq(sgn_rank_correlation(x, falls, 5, &pairs), -1, 1e-12);
}

/* Ranks 1 2.5 2.5 4 and 1 3 2 4: their correlation is 4.5 / sqrt(4.5 * 5). */
Test(rank, equal_values_share_their_mean_rank_and_what_is_unknown_is_left_out)
{
    double none = (double)NAN, x[] = {1, 2, none, 2, 3}, y[] = {0.1, 0.3, 7, 0.2, 0.4};
    int pairs;
    cr_expect_float_eq(sgn_rank_correlation(x, y, 5, &pairs), 4.5 / sqrt(22.5), 1e-12);
    cr_expect_eq(pairs, 4);
    cr_expect(isnan(sgn_rank_correlation(x, y, 2, &pairs)), "two pairs have no order to speak of");
    cr_expect(isnan(sgn_rank_correlation((double[]){1, 1, 1}, y, 3, &pairs)));
}
