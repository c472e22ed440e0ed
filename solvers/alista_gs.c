/* alista_gs.c -- analytic LISTA for row-sparse X, several measurements of one support:
 *
 *     X <- shrink_rows(X + s_k W (Y - A X), theta_k),     row x_g <- x_g (1 - theta_k / |x_g|)+
 *
 * W is computed from A and stays; steps and thresholds are learned.
 * Shi, Choi, Shi & Zhou 2021, ALISTA-GS.
 */
#include "solvers/coupled.h"

const sgn_solver sgn_solver_alista_gs = {
    .name = "alista-gs",
    .title = "analytic LISTA that shrinks rows: steps and thresholds are learned",
    .cite = "Shi, Choi, Shi & Zhou 2021, Algorithm unrolling for massive access",
    .slot = SGN_COUPLED_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_N},
    .classical = {.rows = 1},
    .trained = {.step = 1, .rows = 1},
    .init = "analytic",
    .tied = 1,
    .frozen = 1,
    .coupled = 1,
    .step = sgn_coupled_step,
    .setup = sgn_coupled_setup,
};
