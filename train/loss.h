/* loss.h -- how far the estimates are from the truth, and what that asks of each of them.
 *
 *     e_k = sum over the batch of |x_k - x*|^2,   d = sum of |x*|^2
 *
 *     deep    L = (1/K) sum_k log(e_k / d + 1e-9)     dL/dx_k = (2/K) (x_k - x*) / (e_k + 1e-9 d)
 *     final   L = e_K / d                             dL/dx_K = 2 (x_K - x*) / d
 *
 * with K the number of layers that count: all of them, but while a network is trained layer by layer.
 *
 * Deep supervision weighs every layer's relative progress alike; at depth 32 it is what keeps the
 * late layers from undoing the early ones.
 */
#ifndef SGN_TRAIN_LOSS_H
#define SGN_TRAIN_LOSS_H

#include "unroll/net.h"

typedef enum { SGN_LOSS_DEEP, SGN_LOSS_FINAL } sgn_loss_kind;

typedef struct {
    sgn_loss_kind kind;
    const sgn_net *net;
    sgn_mat truth;        // (n, batch), owned
    double *partial;      // (shards, depth + 1) squared errors, then |x*|^2, of a shard's columns
    double *error;        // (depth + 1) their sums
    double *coefficient;  // (depth) of x_k - x* in dL/dx_k
    int layers;           // that count, 1 .. depth; depth at first
    int cols;
} sgn_loss;

SGN_MUST_CHECK sgn_status sgn_loss_init(sgn_loss *l, sgn_loss_kind kind, const sgn_net *net);
void sgn_loss_release(sgn_loss *l);

/* The loss of the estimates that the last forward pass left, against truth's first `cols` columns. */
double sgn_loss_value(sgn_loss *l, sgn_pool *pool, int cols);

/* dL/dx_k, where v is x_k (an sgn_seed). */
void sgn_loss_seed(void *loss, sgn_var v, int first, int count);

#endif
