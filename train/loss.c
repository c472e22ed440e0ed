#include "train/loss.h"

#include "core/memory.h"
#include "core/vector.h"

#include <math.h>

static const double floor_of_log = 1e-9;

sgn_status sgn_loss_init(sgn_loss *l, sgn_loss_kind kind, const sgn_net *net)
{
    int batch = sgn_tape_batch(net->tape), depth = net->as.depth;
    size_t shards = (size_t)(batch + SGN_SHARD - 1) / SGN_SHARD;
    *l = (sgn_loss){.kind = kind, .net = net, .layers = depth};
    l->truth =
        sgn_mat_view(sgn_alloc((size_t)net->n * (size_t)batch, sizeof(sgn_real)), net->n, batch);
    l->partial = sgn_alloc(shards * (size_t)(depth + 1), sizeof(double));
    l->error = sgn_alloc((size_t)depth + 1, sizeof(double));
    l->coefficient = sgn_alloc((size_t)depth, sizeof(double));
    if (l->truth.at && l->partial && l->error && l->coefficient) return SGN_OK;
    sgn_loss_release(l);
    return SGN_EMEM;
}

void sgn_loss_release(sgn_loss *l)
{
    sgn_free(l->truth.at);
    sgn_free(l->partial);
    sgn_free(l->error);
    sgn_free(l->coefficient);
    *l = (sgn_loss){0};
}

SGN_VECTOR static double squared_distance(const sgn_real *restrict x, const sgn_real *restrict y,
                                          int n)
{
    sgn_real sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n; i++) {
        sgn_real d = x[i] - y[i];
        sum += d * d;
    }
    return (double)sum;
}

static double shard_error(const sgn_loss *l, int layer, int first, int count)
{
    sgn_mat x = sgn_net_estimate(l->net, layer);
    double sum = 0;
    for (int j = first; j < first + count; j++)
        sum += squared_distance(sgn_mat_at(x, 0, j), sgn_mat_at(l->truth, 0, j), x.rows);
    return sum;
}

static void errors_of_shard(void *loss, int shard)
{
    const sgn_loss *l = loss;
    int depth = l->net->as.depth, first = shard * SGN_SHARD, left = l->cols - first;
    int count = left < SGN_SHARD ? left : SGN_SHARD;
    double *partial = l->partial + (size_t)shard * (size_t)(depth + 1);
    for (int k = 0; k < depth; k++) {
        int counts = k == l->layers - 1 || (l->kind == SGN_LOSS_DEEP && k < l->layers);
        partial[k] = counts ? shard_error(l, k, first, count) : 0;
    }
    partial[depth] = sgn_mat_sum_squares(sgn_mat_cols(l->truth, first, count));
}

static double deep(sgn_loss *l, int layers, double size)
{
    double loss = 0;
    for (int k = 0; k < layers; k++) {
        loss += log(l->error[k] / size + floor_of_log) / layers;
        l->coefficient[k] = 2 / (layers * (l->error[k] + floor_of_log * size));
    }
    return loss;
}

double sgn_loss_value(sgn_loss *l, sgn_pool *pool, int cols)
{
    int depth = l->net->as.depth, shards = (cols + SGN_SHARD - 1) / SGN_SHARD;
    l->cols = cols;
    sgn_pool_run(pool, errors_of_shard, l, shards);
    for (int k = 0; k <= depth; k++) {
        l->error[k] = 0;
        for (int s = 0; s < shards; s++)
            l->error[k] += l->partial[(size_t)s * (size_t)(depth + 1) + (size_t)k];
    }
    double size = fmax(l->error[depth], 1e-30);
    if (l->kind == SGN_LOSS_DEEP) return deep(l, l->layers, size);
    l->coefficient[l->layers - 1] = 2 / size;
    return l->error[l->layers - 1] / size;
}

SGN_VECTOR static void add_difference(sgn_real *restrict g, sgn_real c, const sgn_real *restrict x,
                                      const sgn_real *restrict y, int n)
{
    for (int i = 0; i < n; i++) g[i] += c * (x[i] - y[i]);
}

void sgn_loss_seed(void *loss, sgn_var v, int first, int count)
{
    const sgn_loss *l = loss;
    int k = l->kind == SGN_LOSS_DEEP ? 0 : l->layers - 1;
    while (k < l->layers && l->net->x[k] != v) k++;
    if (k == l->layers) return;
    sgn_mat x = sgn_net_estimate(l->net, k), g = sgn_tape_grad(l->net->tape, v);
    for (int j = first; j < first + count; j++)
        add_difference(sgn_mat_at(g, 0, j), (sgn_real)l->coefficient[k], sgn_mat_at(x, 0, j),
                       sgn_mat_at(l->truth, 0, j), x.rows);
}
