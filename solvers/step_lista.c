/* step_lista.c -- ISTA with learned steps, nothing else (Ablin et al. 2019, arXiv:1905.11071, eq. 13):
 *
 *     z <- x + s_k A' (y - A x)
 *     x <- shrink(z, lambda s_k) = lambda shrink(z / lambda, s_k),     s_k = 1/L for ISTA
 *
 * A network without links: what every link matrix, of whatever precision, has to beat.
 */
#include "unroll/iteration.h"

enum { STEP };
enum { X };

static sgn_var scaled(sgn_tape *t, double a, sgn_var v) { return sgn_mix(t, a, v, 0, v); }

static void step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    double lambda = l->physics->lambda;
    sgn_var r = sgn_residual(l->tape, y, s[X]);
    sgn_var z = sgn_add_scaled(l->tape, s[X], l->slot[STEP], sgn_backproject(l->tape, r));
    sgn_var x = sgn_threshold(l, scaled(l->tape, 1 / lambda, z), l->slot[STEP], r);
    s[X] = scaled(l->tape, lambda, x);
}

static sgn_status setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    (void)W0;  // A' itself multiplies the residual
    slot[STEP].at[0] = (sgn_real)(1 / q->lipschitz);
    return SGN_OK;
}

const sgn_solver sgn_solver_step_lista = {
    .name = "step-lista",
    .title = "ISTA with learned steps, no links",
    .cite = "Ablin, Moreau, Massias & Gramfort 2019, arXiv:1905.11071",
    .slot = {{"step", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_POSITIVE}},
    .state = {SGN_DIM_N},
    .init = "adjoint",
    .lasso = 1,
    .step = step,
    .setup = setup,
};
