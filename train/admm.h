/* admm.h -- real links that are drawn to what their constraint allows, while they learn.
 *
 * Training under a constraint is the problem min loss(V) subject to V = Z, Z allowed.  The alternating
 * direction method of multipliers (Leng et al. 2018, arXiv:1707.09870; in the scaled form of
 * Boyd et al. 2011, sec. 3.1.1) repeats
 *
 *     V <- some steps down the gradient of loss + rho/2 |V - Z + U|^2
 *     Z <- the allowed weights nearest to V + U: supports, scales and codes
 *     U <- U + V - Z
 *
 * The quadratic term acts beside the optimiser and not through it, V <- V - eta rho (V - Z + U), as
 * decoupled weight decay does (Loshchilov & Hutter 2019, arXiv:1711.05101): an adaptive step would
 * undo its size.
 */
#ifndef SGN_TRAIN_ADMM_H
#define SGN_TRAIN_ADMM_H

#include "unroll/net.h"

enum { SGN_ADMM_SLOTS = 2 };

typedef struct {
    sgn_real *Z, *U;  // (latents) of the trainer's memory, as the network's latents; borrowed
    sgn_real *kept;   // (latents) owned
} sgn_admm;

/* Finds Z, and U from it but at the first time, for links that stand for themselves. */
void sgn_admm_refresh(sgn_admm *a, sgn_net *net, int is_first);

/* v <- v - by (v - Z + U), for latents first .. first+n-1 of link matrix w that belong to real links. */
void sgn_admm_draw(const sgn_admm *a, const sgn_net *net, const sgn_link *w, size_t first, size_t n,
                   double by);

#endif
