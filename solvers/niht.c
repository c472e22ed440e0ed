/* niht.c -- normalised iterative hard thresholding, the step chosen anew in every iteration:
 *
 *     d <- W (y - A x)                       W = A'/L
 *     x <- H_s(x + g d),                     g = <A d_S, r> / |A d_S|^2, S the support of x
 *
 * Blumensath & Davies 2010, sec. III: for W = A' their step |A_S' r|^2 / |A A_S' r|^2 is this line
 * search along d_S, which does not depend on the scale of W.  At x = 0 the support is
 * that of the s largest entries of d.  Their shortening of steps that change the support has no place
 * in a network of fixed depth and is left out.
 */
#include "unroll/iteration.h"

enum { W };
enum { X };

static void step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_tape *t = l->tape;
    sgn_var r = sgn_residual(t, y, s[X]);
    sgn_var d = sgn_advance(l, sgn_zero(t), l->slot[W], r);
    sgn_var on_support = sgn_keep_support(t, d, s[X], sgn_told_support(l));
    sgn_var moved = sgn_line_search(t, d, sgn_measure(t, on_support), r);
    s[X] = sgn_hard_threshold(l, sgn_mix(t, 1, s[X], 1, moved));
}

static sgn_status setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    (void)q;
    sgn_mat_copy(W0, slot[W]);
    return SGN_OK;
}

const sgn_solver sgn_solver_niht = {
    .name = "niht",
    .title = "iterative hard thresholding, normalised steps",
    .cite = "Blumensath & Davies 2010, doi:10.1109/JSTSP.2010.2042411",
    .slot = {{"W", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS}},
    .state = {SGN_DIM_N},
    .init = "adjoint",
    .step = step,
    .setup = setup,
};
