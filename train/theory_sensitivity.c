/* theory_sensitivity.c -- what quantising the links costs: the network beside itself with its latents
 * for links.
 *
 * The signs of V are those of a V for any a > 0, and training lets V grow as it likes: a latent matrix
 * says what real links would be up to a factor only.  Each scale unit is given the one that brings it
 * nearest to its weights, a = <V, W> / <V, V>; links that are real already have a = 1.
 */
#include "train/theory.h"

#include "core/memory.h"
#include "unroll/group.h"
#include "unroll/net_layer.h"

#include <math.h>
#include <string.h>

typedef struct {
    double vw, vv;
} products;

typedef struct {
    sgn_net *net;
    sgn_pool *pool;
    const sgn_theory_layer *layer;  // of the quantised network; NULL: no bound
    const sgn_set *test;
    sgn_mat quantised;          // (n, N) the estimates with quantised links
    sgn_real *W;                // (depth, n m) the quantised matrices, layer after layer
    double *cost;               // (depth) |dW_k|
    double *source;             // (batch, depth) |dW_k| |r_k| of each sample
    products *unit;             // (largest number of scale units)
    sgn_mat v, r;               // (n, batch), (m, batch)
    double moved, bound, size;  // sums of squares over the test samples
} comparison;

/* ---- the two networks --------------------------------------------------------------------------- */

/* The planes of a sum are fitted to residuals: none of them is what the sum stands for. */
static int has_real_links(const sgn_net *net)
{
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++)
            if (net->group[i].links.link[k]->planes > 1 && !net->stand_in) return 0;
    return 1;
}

/* <V, W> and <V, V> of each scale unit of a matrix. */
static void measure_units(const sgn_group *g, const sgn_link *w, products *unit)
{
    memset(unit, 0, (size_t)g->units * sizeof *unit);
    for (size_t e = 0; e < sgn_link_size(w); e++) {
        products *u = &unit[sgn_unit_of(g, w, e)];
        double v = sgn_plane_has(w, 0, e) ? (double)w->latent[e] : 0;
        u->vw += v * (double)w->weight[e];
        u->vv += v * v;
    }
}

static void use_latents_of(const sgn_group *g, const sgn_link *w, products *unit)
{
    measure_units(g, w, unit);
    for (size_t e = 0; e < sgn_link_size(w); e++) {
        const products *u = &unit[sgn_unit_of(g, w, e)];
        int exists = sgn_plane_has(w, 0, e) && u->vv > 0;
        w->weight[e] = exists ? (sgn_real)(u->vw / u->vv * (double)w->latent[e]) : 0;
    }
}

static void use_latents(const comparison *c)
{
    for (int i = 0; i < c->net->ngroups; i++) {
        const sgn_group *g = &c->net->group[i].links;
        for (int k = 0; k < g->n; k++) use_latents_of(g, g->link[k], c->unit);
    }
}

static int most_units(const sgn_net *net)
{
    int most = 1;
    for (int i = 0; i < net->ngroups; i++)
        if (net->group[i].links.units > most) most = net->group[i].links.units;
    return most;
}

static size_t matrix_size(const sgn_net *net) { return (size_t)net->n * (size_t)net->m; }

static void keep_matrices(const comparison *c)
{
    for (int k = 0; c->layer && k < c->net->as.depth; k++)
        sgn_net_layer_of(
            c->net, k, sgn_mat_view(c->W + (size_t)k * matrix_size(c->net), c->net->n, c->net->m));
}

/* |dW_k|, of the links as they stand now and were kept. */
static sgn_status measure_matrices(const comparison *c, sgn_mat dW)
{
    size_t size = matrix_size(c->net);
    for (int k = 0; c->layer && k < c->net->as.depth; k++) {
        const sgn_real *kept = c->W + (size_t)k * size;
        sgn_net_layer_of(c->net, k, dW);
        for (size_t e = 0; e < size; e++) dW.at[e] -= kept[e];
        c->cost[k] = (double)NAN;
        if (!sgn_mat_finite(dW)) continue;
        SGN_TRY(sgn_lipschitz(dW, &c->cost[k]));
        c->cost[k] = sqrt(c->cost[k]);
    }
    return SGN_OK;
}

/* ---- how far they come apart --------------------------------------------------------------------- */

/* r <- y - A v, with v what layer k extrapolates from the two estimates before it. */
static void residual_of(const comparison *c, int k, sgn_mat y, sgn_mat r)
{
    sgn_mat x = sgn_net_estimate(c->net, k - 1), v = sgn_mat_cols(c->v, 0, y.cols);
    double beta = c->layer[k].beta;
    for (size_t e = 0; e < (size_t)v.rows * (size_t)v.cols; e++) {
        double before = k > 1 ? (double)sgn_net_estimate(c->net, k - 2).at[e] : 0;
        v.at[e] = (sgn_real)((1 + beta) * (double)x.at[e] - beta * before);
    }
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, c->net->physics.A, v, 1, r);
}

