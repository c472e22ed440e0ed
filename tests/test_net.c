#include "unroll/net.h"

#include "laws.h"

#include <math.h>
#include <string.h>

static const sgn_link *parameter(const sgn_net *net, const char *name, int layer)
{
    for (int p = 0; p < net->nparams; p++)
        if (!strcmp(net->param[p].name, name) && net->param[p].layer == layer)
            return &net->param[p];
    return NULL;
}

/* ---- the table of parameters ------------------------------------------------------------------- */

/* The first layer starts from zero: a matrix that multiplies the estimate would learn nothing there. */
Test(net, what_no_layer_uses_is_not_a_parameter)
{
    sgn_config c = config_of("network.solver=lista network.momentum=learned");
    model m = model_of(&c);
    for (int k = 0; k < 3; k++) {
        cr_expect_not_null(parameter(m.net, "W1", k), "layer %d", k);
        cr_expect_not_null(parameter(m.net, "theta", k), "layer %d", k);
        cr_expect_eq(parameter(m.net, "W2", k) != NULL, k > 0, "layer %d", k);
        cr_expect_eq(parameter(m.net, "beta", k) != NULL, k > 0, "layer %d", k);
        cr_expect_null(parameter(m.net, "step", k), "layer %d", k);
    }
    for (int p = 0; p < m.net->nparams; p++)
        if (m.net->param[p].role != SGN_ROLE_SCALE)
            cr_expect_gt(sgn_tape_uses(m.net->tape, p), 0, "%s", m.net->param[p].name);
    model_free(&m);
}

Test(net, tied_layers_share_one_matrix_and_keep_their_scalars)
{
    sgn_config c = config_of("network.solver=lista-cp network.tied=true");
    model m = model_of(&c);
    const sgn_link *w = parameter(m.net, "W", -1);
    cr_assert_not_null(w);
    cr_expect_eq(sgn_tape_uses(m.net->tape, (sgn_param)(w - m.net->param)), 3);
    for (int k = 0; k < 3; k++) {
        cr_expect_null(parameter(m.net, "W", k));
        cr_expect_not_null(parameter(m.net, "theta", k));
        cr_expect_not_null(parameter(m.net, "step", k), "each layer has a gain of its own");
    }
    model_free(&m);
}

Test(net, layers_share_a_support_if_they_are_to)
{
    for (int shared = 0; shared <= 1; shared++) {
        sgn_config c = config_of("network.solver=lista-cp weights.support=magnitude "
                                 "weights.share_support=%s",
                                 shared ? "true" : "false");
        model m = model_of(&c);
        cr_expect_eq(m.net->nsupports, shared ? 1 : 3);
        cr_expect_eq(m.net->support[0]->active, 120, "density: auto is one half");
        model_free(&m);
    }
}

Test(net, all_latents_lie_in_one_stretch_in_the_order_of_the_table)
{
    sgn_config c = config_of("weights.constraint=planes weights.planes=3");
    model m = model_of(&c);
    size_t count, at = 0;
    const sgn_real *latents = sgn_net_latents(m.net, &count);
    for (int p = 0; p < m.net->nparams; p++) {
        cr_expect_eq(m.net->param[p].latent, latents + at);
        at += sgn_link_latents(&m.net->param[p]);
    }
    cr_expect_eq(at, count);
    model_free(&m);
}

/* ---- starting values --------------------------------------------------------------------------- */

static sgn_mat weight(const sgn_net *net, const char *name, int layer)
{
    const sgn_link *w = parameter(net, name, layer);
    cr_assert_not_null(w, "%s of layer %d", name, layer);
    return sgn_mat_view(w->weight, w->rows, w->cols);
}

/* w_j' a_j = 1, Liu et al. 2019, eq. 7. */
Test(net, the_analytic_weight_reproduces_every_column)
{
    sgn_config c = config_of("weights.constraint=full weights.init=analytic");
    model m = model_of(&c);
    sgn_mat W = weight(m.net, "W", 0), A = m.problem->physics.A;
    for (int j = 0; j < A.cols; j++) {
        double along = 0;
        for (int i = 0; i < A.rows; i++)
            along += (double)*sgn_mat_at(W, j, i) * (double)*sgn_mat_at(A, i, j);
        cr_expect_float_eq(along, 1, 1e-5, "column %d", j);
    }
    model_free(&m);
}

/* Whatever the constraint, the same signs; real entries of variance 2 / columns, a tenth of that deviation in
   the last layer; the first layer alone multiplies measurements. */
Test(net, a_relu_network_starts_at_random_and_keeps_no_link_it_never_uses)
{
    sgn_config real = config_of("problem.m=50 problem.n=100 network.solver=relu-network "
                                "weights.constraint=full"),
               sign = real;
    snprintf(sign.net.constraint, sizeof sign.net.constraint, "onebit");
    model m = model_of(&real), s = model_of(&sign);
    cr_expect_null(parameter(m.net, "W", 0));
    cr_expect_null(parameter(m.net, "W_in", 1));
    for (int k = 0; k < 3; k++) {
        sgn_mat W = weight(m.net, k ? "W" : "W_in", k), S = weight(s.net, k ? "W" : "W_in", k);
        double size = (double)W.rows * W.cols, wanted = (k == 2 ? 0.02 : 2.0) / W.cols, differ = 0;
        cr_expect_float_eq(sgn_mat_sum_squares(W) / size / wanted, 1, 0.1, "layer %d", k);
        for (int i = 0; i < W.rows * W.cols; i++) differ += (W.at[i] < 0) != (S.at[i] < 0);
        cr_expect_eq(differ, 0, "layer %d: %g signs", k, differ);
    }
    cr_expect_neq(weight(m.net, "W", 1).at[0] * (sgn_real)0.1, weight(m.net, "W", 2).at[0]);
    model_free(&m), model_free(&s);
}

