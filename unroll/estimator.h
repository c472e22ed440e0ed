/* estimator.h -- what stands for the sign of a latent while training.
 *
 * The sign has the derivative 0, so another one is taken, or another function that becomes the sign by
 * the end.  With u = V / size, size the root mean square of the link matrix at the start, and t from
 * 0 to 1 the progress of the training:
 *
 *                value q(u)         derivative with respect to V
 *     identity   sign u             1               (Bengio et al. 2013, arXiv:1308.3432)
 *     clipped    sign u             [|u| <= 1.5]    (Hubara et al. 2016, arXiv:1602.02830)
 *     tanh       tanh(beta u)       beta (1 - q^2) / size,  beta grows geometrically with t
 *                                                   (Cao et al. 2017, arXiv:1702.00758)
 *     prox       u                  1 / size, and a proximal step after every optimiser's step
 *                                                   (Bai et al. 2019, arXiv:1810.00861)
 *
 * At t = 1 all of them are the sign, with the derivative of identity or clipped.
 */
#ifndef SGN_UNROLL_ESTIMATOR_H
#define SGN_UNROLL_ESTIMATOR_H

#include "unroll/link.h"

int sgn_estimator_is_hard(const sgn_group *g);  // q is the sign
/* The largest magnitude of latents at which the derivative of a hard one is taken to be 1, not 0. */
double sgn_estimator_reach(const sgn_group *g, double size);

/* q and its derivative at latents v[0 .. n-1] of a link matrix of this size; dq may be NULL. */
void sgn_estimator_at(const sgn_group *g, double size, const sgn_real *v, sgn_real *q, sgn_real *dq,
                      size_t n);

/* Moves u where |u| != 1 towards the nearer of +-1 by r, and no further: the proximal map of
   r | |u| - 1 |  (Bai et al. 2019, sec. 3), whose fixed points are +-1 alone.  v = size u. */
void sgn_estimator_prox(double size, double r, sgn_real *v, const uint8_t *on, size_t n);

/* How much longer an optimiser's steps should be than for the sign.  A latent of the sign flips near 0;
   a weight that is u itself has to come all the way from 1 to -1. */
double sgn_estimator_stride(sgn_estimator e);

/* The proximal step of a group after an optimiser's step of `step` (in units of size).  It grows
   linearly with the progress, up to the optimiser's.  Nothing but for estimator prox. */
void sgn_estimator_settle(const sgn_group *g, double step);

#endif
