/* lista_gs.c -- learned ISTA for row-sparse X, several measurements of one support:
 *
 *     X <- shrink_rows(W1 Y + W2 X, theta),     row x_g <- x_g (1 - theta / |x_g|)+
 *
 * LISTA whose shrinkage takes rows as a whole; real and imaginary parts belong to one row.
 * Shi, Choi, Shi & Zhou 2021, LISTA-GS.
 */
#include "solvers/lista.h"

const sgn_solver sgn_solver_lista_gs = {
    .name = "lista-gs",
    .title = "learned ISTA that shrinks rows, for several measurements of one support",
    .cite = "Shi, Choi, Shi & Zhou 2021, Algorithm unrolling for massive access",
    .slot = SGN_LISTA_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .classical = {.rows = 1},
    .trained = {.rows = 1},
    .init = "adjoint",
    .step = sgn_lista_step,
    .setup = sgn_lista_setup,
};