static void fill_sources(const comparison *c, sgn_mat y)
{
    int depth = c->net->as.depth, width = c->net->physics.width;
    sgn_mat r = sgn_mat_cols(c->r, 0, y.cols);
    for (int k = 0; k < depth; k++) {
        sgn_mat_copy(y, r);
        if (k) residual_of(c, k, y, r);
        for (int j = 0; j < y.cols / width; j++)
            c->source[j * depth + k] =
                c->cost[k] * sqrt(sgn_mat_sum_squares(sgn_mat_cols(r, j * width, width)));
    }
}

static double squared_distance(sgn_mat a, sgn_mat b)
{
    double sum = 0;
    for (int j = 0; j < a.cols; j++)
        for (int i = 0; i < a.rows; i++) {
            double d = (double)*sgn_mat_at(a, i, j) - (double)*sgn_mat_at(b, i, j);
            sum += d * d;
        }
    return sum;
}

static void compare_batch(comparison *c, int first, int cols)
{
    int depth = c->net->as.depth;
    sgn_mat y = sgn_mat_cols(c->test->y, first, cols);
    sgn_mat_copy(y, sgn_mat_cols(sgn_net_input(c->net), 0, cols));
    sgn_mat x = sgn_net_forward(c->net, c->pool, cols);
    c->moved += squared_distance(x, sgn_mat_cols(c->quantised, first, cols));
    c->size += sgn_mat_sum_squares(sgn_mat_cols(c->test->x, first, cols));
    if (!c->layer) return;
    fill_sources(c, y);
    for (int j = 0; j < cols / c->net->physics.width; j++) {
        double apart = sgn_difference_bound(c->layer, depth, c->source + j * depth);
        c->bound += apart * apart;
    }
}

static sgn_status compare(comparison *c)
{
    int batch = sgn_tape_batch(c->net->tape), all = c->test->y.cols;
    sgn_evaluate(c->net, c->pool, c->test->y, c->quantised, c->test->x, NULL);
    keep_matrices(c);
    use_latents(c);
    sgn_status status = measure_matrices(c, sgn_mat_view(c->v.at, c->net->n, c->net->m));
    for (int first = 0; first < all && !status; first += batch)
        compare_batch(c, first, all - first < batch ? all - first : batch);
    sgn_net_project(c->net, c->pool);
    return status;
}

/* ---- working memory ------------------------------------------------------------------------------ */

/* v is also where a difference of two matrices stands, before there is a v. */
static sgn_status allocate(comparison *c)
{
    const sgn_net *net = c->net;
    size_t depth = (size_t)net->as.depth, batch = (size_t)sgn_tape_batch(net->tape);
    size_t n = (size_t)net->n, m = (size_t)net->m, columns = batch > m ? batch : m;
    int signals = c->test->x.cols;
    c->quantised.at = sgn_alloc(n * (size_t)signals, sizeof(sgn_real));
    c->quantised = sgn_mat_view(c->quantised.at, net->n, signals);
    c->v = sgn_mat_view(sgn_alloc(n * columns, sizeof(sgn_real)), net->n, (int)batch);
    c->r = sgn_mat_view(sgn_alloc(m * batch, sizeof(sgn_real)), net->m, (int)batch);
    c->W = sgn_alloc(c->layer ? depth * n * m : 1, sizeof *c->W);
    c->cost = sgn_alloc(depth, sizeof *c->cost);
    c->source = sgn_alloc(batch * depth, sizeof *c->source);
    c->unit = sgn_alloc((size_t)most_units(net), sizeof *c->unit);
    return c->quantised.at && c->v.at && c->r.at && c->W && c->cost && c->source && c->unit
               ? SGN_OK
               : SGN_EMEM;
}

static void release(comparison *c)
{
    sgn_free(c->quantised.at);
    sgn_free(c->v.at);
    sgn_free(c->r.at);
    sgn_free(c->W);
    sgn_free(c->cost);
    sgn_free(c->source);
    sgn_free(c->unit);
}

sgn_status sgn_theory_sensitivity(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                  const sgn_theory_layer *layer, const sgn_set *test)
{
    if (!has_real_links(net)) return SGN_OK;
    int jumps = sgn_net_iteration(&net->as).selection;  // what passes unshrunk changes by leaps
    comparison c = {.net = net, .pool = pool, .layer = jumps ? NULL : layer, .test = test};
    sgn_status status = allocate(&c);
    if (!status) status = compare(&c);
    if (!status) {
        out->sensitivity_measured = sqrt(c.moved / c.size);
        out->sensitivity_bound = c.layer ? sqrt(c.bound / c.size) : (double)NAN;
    }
    release(&c);
    return status;
}
