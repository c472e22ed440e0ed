/* amp.c -- approximate message passing:
 *
 *     v <- y - A x + (|x|_0 / m) v_prev          the Onsager term keeps the errors of x + B v Gaussian
 *     x <- shrink(x + B v, alpha |v| / sqrt(m))  B = A', alpha = 1.1402
 *
 * Donoho, Maleki & Montanari 2009, eq. 1-2, with |v|/sqrt(m) as the estimate of their noise level, and
 * alpha as in the experiments of Borgerding, Schniter & Rangan 2017 (their code: onsager_deep_learning).
 * Unrolled, B stays and the layers learn alpha.
 */
#include "solvers/message_passing.h"

#include <math.h>

enum { B, ALPHA };
enum { X, V };

static const double best_alpha = 1.1402;

void sgn_message_passing_step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_var v = sgn_onsager(l->tape, sgn_residual(l->tape, y, s[X]), s[X], s[V]);
    s[X] = sgn_threshold(l, sgn_advance(l, s[X], l->slot[B], v), l->slot[ALPHA], v);
    s[V] = v;
}

static double trace_of_product(sgn_mat W, sgn_mat A)
{
    double trace = 0;
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++)
            trace += (double)*sgn_mat_at(W, j, i) * (double)*sgn_mat_at(A, i, j);
    return trace;
}

/* What makes 1 the mean diagonal entry of B A, as unit columns make that of A'A.  A matrix that has
   little to do with A' (random, a correction) is left as it is. */
static double gain(sgn_mat W, sgn_mat A)
{
    double trace = trace_of_product(W, A);
    double most = sqrt(sgn_mat_sum_squares(W) * sgn_mat_sum_squares(A));
    return trace > most / 2 ? A.cols / trace : 1;
}

sgn_status sgn_message_passing_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    sgn_real c = (sgn_real)gain(W0, q->A);
    for (int j = 0; j < W0.cols; j++)
        for (int i = 0; i < W0.rows; i++) *sgn_mat_at(slot[B], i, j) = c * *sgn_mat_at(W0, i, j);
    slot[ALPHA].at[0] = (sgn_real)best_alpha;
    return SGN_OK;
}

const sgn_solver sgn_solver_amp = {
    .name = "amp",
    .title = "approximate message passing",
    .cite = "Donoho, Maleki & Montanari 2009, arXiv:0907.3574",
    .slot = SGN_MESSAGE_PASSING_SLOTS,
    .state = {SGN_DIM_N, SGN_DIM_M},
    .classical = {.residual_threshold = 1},
    .trained = {.residual_threshold = 1},
    .init = "adjoint",
    .frozen = 1,
    .step = sgn_message_passing_step,
    .setup = sgn_message_passing_setup,
};
