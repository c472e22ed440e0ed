/* lamp.c -- learned AMP (Borgerding, Schniter & Rangan 2017, LAMP-l1):
 *
 *     v <- y - A x + (|x|_0 / m) v_prev
 *     x <- shrink(x + B v, alpha |v| / sqrt(m))     B and alpha learned, layer by layer
 *
 * Approximate message passing with links of its own in every layer.
 */
#include "solvers/message_passing.h"

const sgn_solver sgn_solver_lamp = {
    .name = "lamp",
    .title = "learned approximate message passing",
    .cite = "Borgerding, Schniter & Rangan 2017, arXiv:1612.01183",
    .slot = SGN_MESSAGE_PASSING_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_M},
    .classical = {.residual_threshold = 1},
    .trained = {.residual_threshold = 1},
    .init = "adjoint",
    .step = sgn_message_passing_step,
    .setup = sgn_message_passing_setup,
};
