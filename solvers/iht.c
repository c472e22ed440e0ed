/* iht.c -- iterative hard thresholding:
 *
 *     x <- H_s(x + W (y - A x)),     W = A'/L,  H_s: keep the s largest entries, s = sparsity n
 *
 * Blumensath & Davies 2009, whose A has norm below 1: the step 1/L is that scaling.
 */
#include "unroll/iteration.h"

enum { W };
enum { X };

static void step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_var r = sgn_residual(l->tape, y, s[X]);
    s[X] = sgn_hard_threshold(l, sgn_advance(l, s[X], l->slot[W], r));
}

static sgn_status setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    (void)q;
    sgn_mat_copy(W0, slot[W]);
    return SGN_OK;
}

const sgn_solver sgn_solver_iht = {
    .name = "iht",
    .title = "iterative hard thresholding",
    .cite = "Blumensath & Davies 2009, arXiv:0805.0510",
    .slot = {{"W", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS}},
    .state = {SGN_DIM_N},
    .init = "adjoint",
    .step = step,
    .setup = setup,
};
