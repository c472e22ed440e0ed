/* lista_gscp.c -- coupled LISTA for row-sparse X, several measurements of one support:
 *
 *     X <- shrink_rows(X + W (Y - A X), theta),     row x_g <- x_g (1 - theta / |x_g|)+
 *
 * Shi, Choi, Shi & Zhou 2021, LISTA-GSCP.  With W = A'/L and theta = lambda/L it is the proximal
 * gradient method for 1/2 |Y - A X|^2 + lambda sum |x_g|.
 */
#include "solvers/coupled.h"

const sgn_solver sgn_solver_lista_gscp = {
    .name = "lista-gscp",
    .title = "coupled LISTA that shrinks rows",
    .cite = "Shi, Choi, Shi & Zhou 2021, Algorithm unrolling for massive access",
    .slot = SGN_COUPLED_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .classical = {.rows = 1},
    .trained = {.momentum = SGN_MOMENTUM_LEARNED, .rows = 1},
    .init = "adjoint",
    .coupled = 1,
    .step = sgn_coupled_step,
    .setup = sgn_coupled_setup,
};
