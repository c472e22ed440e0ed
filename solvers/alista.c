/* alista.c -- LISTA with analytic weights: a step and a threshold a layer are all it learns
 * (Liu et al. 2019):
 *
 *     x <- shrink(x + s_k W (y - A x), theta_k),     W from A alone (unroll/analytic.h)
 *
 * The coupled iteration with one matrix that stays as it starts, steps and selection.
 */
#include "solvers/coupled.h"

const sgn_solver sgn_solver_alista = {
    .name = "alista",
    .title = "LISTA with an analytic weight, learned steps and thresholds",
    .cite = "Liu, Chen, Wang & Yin 2019, ICLR",
    .slot = SGN_COUPLED_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .trained = {.selection = 1, .step = 1},
    .init = "analytic",
    .tied = 1,
    .frozen = 1,
    .lasso = 1,
    .coupled = 1,
    .step = sgn_coupled_step,
    .setup = sgn_coupled_setup,
};
