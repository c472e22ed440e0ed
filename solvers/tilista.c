/* tilista.c -- tied LISTA: one learned matrix, a step and a threshold a layer (Liu et al. 2019):
 *
 *     x <- shrink(x + s_k W (y - A x), theta_k)
 *
 * The coupled iteration with one matrix for all layers, steps and selection.
 */
#include "solvers/coupled.h"

const sgn_solver sgn_solver_tilista = {
    .name = "tilista",
    .title = "tied LISTA, one learned matrix for all layers",
    .cite = "Liu, Chen, Wang & Yin 2019, ICLR",
    .slot = SGN_COUPLED_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .trained = {.selection = 1, .step = 1},
    .init = "analytic",
    .tied = 1,
    .lasso = 1,
    .coupled = 1,
    .step = sgn_coupled_step,
    .setup = sgn_coupled_setup,
};
