/* iteration.h -- the words an iteration is written with, each governed by one setting.
 *
 *     v = x + beta (x - x_prev)                          momentum         (FISTA, or learned)
 *     r = y - A v                                        the physics, never learned
 *     z = v + s W r + g A' r                             step, physics_term
 *     tau = theta  or  theta |r| / sqrt(m)               residual_threshold
 *     x = shrink(z, tau), the largest p_k n entries      selection (Chen et al. 2018, LISTA-CPSS:
 *         of |z| unshrunk                                p_k = min(1.2 k, 13) %, k = 1, 2 ...)
 *     x = z_g (1 - theta / |z_g|)+ for the groups g      shrink: rows (Shi et al. 2021)
 *         that share a support, instead
 *
 *     x = min(max(x, least), most)                       least, most: the box x is known to be in
 *
 * A setting that is off leaves no operation on the tape, so the same iteration is ISTA, FISTA,
 * LISTA-CP, LISTA-CPSS or ALISTA.
 */
#ifndef SGN_UNROLL_ITERATION_H
#define SGN_UNROLL_ITERATION_H

#include "unroll/solver.h"

struct sgn_layer {
    sgn_tape *tape;
    int k, depth;  // 0, 1 ... depth-1
    const sgn_iteration *as;
    const sgn_physics *physics;     // for methods that are told sparsity, width, folds
    sgn_param slot[SGN_MAX_SLOTS];  // the solver's own, in its order
    sgn_param beta, step, gain;     // the settings'; SGN_NO_PARAM when off
    sgn_param analytic;             // the fixed W_pinv' of physics_term: analytic
};

sgn_var sgn_extrapolate(sgn_layer *l, sgn_var x, sgn_var previous);          // v
sgn_var sgn_links_to(sgn_layer *l, sgn_var v, sgn_param W, sgn_var r);       // v + s W r
sgn_var sgn_advance(sgn_layer *l, sgn_var v, sgn_param W, sgn_var r);        // z
sgn_var sgn_threshold(sgn_layer *l, sgn_var z, sgn_param theta, sgn_var r);  // x; r: SGN_NO_VAR
                                                                             // if there is none
sgn_var sgn_project(sgn_layer *l, sgn_var z);                                // onto the box
sgn_var sgn_hard_threshold(sgn_layer *l, sgn_var z);  // the s largest |z|, s = sgn_told_support(l)
int sgn_told_support(const sgn_layer *l);             // round(sparsity n), the expected |x|_0

#endif
