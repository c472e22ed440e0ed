/* gd.c -- least squares, min 1/2 |y - A x|^2, by gradient steps:
 *
 *     v <- x + beta (x - x_prev)
 *     x <- P(v - W v + U y),     W = A'A/L, U = A'/L
 *
 * P clips to the box [network.least, network.most]; gd has none, pgd the non-negative numbers.  With a
 * box this is projected gradient descent for a convex quadratic program (Bertsekas 1999, Nonlinear
 * Programming, sec. 2.3).
 */
#include "solvers/gradient.h"

enum { W, U };
enum { X, PREVIOUS };

void sgn_gradient_step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_tape *t = l->tape;
    sgn_var v = sgn_extrapolate(l, s[X], s[PREVIOUS]);
    sgn_var kept = sgn_mix(t, 1, v, -1, sgn_apply(t, l->slot[W], v));
    s[PREVIOUS] = s[X];
    s[X] = sgn_project(l, sgn_apply_to(t, kept, l->slot[U], y));
}

sgn_status sgn_gradient_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, W0, q->A, 0, slot[W]);
    sgn_mat_copy(W0, slot[U]);
    return SGN_OK;
}

const sgn_solver sgn_solver_gd = {
    .name = "gd",
    .title = "least squares by gradient descent",
    .cite = "Bertsekas 1999, Nonlinear Programming, sec. 1.2",
    .slot = SGN_GRADIENT_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .init = "adjoint",
    .step = sgn_gradient_step,
    .setup = sgn_gradient_setup,
};
