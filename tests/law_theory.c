/* What is proved about coupled networks holds: on every sample where the theorem is about samples, and
 * for every iteration and constraint it is stated for. */
#include "laws.h"

#include "unroll/net_layer.h"

#include <math.h>
#include <string.h>

static const double rounding = 1e-9;  // relative, of sums in another order

static sgn_mat new_mat(int rows, int cols)
{
    return sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof(sgn_real)), rows, cols);
}

static void train(model *m)
{
    sgn_trainer *t;
    OK(sgn_trainer_new(&t, &m->config.train, m->config.seed, m->problem, m->net, NULL));
    OK(sgn_trainer_run(t, &(sgn_observer){0}));
    sgn_trainer_free(t);
}

static sgn_theory_layer *layers_of(const sgn_net *net)
{
    sgn_theory_layer *layer = sgn_alloc((size_t)net->as.depth, sizeof *layer);
    OK(sgn_theory_layers(net, layer));
    return layer;
}

/* ---- convergence: every one of 10000 samples ------------------------------------------------------ */

enum { SIGNALS = 10000 };

typedef struct {
    int farther, false_positives;  // samples
} broken;

static double l1_distance(const sgn_real *x, const sgn_real *truth, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += fabs(x[i] - truth[i]);
    return sum;
}

/* x_j <- shrink(z_j, theta_j), and what of the theorem failed. */
static void shrink_and_judge(sgn_mat x, sgn_mat z, sgn_mat truth, const sgn_theory_layer *l,
                             double s, double share, broken *b)
{
    int n = x.rows;
    for (int j = 0; j < x.cols; j++) {
        sgn_real *at = sgn_mat_at(x, 0, j);
        const sgn_real *from = sgn_mat_at(z, 0, j), *true_at = sgn_mat_at(truth, 0, j);
        /* mu rounded up, so that rounding does not decide where the theorem has equality */
        double before = l1_distance(at, true_at, n), theta = share * l->mu * (1 + 1e-12) * before;
        int strangers = 0;
        for (int i = 0; i < n; i++) {
            at[i] = copysign(fmax(fabs(from[i]) - theta, 0), from[i]);
            strangers += at[i] != 0 && true_at[i] == 0;
        }
        double most = sgn_convergence_factor(l, s) * before * (1 + rounding);
        b->farther += l1_distance(at, true_at, n) > most;
        b->false_positives += strangers > 0;
    }
}

/* The theorem's iteration with the network's matrices: theta is `share` of mu |e|_1, and `harm` is
   added to an entry of W behind the theorem's back. */
static broken iterate(const model *m, const sgn_theory_layer *layer, double s, double share,
                      double harm)
{
    const sgn_net *net = m->net;
    sgn_mat truth = new_mat(net->n, SIGNALS), y = new_mat(net->m, SIGNALS),
            x = new_mat(net->n, SIGNALS), z = new_mat(net->n, SIGNALS),
            r = new_mat(net->m, SIGNALS), W = new_mat(net->n, net->m);
    broken b = {0, 0};
    sgn_problem_draw(m->problem, 5, SGN_RNG_FREE, 0, 0, truth, y);
    for (int k = 0; k < net->as.depth; k++) {
        sgn_net_layer_of(net, k, W);
        W.at[0] += harm;
        sgn_mat_copy(y, r);
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, net->physics.A, x, 1, r);
        sgn_mat_copy(x, z);
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, W, r, 1, z);
        shrink_and_judge(x, z, truth, &layer[k], s, share, &b);
    }
    sgn_free(truth.at), sgn_free(y.at), sgn_free(x.at), sgn_free(z.at), sgn_free(r.at);
    sgn_free(W.at);
    return b;
}

