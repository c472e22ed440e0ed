/* admm.c -- alternating direction method of multipliers for the lasso, rho = 1:
 *
 *     x <- By y + Bz (z - u),     By = (A'A + rho I)^{-1} A', Bz = rho (A'A + rho I)^{-1}
 *     z <- shrink(x + u, theta),  theta = lambda / rho
 *     u <- u + x - z
 *
 * Boyd et al. 2011, sec. 6.4, with z as the estimate: it is the sparse one of the two.
 */
#include "core/memory.h"
#include "unroll/iteration.h"

enum { BY, BZ, THETA };
enum { Z, U };

static const double rho = 1;

static void step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_tape *t = l->tape;
    sgn_var r = l->as->residual_threshold ? sgn_residual(t, y, s[Z]) : SGN_NO_VAR;
    sgn_var x =
        sgn_apply_to(t, sgn_apply(t, l->slot[BY], y), l->slot[BZ], sgn_mix(t, 1, s[Z], -1, s[U]));
    sgn_var v = sgn_mix(t, 1, x, 1, s[U]);
    s[Z] = sgn_threshold(l, v, l->slot[THETA], r);
    s[U] = sgn_mix(t, 1, v, -1, s[Z]);
}

static sgn_status setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    (void)W0;  // no matrix of this method multiplies the residual
    int n = q->A.cols;
    sgn_mat S = sgn_mat_view(sgn_alloc((size_t)n * (size_t)n, sizeof(sgn_real)), n, n);
    if (!S.at) return SGN_EMEM;
    sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, q->A, q->A, 0, S);
    for (int i = 0; i < n; i++) *sgn_mat_at(S, i, i) += (sgn_real)rho;
    for (int i = 0; i < n; i++) *sgn_mat_at(slot[BZ], i, i) = (sgn_real)rho;
    sgn_status status = sgn_spd_solve(S, slot[BZ]);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1 / rho, slot[BZ], q->A, 0, slot[BY]);
    slot[THETA].at[0] = (sgn_real)(q->lambda / rho);
    sgn_free(S.at);
    return status;
}

const sgn_solver sgn_solver_admm = {
    .name = "admm",
    .title = "alternating direction method of multipliers",
    .cite = "Boyd et al. 2011, doi:10.1561/2200000016",
    .slot = {{"By", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS},
             {"Bz", SGN_DIM_N, SGN_DIM_N, SGN_SLOT_LINKS},
             {"theta", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_THRESHOLD}},
    .state = {SGN_DIM_N, SGN_DIM_N},
    .init = "adjoint",
    .lasso = 1,
    .step = step,
    .setup = setup,
};
