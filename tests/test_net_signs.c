/* Links that a training step packs: the products are those of the weights. */
#include "laws.h"

#include "core/bits.h"
#include "unroll/signs.h"

#include <math.h>
#include <string.h>

enum { BATCH = 40 };

static const char large[] = "problem.m=150 problem.n=300 network.depth=2 weights.init=random";

static int is_packed(const sgn_net *net)
{
    int packed = 0;
    for (int p = 0; p < net->nparams; p++) packed += net->param[p].signs != NULL;
    return packed;
}

static void seed(void *net_, sgn_var v, int first, int count)
{
    const sgn_net *net = net_;
    if (v != net->x[net->as.depth - 1]) return;
    sgn_mat x = sgn_tape_value(net->tape, v), g = sgn_tape_grad(net->tape, v);
    for (int j = first; j < first + count; j++)
        for (int i = 0; i < g.rows; i++) *sgn_mat_at(g, i, j) += *sgn_mat_at(x, i, j);
}

/* The estimates, then all gradients; the caller frees them. */
static sgn_real *run(const model *m)
{
    size_t n = weights_of(m->net), values = (size_t)m->net->n * BATCH;
    sgn_real *out = sgn_alloc(n + values, sizeof *out);
    fill_normal(sgn_net_input(m->net).at, (size_t)m->net->m * BATCH, 1, 5);
    sgn_mat x = sgn_net_forward(m->net, NULL, BATCH);
    sgn_tape_backward(m->net->tape, NULL, BATCH, seed, m->net);
    memcpy(out, x.at, values * sizeof *out);
    memcpy(out + values, m->net->param->dweight, n * sizeof *out);
    return out;
}

static double size_of(const sgn_real *v, size_t n) { return sqrt(sgn_dot(v, v, n)); }

static void compare(const char *solver, const char *scale)
{
    sgn_config c = config_of("%s network.solver=%s weights.scale=%s train.batch=%d", large, solver,
                             scale, BATCH);
    model m = model_of(&c);
    shake(m.net, 0.01);
    sgn_real *weights = run(&m);
    OK(sgn_net_keep_signs(m.net));
    memset(m.net->param[0].weight, 0, sgn_link_size(&m.net->param[0]) * sizeof(sgn_real));
    sgn_net_project_signs(m.net, NULL);
    cr_expect_eq(is_packed(m.net) > 0, !strncmp(sgn_bits_used(), "avx", 3), "%s", solver);
    sgn_real *signs = run(&m);
    size_t n = weights_of(m.net) + (size_t)m.net->n * BATCH;
    for (size_t i = 0; i < n; i++) signs[i] -= weights[i];
    double error = size_of(signs, n) / size_of(weights, n);
    cr_expect_lt(error, 1e-5, "%s, scale %s: %g", solver, scale, error);
    sgn_net_project(m.net, NULL);
    cr_expect_eq(is_packed(m.net), 0, "projecting leaves signs behind");
    sgn_free(weights), sgn_free(signs);
    model_free(&m);
}

Test(net_signs, multiply_as_the_weights_do_forwards_and_backwards)
{
    static const char *const scales[] = {"layer", "global", "row", "column"};
    for (int i = 0; i < 4; i++) compare("lista", scales[i]), compare("lista-cp", scales[i]);
}

static int packed_by(const char *keys)
{
    sgn_config c = config_of("%s train.batch=4 %s", large, keys);
    model m = model_of(&c);
    OK(sgn_net_keep_signs(m.net));
    sgn_net_project_signs(m.net, NULL);
    int packed = is_packed(m.net);
    model_free(&m);
    return packed;
}

Test(net_signs, are_packed_only_where_a_bit_says_it_all)
{
    cr_expect_eq(packed_by("weights.constraint=full"), 0);
    cr_expect_eq(packed_by("weights.constraint=onebit-absmean"), 0);
    cr_expect_eq(packed_by("weights.support=random"), 0);
    cr_expect_eq(packed_by("problem.m=50 problem.n=100"), 0);
}

/* ---- in a training ------------------------------------------------------------------------------ */

typedef struct {
    const sgn_net *net;
    uint64_t minus;  // links that were at the step before
    int steps, flips;
} watch;

static int has_plus(const sgn_link *w, int i, int j)
{
    return (w->signs->B.sign[sgn_panel_word(w->rows, i, j)] & sgn_panel_bit(j)) != 0;
}

/* Every bit is the sign of its latent, and some changed. */
static int compare_signs(void *watch_, int step)
{
    watch *of = watch_;
    uint64_t minus = 0;
    for (int p = 0; p < of->net->nparams; p++) {
        const sgn_link *w = &of->net->param[p];
        for (size_t i = 0; w->signs && i < sgn_link_size(w); i++) {
            int is_minus = w->latent[i] < 0;
            minus += (uint64_t)is_minus;
            cr_assert_eq(has_plus(w, (int)(i % (size_t)w->rows), (int)(i / (size_t)w->rows)),
                         !is_minus, "entry %zu of %s in layer %d, step %d", i, w->name, w->layer,
                         step);
        }
    }
    of->flips += minus != of->minus;
    of->minus = minus;
    of->steps++;
    return 0;
}

static void train(const char *keys)
{
    sgn_config c =
        config_of("%s train.batch=20 train.steps=5 train.warmup=0 train.lr=0.1 %s", large, keys);
    model m = model_of(&c);
    sgn_trainer *t;
    OK(sgn_trainer_new(&t, &c.train, c.seed, m.problem, m.net, NULL));
    watch of = {.net = m.net};
    OK(sgn_trainer_run(t, &(sgn_observer){.context = &of, .stop = compare_signs}));
    cr_expect_geq(of.steps, 4, "%s", keys);
    if (!strncmp(sgn_bits_used(), "avx", 3)) cr_expect_gt(of.flips, 1, "%s: no sign flipped", keys);
    sgn_trainer_free(t);
    model_free(&m);
}

Test(net_signs, follow_their_latents_through_a_training)
{
    train("train.clip=inf");
    train("train.clip=1 weights.estimator=clipped");
    train("train.clip=inf weights.scale=global");
    train("train.optimizer=bop weights.estimator=identity train.bop_threshold=0");
    train("train.stages=layerwise");
}
