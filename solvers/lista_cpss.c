/* lista_cpss.c -- coupled LISTA with support selection (Chen et al. 2018):
 *
 *     x <- shrink(x + W (y - A x), theta),     the largest p_k n entries unshrunk, p_k = min(1.2 k, 13) %
 *
 * The coupled iteration with selection.  Without it, and from the adjoint, it is ISTA.
 */
#include "solvers/coupled.h"

const sgn_solver sgn_solver_lista_cpss = {
    .name = "lista-cpss",
    .title = "coupled LISTA with support selection",
    .cite = "Chen et al. 2018, arXiv:1808.10038",
    .slot = SGN_COUPLED_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .trained = {.selection = 1},
    .init = "analytic",
    .lasso = 1,
    .coupled = 1,
    .step = sgn_coupled_step,
    .setup = sgn_coupled_setup,
};
