/* Gradients that exist turn by turn move latents to where gradients that exist at once do. */
#include "train/trainer.h"

#include "core/gram.h"
#include "laws.h"

#include <math.h>
#include <string.h>

/* Matrices large enough for a turn each. */
static const char large[] = "problem.m=90 problem.n=200 network.depth=3 train.batch=40 "
                            "train.validation_samples=8 train.warmup=0";

static sgn_trainer *trainer_of(const model *m, sgn_pool *pool)
{
    sgn_trainer *t = NULL;
    OK(sgn_trainer_new(&t, &m->config.train, m->config.seed, m->problem, m->net, pool));
    return t;
}

/* Link matrices whose gradient stands where that of another does. */
static int in_the_same_place(const sgn_net *net)
{
    int n = 0;
    for (int p = 0; p < net->nparams; p++)
        for (int q = 0; q < p && net->param[p].role == SGN_ROLE_LINKS; q++)
            n += net->param[q].dweight == net->param[p].dweight;
    return n;
}

/* Returns whether gradients shared memory. */
static int train(const char *keys, double clip, int threads, char hash[33])
{
    sgn_config c = config_of("%s train.steps=4 %s", large, keys);
    c.train.clip = clip;
    model m = model_of(&c);
    sgn_pool *pool = NULL;
    OK(sgn_pool_new(&pool, threads));
    sgn_trainer *t = trainer_of(&m, pool);
    OK(sgn_trainer_run(t, &(sgn_observer){.context = NULL}));
    int shared = in_the_same_place(m.net) > 0;
    sgn_net_hash(m.net, hash);
    sgn_trainer_free(t);
    sgn_pool_free(pool);
    model_free(&m);
    return shared;
}

/* No gradient comes near this clip, and finite it asks for all gradients at once. */
static void compare(const char *keys)
{
    char at_once[33], by_turns[33], by_threads[33];
    cr_expect_not(train(keys, 1e30, 1, at_once), "%s", keys);
    cr_expect(train(keys, (double)INFINITY, 1, by_turns), "%s", keys);
    train(keys, (double)INFINITY, 3, by_threads);
    cr_expect_str_eq(by_turns, at_once, "%s", keys);
    cr_expect_str_eq(by_threads, at_once, "%s, three threads", keys);
}

Test(descent, by_turns_ends_at_the_bits_of_all_at_once)
{
    char keys[96];
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
        snprintf(keys, sizeof keys, "weights.constraint=%s", (*k)->name);
        compare(keys);
    }
    static const char *const ways[] = {
        "weights.constraint=full network.solver=lista",
        "weights.constraint=full weights.support=random",
        "weights.estimator=prox train.stages=two",
        "weights.constraint=planes train.stages=ladder",
        "weights.scale=row train.stages=layerwise train.steps=6",
        "weights.support=magnitude train.stages=admm",
        "train.stages=two weights.fit=fisher",
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) compare(ways[i]);
}

static int by_turns(const char *keys)
{
    char hash[33];
    return train(keys, (double)INFINITY, 1, hash);
}

Test(descent, what_looks_at_every_gradient_first_has_them_at_once)
{
    cr_expect_not(by_turns("train.optimizer=bop"));
    cr_expect_not(by_turns("train.quantisation_loss=0.1"));
    cr_expect_not(by_turns("weights.scale=global"));
    cr_expect(by_turns("weights.constraint=full"));
}

static sgn_status note_norm(void *norm, const sgn_trainer *t, const sgn_epoch *e, int is_best)
{
    (void)t, (void)is_best;
    *(double *)norm = e->grad_norm;
    return SGN_OK;
}

/* Batches small beside the matrices: the norm is foreseen, and gradients come by turns all the same. */
static double norm_of(const char *keys, double clip)
{
    sgn_config c =
        config_of("%s train.batch=20 train.steps=1 weights.constraint=full %s", large, keys);
    c.train.clip = clip;
    model m = model_of(&c);
    sgn_trainer *t = trainer_of(&m, NULL);
    double norm = 0;
    OK(sgn_trainer_run(t, &(sgn_observer){.context = &norm, .epoch = note_norm}));
    cr_expect(in_the_same_place(m.net), "%s, clip %g", keys, clip);
    sgn_trainer_free(t);
    model_free(&m);
    return norm;
}

Test(descent, a_norm_that_is_foreseen_is_that_of_the_gradients)
{
    static const char *const solver[] = {"network.solver=lista", "network.solver=lista-cp"};
    for (int i = 0; i < 2; i++) {
        double foreseen = norm_of(solver[i], 1e30), summed = norm_of(solver[i], (double)INFINITY);
        cr_expect_gt(summed, 0);
        cr_expect_float_eq(foreseen, summed, 1e-5 * summed, "%s: %g, %g", solver[i], foreseen,
                           summed);
    }
}

Test(descent, the_size_of_a_product_needs_no_product)
{
    enum { M = 7, N = 11, K = 70 };
    sgn_real d[M * K], x[N * K], product[M * N];
    fill_normal(d, M * K, 1, 1), fill_normal(x, N * K, 1, 2);
    sgn_mat D = sgn_mat_view(d, M, K), X = sgn_mat_view(x, N, K), P = sgn_mat_view(product, M, N);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, D, X, 0, P);
    double size = sgn_mat_sum_squares(P);
    cr_expect_float_eq(sgn_product_square(D, X), size, 1e-5 * size);
    d[3] = (sgn_real)NAN;
    cr_expect_not(isfinite(sgn_product_square(D, X)));
}

static int shared_by(const char *keys)
{
    sgn_config c = config_of("%s train.steps=0 %s", large, keys);
    model m = model_of(&c);
    sgn_trainer_free(trainer_of(&m, NULL));
    int shared = 0;
    for (int p = 0; p < m.net->nparams; p++)
        shared += m.net->param[p].weight == m.net->param[p].latent;
    model_free(&m);
    return shared;
}

Test(descent, weights_that_are_their_latents_have_their_memory)
{
    cr_expect_eq(shared_by("weights.constraint=full"), 3);
    cr_expect_eq(shared_by("weights.constraint=full weights.support=random"), 0);
    cr_expect_eq(shared_by("weights.constraint=onebit"), 0);
}

Test(descent, by_turns_divergence_is_found_and_its_layer_named)
{
    sgn_config c = config_of("%s train.steps=40 weights.constraint=full train.lr=1e12", large);
    c.train.clip = (double)INFINITY;
    model m = model_of(&c);
    sgn_trainer *t = trainer_of(&m, NULL);
    cr_expect_eq(sgn_trainer_run(t, &(sgn_observer){.context = NULL}), SGN_EDIVERGE);
    cr_expect_not_null(strstr(sgn_last_error(), "layer"), "%s", sgn_last_error());
    sgn_trainer_free(t);
    model_free(&m);
}
