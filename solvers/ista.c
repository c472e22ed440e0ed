/* ista.c -- iterative shrinkage-thresholding (Daubechies, Defrise & De Mol 2004):
 *
 *     x <- shrink(x + W (y - A x), theta),     W = A'/L, theta = lambda/L
 *
 * The coupled iteration with every setting off, starting from the adjoint.
 */
#include "solvers/coupled.h"

const sgn_solver sgn_solver_ista = {
    .name = "ista",
    .title = "iterative shrinkage-thresholding",
    .cite = "Daubechies, Defrise & De Mol 2004, arXiv:math/0307152",
    .slot = SGN_COUPLED_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .init = "adjoint",
    .lasso = 1,
    .coupled = 1,
    .step = sgn_coupled_step,
    .setup = sgn_coupled_setup,
};
