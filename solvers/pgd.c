/* pgd.c -- least squares over a box by projected gradient steps:
 *
 *     x <- P(x - W x + U y),     W = A'A/L, U = A'/L
 *
 * Gradient descent with a box: x >= 0, unless network.least and network.most say otherwise.
 */
#include "solvers/gradient.h"

#include <math.h>

#define NOT_NEGATIVE .least = 0, .most = (double)INFINITY

const sgn_solver sgn_solver_pgd = {
    .name = "pgd",
    .title = "least squares over a box by projected gradients",
    .cite = "Bertsekas 1999, Nonlinear Programming, sec. 2.3",
    .slot = SGN_GRADIENT_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .classical = {NOT_NEGATIVE},
    .trained = {NOT_NEGATIVE},
    .init = "adjoint",
    .step = sgn_gradient_step,
    .setup = sgn_gradient_setup,
};
