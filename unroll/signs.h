/* signs.h -- sums of scaled sign planes, shared by the constraints that are made of them.
 *
 *     W = sum_p s_p M_p (.) sign(V_p),    sign(0) = +1,  s_p > 0 learned as its logarithm
 *
 *     dV_p = s_p dW   on M_p; everywhere, where the support moves (straight-through: Bengio et al.
 *                     2013, arXiv:1308.3432)
 *     ds_p = <dW, M_p (.) sign(V_p)>
 *
 * While training another estimator may stand for the sign and its derivative: unroll/estimator.h.
 */
#ifndef SGN_UNROLL_SIGNS_H
#define SGN_UNROLL_SIGNS_H

#include "core/bits.h"
#include "unroll/link.h"

/* The signs of a link matrix of one plane, a bit each: W is B with the scales. */
struct sgn_sign_words {
    sgn_bitmat B;
    sgn_unit_scales scales;
    uint32_t *word;  // of B
};

/* Greedy fit to the target, plane by plane: on the support (the largest residuals, where it is to be
   chosen) V_p is the residual and s_p its mean magnitude, the least-squares scale of its signs
   (Rastegari et al. 2016, eq. 6); what is left goes to the next plane. */
void sgn_signs_start(const sgn_group *g);
void sgn_signs_project(const sgn_group *g);
void sgn_signs_pullback(const sgn_group *g);
double sgn_signs_pull_part(const sgn_group *g, const sgn_link *w, size_t first, size_t n);

/* Whether a constraint is made of them, so that weights.estimator means something to it. */
int sgn_signs_in(const sgn_constraint *c);

/* Code 1 is +s_p, code 0 is -s_p. */
sgn_code sgn_signs_code(const sgn_group *g, int plane);
int sgn_signs_level(const sgn_group *g, const sgn_link *w, int plane, size_t entry);
sgn_real sgn_signs_value(const sgn_group *g, int unit, int plane, int level);
void sgn_signs_set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level);

#endif
