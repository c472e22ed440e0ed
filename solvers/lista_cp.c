/* lista_cp.c -- coupled LISTA: one matrix a layer, the physics kept exact in the residual.
 *
 *     v <- x + beta (x - x_prev)
 *     r <- y - A v
 *     x <- shrink(v + W r, theta)          Chen et al. 2018, arXiv:1808.10038, eq. 15
 *
 * Momentum, support selection, residual-scaled thresholds, steps and the physics term are settings
 * (unroll/iteration.h).  With W = A'/L and theta = lambda/L it is ISTA.
 */
#include "solvers/coupled.h"

enum { W, THETA };
enum { X, PREVIOUS };

void sgn_coupled_step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_var v = sgn_extrapolate(l, s[X], s[PREVIOUS]);
    sgn_var r = sgn_residual(l->tape, y, v);
    s[PREVIOUS] = s[X];
    s[X] = sgn_threshold(l, sgn_advance(l, v, l->slot[W], r), l->slot[THETA], r);
}

sgn_status sgn_coupled_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    sgn_mat_copy(W0, slot[W]);
    slot[THETA].at[0] = (sgn_real)(q->lambda / q->lipschitz);
    return SGN_OK;
}

const sgn_solver sgn_solver_lista_cp = {
    .name = "lista-cp",
    .title = "coupled LISTA, one learned matrix a layer",
    .cite = "Chen et al. 2018, arXiv:1808.10038",
    .slot = SGN_COUPLED_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .trained = {.momentum = SGN_MOMENTUM_LEARNED, .selection = 1, .residual_threshold = 1},
    .init = "analytic",
    .lasso = 1,
    .coupled = 1,
    .step = sgn_coupled_step,
    .setup = sgn_coupled_setup,
};