static void every_sample_converges(const char *keys, int s)
{
    enum { COLUMNS = 128 };
    sgn_config c = config_of("problem.m=120 problem.n=%d problem.sparsity=%g problem.snr_db=inf "
                             "problem.exact_sparsity=true train.steps=20 train.batch=32 %s",
                             COLUMNS, (double)s / COLUMNS, keys);
    model m = model_of(&c);
    train(&m);
    sgn_theory_layer *layer = layers_of(m.net);
    for (int k = 0; k < m.net->as.depth; k++)
        cr_assert_lt(sgn_convergence_factor(&layer[k], s), 1, "%s: layer %d, delta %g, mu %g", keys,
                     k, layer[k].delta, layer[k].mu);
    broken good = iterate(&m, layer, s, 1, 0), low = iterate(&m, layer, s, 0.2, 0),
           harmed = iterate(&m, layer, s, 1, 1);
    cr_expect(good.farther == 0 && good.false_positives == 0,
              "%s: %d of %d farther, %d with false positives", keys, good.farther, SIGNALS,
              good.false_positives);
    cr_expect_gt(low.false_positives, 0, "%s: a lower threshold is as good", keys);
    cr_expect_gt(harmed.farther + harmed.false_positives, 0, "%s: another W is as good", keys);
    sgn_free(layer);
    model_free(&m);
}

Test(convergence, full_precision_layers_keep_the_promise_on_every_sample)
{
    every_sample_converges("weights.constraint=full", 1);
    every_sample_converges("weights.constraint=full weights.init=coherence", 2);
}

Test(convergence, one_bit_layers_keep_the_promise_on_every_sample)
{
    every_sample_converges("weights.constraint=onebit problem.kind=rademacher weights.init=adjoint",
                           1);
}

/* ---- stability ------------------------------------------------------------------------------------ */

static model shaken(const char *keys)
{
    sgn_config c = config_of("weights.init=analytic network.theta=0.05 %s", keys);
    model m = model_of(&c);
    shake(m.net, 0.05);
    return m;
}

static sgn_set test_set(const model *m, int samples)
{
    sgn_set set;
    OK(sgn_test_set(&set, m->problem, 1, samples));
    return set;
}

static double measured_norm(model *m, sgn_mat y)
{
    double norm = (double)NAN;
    OK(sgn_net_watch_input(m->net, 1));
    OK(sgn_jacobian_norm(m->net, NULL, y, &norm));
    OK(sgn_net_watch_input(m->net, 0));
    return norm;
}

/* The derivative by central differences, (n width, m width). */
static double difference_norm(model *m, sgn_mat y)
{
    static const double h = 0x1p-20;
    int width = y.cols, n = m->net->n * width, inputs = m->net->m * width;
    sgn_mat J = new_mat(n, inputs), in = sgn_mat_cols(sgn_net_input(m->net), 0, width);
    sgn_mat_copy(y, in);
    for (int i = 0; i < inputs; i++)
        for (int side = 1; side >= -1; side -= 2) {
            sgn_real middle = in.at[i];
            in.at[i] += side * h;
            sgn_mat x = sgn_net_forward(m->net, NULL, width);
            for (int k = 0; k < n; k++) *sgn_mat_at(J, k, i) += side * x.at[k] / (2 * h);
            in.at[i] = middle;
        }
    double square;
    OK(sgn_lipschitz(J, &square));
    sgn_free(J.at);
    return sqrt(square);
}

/* A batch of five: the rows of the derivative do not fit into one. */
Test(stability, the_derivative_is_that_of_finite_differences_for_every_solver)
{
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if (!(*s)->step) continue;
        char keys[128];
        snprintf(keys, sizeof keys, "network.solver=%s weights.constraint=full", (*s)->name);
        sgn_config c = config_of("%s", keys);
        model m = model_of(&c);
        sgn_set set = test_set(&m, 3);
        for (int j = 0; j < set.y.cols; j++) {
            sgn_mat y = sgn_mat_cols(set.y, j, 1);
            double exact = measured_norm(&m, y), other = difference_norm(&m, y);
            cr_expect_lt(fabs(exact - other), 1e-5 * (1 + other), "%s: %.9g, differences %.9g",
                         (*s)->name, exact, other);
        }
        sgn_set_release(&set);
        model_free(&m);
    }
}

