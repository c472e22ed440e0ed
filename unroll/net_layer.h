/* net_layer.h -- a layer of a coupled network as numbers, for what is proved about it:
 *
 *     v = x + beta (x - x_prev),   r = y - A v,   x <- shrink(v + W r, theta)
 *
 * with ONE matrix W in front of the residual: the links times their step, plus the physics term.
 */
#ifndef SGN_UNROLL_NET_LAYER_H
#define SGN_UNROLL_NET_LAYER_H

#include "unroll/net.h"

typedef struct {
    double beta;   // momentum; 0 without
    double theta;  // the threshold; times |r| / sqrt(m) where network.threshold is residual
} sgn_net_layer;

int sgn_net_is_coupled(const sgn_net *net);

/* Layer k = 0 .. depth-1 of a coupled network, as its weights stand now.
   W (n, m) <- s_k W_k + g_k A', or s_k W_k + g_k W_pinv with physics_term: analytic. */
sgn_net_layer sgn_net_layer_of(const sgn_net *net, int k, sgn_mat W);

#endif