Test(net, the_adjoint_weight_is_that_of_ista)
{
    sgn_config c =
        config_of("weights.constraint=full weights.init=adjoint network.threshold=absolute");
    model m = model_of(&c);
    const sgn_physics *q = &m.problem->physics;
    double theta = (double)weight(m.net, "theta", 1).at[0];
    cr_expect_float_eq(*sgn_mat_at(weight(m.net, "W", 2), 5, 3),
                       (double)*sgn_mat_at(q->A, 3, 5) / q->lipschitz, 1e-6);
    cr_expect_float_eq(theta, q->lambda / q->lipschitz, 1e-6);
    model_free(&m);
}

Test(net, the_threshold_starts_where_it_is_told_to)
{
    sgn_config c = config_of("network.theta=0.25");
    model m = model_of(&c);
    cr_expect_float_eq(weight(m.net, "theta", 2).at[0], 0.25, 1e-6);
    model_free(&m);
}

/* Its own copy of A: the problem may go. */
Test(net, outlives_its_problem)
{
    sgn_config c = config_of("network.physics_term=adjoint");
    model m = model_of(&c);
    sgn_mat y = sgn_net_input(m.net);
    fill_normal(y.at, (size_t)y.rows * (size_t)y.cols, 1, 1);
    sgn_problem_free(m.problem);
    m.problem = NULL;
    cr_expect(sgn_mat_finite(sgn_net_forward(m.net, NULL, 5)));
    model_free(&m);
}

/* ---- the fingerprint --------------------------------------------------------------------------- */

Test(net, the_fingerprint_sees_every_weight_and_every_link)
{
    char before[33], after[33];
    sgn_config c = config_of("weights.support=physics");
    model m = model_of(&c);
    const sgn_link *w = &m.net->param[m.net->nparams - 1];
    sgn_real *last = w->weight + sgn_link_size(w) - 1;
    sgn_net_hash(m.net, before);
    cr_expect_eq(strspn(before, "0123456789abcdef"), 32);
    *last *= 2;
    sgn_net_hash(m.net, after);
    cr_expect_str_neq(before, after);
    *last /= 2;
    m.net->support[0]->on[7] ^= 1;
    sgn_net_hash(m.net, after);
    cr_expect_str_neq(before, after);
    m.net->support[0]->on[7] ^= 1;
    sgn_net_hash(m.net, after);
    cr_expect_str_eq(before, after);
    model_free(&m);
}

/* ---- two stages -------------------------------------------------------------------------------- */

Test(net, relaxed_links_are_real_and_quantised_ones_take_two_values)
{
    sgn_config c = config_of("weights.constraint=onebit weights.support=magnitude");
    model m = model_of(&c);
    const sgn_link *w = parameter(m.net, "W", 1);
    const sgn_real *scale = parameter(m.net, "W.scale", 1)->weight;
    OK(sgn_net_relax(m.net, 1));
    shake(m.net, 0.05);
    cr_expect_eq(w->support[0]->active, 240, "real links on every entry");
    cr_expect_arr_eq(w->weight, w->latent, 240 * sizeof *w->weight);
    OK(sgn_net_quantise(m.net, NULL, 0, NULL));
    cr_expect_eq(w->support[0]->active, 120);
    cr_expect_eq(w->support[0]->moves, 0, "the support stays from here on");
    for (int i = 0; i < 240; i++)
        cr_expect_eq(fabs((double)w->weight[i]), w->support[0]->on[i] ? (double)*scale : 0);
    model_free(&m);
}

/* ---- what is refused --------------------------------------------------------------------------- */

static void expect_refused(const sgn_config *c, sgn_status status, const char *key)
{
    const sgn_solver *solver;
    sgn_problem *q = NULL;
    sgn_net *net = NULL;
    OK(sgn_problem_new(&q, &c->problem, c->seed));
    OK(sgn_solver_find("lista-cp", &solver));
    cr_expect_eq(sgn_net_new(&net, &c->net, solver, &q->physics, 4, 1), status, "%s", key);
    cr_expect_null(net);
    cr_expect_not_null(strstr(sgn_last_error(), key), "%s: %s", key, sgn_last_error());
    sgn_problem_free(q);
}

Test(net, a_setting_that_makes_no_network_is_named)
{
    sgn_config c = config_of("seed=1");
    c.net.depth = 0;
    expect_refused(&c, SGN_ECONFIG, "network.depth");
    c = config_of("seed=1");
    c.net.density = 0;
    expect_refused(&c, SGN_ECONFIG, "weights.density");
    c = config_of("weights.constraint=planes");
    c.net.planes = SGN_MAX_PLANES + 1;
    expect_refused(&c, SGN_ECONFIG, "weights.planes");
    c = config_of("weights.support=blocks");
    expect_refused(&c, SGN_ECONFIG, "weights.support");
    c = config_of("weights.scale=block");
    expect_refused(&c, SGN_ECONFIG, "weights.scale");
    c = config_of("weights.constraint=onebits");
    expect_refused(&c, SGN_ENAME, "onebit");
    c = config_of("weights.support=phisics");
    expect_refused(&c, SGN_ENAME, "physics");
}
