/* fista.c -- accelerated shrinkage-thresholding (Beck & Teboulle 2009, sec. 4):
 *
 *     v <- x + beta_k (x - x_prev),     beta_k = (t_k - 1) / t_{k+1}, t_{k+1} = (1 + sqrt(1 + 4 t_k^2)) / 2
 *     x <- shrink(v + W (y - A v), theta)
 *
 * The coupled iteration with Nesterov's momentum, which training then moves.
 */
#include "solvers/coupled.h"

const sgn_solver sgn_solver_fista = {
    .name = "fista",
    .title = "accelerated shrinkage-thresholding",
    .cite = "Beck & Teboulle 2009, doi:10.1137/080716542",
    .slot = SGN_COUPLED_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .classical = {.momentum = SGN_MOMENTUM_NESTEROV},
    .trained = {.momentum = SGN_MOMENTUM_NESTEROV},
    .init = "adjoint",
    .lasso = 1,
    .coupled = 1,
    .step = sgn_coupled_step,
    .setup = sgn_coupled_setup,
};