/* The iterations the bound is stated for. */
static const char *const iterations[] = {
    "network.solver=ista",
    "network.solver=fista",
    "network.solver=lista-cp network.selection=off",
    "network.solver=lista-cp network.selection=off network.physics_term=adjoint",
    "network.solver=lista-cp network.selection=off network.physics_term=analytic",
    "network.solver=lista-cp network.selection=off network.momentum=none network.tied=true",
    "network.solver=lista-cp network.selection=off network.least=-0.5 network.most=0.7",
    "network.solver=alista network.selection=off",
    "network.solver=lista-gscp problem.measurements=2",
};
enum { ITERATIONS = sizeof iterations / sizeof *iterations };

Test(stability, no_derivative_is_above_the_bound)
{
    static const char *const selecting[] = {"network.solver=lista-cp", "network.solver=lista-cpss",
                                            "network.solver=tilista"};
    for (int i = 0; i < ITERATIONS + 3; i++) {
        model m = shaken(i < ITERATIONS ? iterations[i] : selecting[i - ITERATIONS]);
        sgn_theory_layer *layer = layers_of(m.net);
        sgn_set set = test_set(&m, 32);
        sgn_theory t = {0};
        OK(sgn_theory_stability(&t, m.net, NULL, layer, &set));
        cr_expect_gt(t.stability_measured, 0);
        cr_expect_leq(t.stability_measured, t.stability_bound * (1 + rounding), "%d: %g, bound %g",
                      i, t.stability_measured, t.stability_bound);
        sgn_set_release(&set);
        sgn_free(layer);
        model_free(&m);
    }
}

/* Without selection the estimate has no leaps: the bound holds for noise of any size. */
Test(stability, noise_of_any_size_moves_the_estimate_no_farther_than_the_bound)
{
    for (int i = 0; i < ITERATIONS; i++) {
        model m = shaken(iterations[i]);
        sgn_theory_layer *layer = layers_of(m.net);
        sgn_set set = test_set(&m, 16);
        sgn_theory t = {0};
        int width = m.net->physics.width;
        sgn_mat x = new_mat(m.net->n, set.y.cols), moved = new_mat(m.net->n, set.y.cols),
                e = new_mat(m.net->m, set.y.cols);
        OK(sgn_theory_stability(&t, m.net, NULL, layer, &set));
        for (double size = 1e-3; size < 100; size *= 10) {
            fill_normal(e.at, (size_t)e.rows * (size_t)e.cols, size, 7);
            sgn_evaluate(m.net, NULL, set.y, x, set.x, NULL);
            for (size_t k = 0; k < (size_t)e.rows * (size_t)e.cols; k++) e.at[k] += set.y.at[k];
            sgn_evaluate(m.net, NULL, e, moved, set.x, NULL);
            for (int j = 0; j < e.cols; j += width) {
                double dx = 0, dy = 0;
                for (int k = 0; k < width * x.rows; k++)
                    dx += pow(sgn_mat_at(x, 0, j)[k] - sgn_mat_at(moved, 0, j)[k], 2);
                for (int k = 0; k < width * e.rows; k++)
                    dy += pow(sgn_mat_at(e, 0, j)[k] - sgn_mat_at(set.y, 0, j)[k], 2);
                cr_expect_leq(sqrt(dx), t.stability_bound * sqrt(dy) * (1 + rounding));
            }
        }
        sgn_free(x.at), sgn_free(moved.at), sgn_free(e.at), sgn_free(layer);
        sgn_set_release(&set);
        model_free(&m);
    }
}

/* The plain iteration: |W_k| times the product of the later |I - W_j A|, and |W| itself, reached, where
   one layer shrinks nothing. */
