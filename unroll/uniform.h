/* uniform.h -- evenly spaced values with a learned step, in the first plane of a link matrix.
 *
 *     W = s q,    q = round(clip(V / s, -N, P)),    N = 2^(b-1),  P = N - 1,  b = weights.bits
 *
 *     dV = dW where -N < V / s < P, else 0
 *     ds = <dW, q - V / s where -N < V / s < P, else q> / sqrt(n P),    n links share s
 *
 * LSQ: Esser et al. 2020, arXiv:1902.08153, eq. 1-5 and sec. 2.2.  ds is a straight-through estimate as
 * well, the derivative of s (V / s + (q - V / s)) with the bracket held.  s is learned as its logarithm.
 */
#ifndef SGN_UNROLL_UNIFORM_H
#define SGN_UNROLL_UNIFORM_H

#include "unroll/link.h"

/* s from the latents: where W is nearest to them (weighted with the importance), of the paper's start
   2 mean |V| / sqrt(P) and a search over the steps that do not clip more than they need. */
void sgn_uniform_start(const sgn_group *g);
void sgn_uniform_project(const sgn_group *g);
void sgn_uniform_pullback(const sgn_group *g);

/* Code c is (c - N) s. */
sgn_code sgn_uniform_code(const sgn_group *g, int plane);
int sgn_uniform_level(const sgn_group *g, const sgn_link *w, int plane, size_t entry);
sgn_real sgn_uniform_value(const sgn_group *g, int unit, int plane, int level);
void sgn_uniform_set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level);

#endif
