/* biht.c -- binary iterative hard thresholding, for y of which only the signs are measured
 * (problem.sign_only):
 *
 *     x <- H_s(x + W (y - sign(A x))),     W = (g/m) A', g such that rms(W) = 1/m;  sign(0) = 0
 *
 * Jacques, Laska, Boufounos & Baraniuk 2013, arXiv:1104.3160, sec. 4, before their final normalisation:
 * signs do not tell the length of x, and g only scales every iterate.
 */
#include "unroll/iteration.h"

#include <math.h>

enum { W };
enum { X };

static void step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_tape *t = l->tape;
    sgn_var r = sgn_mix(t, 1, y, -1, sgn_sign(t, sgn_measure(t, s[X])));
    s[X] = sgn_hard_threshold(l, sgn_advance(l, s[X], l->slot[W], r));
}

static sgn_status setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    double n = q->A.cols, m = q->A.rows;
    sgn_real c = (sgn_real)(sqrt(n / m / sgn_mat_sum_squares(W0)));
    for (int j = 0; j < W0.cols; j++)
        for (int i = 0; i < W0.rows; i++) *sgn_mat_at(slot[W], i, j) = c * *sgn_mat_at(W0, i, j);
    return SGN_OK;
}

const sgn_solver sgn_solver_biht = {
    .name = "biht",
    .title = "binary iterative hard thresholding, from signs",
    .cite = "Jacques, Laska, Boufounos & Baraniuk 2013, arXiv:1104.3160",
    .slot = {{"W", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS}},
    .state = {SGN_DIM_N},
    .init = "adjoint",
    .step = step,
    .setup = setup,
};