Test(stability, the_bound_is_the_sum_of_products_and_sharp_for_one_layer)
{
    model m = shaken("network.solver=ista network.depth=4 weights.constraint=full");
    sgn_theory_layer *layer = layers_of(m.net);
    sgn_set set = test_set(&m, 1);
    sgn_theory t = {0};
    double sum = 0;
    for (int k = 0; k < 4; k++) {
        double term = layer[k].matrix;
        for (int j = k + 1; j < 4; j++) term *= layer[j].contraction;
        sum += term;
    }
    OK(sgn_theory_stability(&t, m.net, NULL, layer, &set));
    cr_expect_lt(fabs(t.stability_bound / sum - 1), rounding);
    model_free(&m), sgn_free(layer), sgn_set_release(&set);

    m = shaken("network.solver=ista network.depth=1 network.theta=1e-9 weights.constraint=full");
    layer = layers_of(m.net), set = test_set(&m, 1);
    OK(sgn_theory_stability(&t, m.net, NULL, layer, &set));
    cr_expect_lt(fabs(t.stability_measured / t.stability_bound - 1), 1e-6);
    model_free(&m), sgn_free(layer), sgn_set_release(&set);
}

/* ---- sensitivity ---------------------------------------------------------------------------------- */

/* One sample at a time; `weaker`: with a wrong |I - W A|. */
static int broken_samples(const char *keys, int weaker, double *moved)
{
    enum { SAMPLES = 40 };
    model m = shaken(keys);
    sgn_theory_layer *layer = layers_of(m.net);
    sgn_set set = test_set(&m, SAMPLES);
    int failed = 0, width = m.net->physics.width;
    for (int k = 0; weaker && k < m.net->as.depth; k++)
        layer[k].contraction = layer[k].relative = 0;
    *moved = 0;
    for (int j = 0; j < set.y.cols; j += width) {
        sgn_theory t = {0};
        sgn_set one = {sgn_mat_cols(set.x, j, width), sgn_mat_cols(set.y, j, width)};
        OK(sgn_theory_sensitivity(&t, m.net, NULL, layer, &one));
        failed += !(t.sensitivity_measured <= t.sensitivity_bound * (1 + rounding));
        *moved += t.sensitivity_measured;
    }
    sgn_set_release(&set);
    sgn_free(layer);
    model_free(&m);
    return failed;
}

/* Every constraint whose links have one latent each, in every iteration the bound is stated for. */
Test(sensitivity, quantising_moves_no_estimate_farther_than_the_bound)
{
    int weaker = 0;
    double moved;
    for (const sgn_constraint *const *c = sgn_constraints(); *c; c++)
        for (int i = 0; i < ITERATIONS && !(*c)->sums_planes && !(*c)->plane_count; i++) {
            char keys[256];
            snprintf(keys, sizeof keys, "%s weights.constraint=%s", iterations[i], (*c)->name);
            cr_expect_eq(broken_samples(keys, 0, &moved), 0, "%s", keys);
            if (!strcmp((*c)->name, "full")) cr_expect_eq(moved, 0, "%s", keys);
            else if (!strstr(keys, "alista")) cr_expect_gt(moved, 0, "%s", keys);
            weaker += broken_samples(keys, 1, &moved);
        }
    cr_expect_gt(weaker, 0, "a bound that forgets how layers pass differences on holds as well");
}

/* The signs of a V are those of V. */
Test(sensitivity, the_size_of_the_latents_does_not_count)
{
    model m = shaken("network.solver=ista weights.constraint=onebit");
    sgn_set set = test_set(&m, 8);
    sgn_theory_layer *layer = layers_of(m.net);
    sgn_theory small = {0}, large = {0};
    OK(sgn_theory_sensitivity(&small, m.net, NULL, layer, &set));
    for (int p = 0; p < m.net->nparams; p++)
        for (size_t i = 0;
             m.net->param[p].role == SGN_ROLE_LINKS && i < sgn_link_size(m.net->param + p); i++)
            m.net->param[p].latent[i] *= 1000;
    OK(sgn_theory_sensitivity(&large, m.net, NULL, layer, &set));
    cr_expect_gt(small.sensitivity_measured, 0);
    cr_expect_lt(fabs(small.sensitivity_measured / large.sensitivity_measured - 1), rounding);
    cr_expect_lt(fabs(small.sensitivity_bound / large.sensitivity_bound - 1), rounding);
    sgn_free(layer), sgn_set_release(&set), model_free(&m);
}
