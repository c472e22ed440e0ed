/* lista.c -- learned ISTA: two matrices a layer, no physics inside.
 *
 *     v <- x + beta (x - x_prev)
 *     x <- shrink(W1 y + W2 v, theta)          Gregor & LeCun 2010, eq. 4-5
 *
 * It starts at W1 = W0, W2 = I - W0 A; the classical method has W0 = A'/L.
 */
#include "solvers/lista.h"

enum { W1, W2, THETA };
enum { X, PREVIOUS };

void sgn_lista_step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_var v = sgn_extrapolate(l, s[X], s[PREVIOUS]);
    sgn_var r = l->as->residual_threshold ? sgn_residual(l->tape, y, v) : SGN_NO_VAR;
    sgn_var z = sgn_apply_to(l->tape, sgn_apply(l->tape, l->slot[W1], y), l->slot[W2], v);
    s[PREVIOUS] = s[X];
    s[X] = sgn_threshold(l, z, l->slot[THETA], r);
}

sgn_status sgn_lista_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    sgn_mat_copy(W0, slot[W1]);
    for (int i = 0; i < slot[W2].rows; i++) *sgn_mat_at(slot[W2], i, i) = 1;
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, W0, q->A, 1, slot[W2]);
    slot[THETA].at[0] = (sgn_real)(q->lambda / q->lipschitz);
    return SGN_OK;
}

const sgn_solver sgn_solver_lista = {
    .name = "lista",
    .title = "learned ISTA, two learned matrices a layer",
    .cite = "Gregor & LeCun 2010, ICML",
    .slot = SGN_LISTA_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .init = "adjoint",
    .lasso = 1,
    .step = sgn_lista_step,
    .setup = sgn_lista_setup,
};
