/* hyperlista.c -- LISTA whose thresholds, momentum and selection follow from the sample: three
 * numbers for the whole network are all it learns (Chen, Liu, Wang & Yin 2021, alg. 1):
 *
 *     e <- W (y - A x)
 *     x <- shrink(x + e + beta (x - x_prev), theta),     the largest p of them unshrunk
 *
 *     theta = c1 |e|_1 / n,   beta = c2 |x|_0 / n,   p = c3 n log(|e_1|_1 / |e|_1),   e_1 the first e
 *
 * The paper measures |A^+ (y - A x)|_1.  W, the analytic weight, is A^+ with its rows scaled to
 * w_i a_i = 1, so e is that vector but for its units, and needs no second product.  Its factor mu is
 * part of c1 and c2; that all three count a share of n makes them carry over to another n.
 */
#include "unroll/iteration.h"

enum { W, C1, C2, C3 };
enum { X, PREVIOUS, FIRST };

static void step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_tape *t = l->tape;
    sgn_var e = sgn_apply(t, l->slot[W], sgn_residual(t, y, s[X])), level = sgn_mean_abs(t, e);
    s[FIRST] = sgn_otherwise(t, s[FIRST], level);
    sgn_var p = sgn_add_scaled(t, sgn_zero(t), l->slot[C3], sgn_log_ratio(t, s[FIRST], level));
    sgn_var moved =
        sgn_onsager(t, sgn_zero(t), s[X], sgn_mix(t, 1, s[X], -1, s[PREVIOUS]));  // times |x|_0 / n
    sgn_var z = sgn_add_scaled(t, sgn_mix(t, 1, s[X], 1, e), l->slot[C2], moved);
    s[PREVIOUS] = s[X];
    s[X] = sgn_pass_largest(t, sgn_shrink(t, z, l->slot[C1], level, 0), z, p);
}

/* Values that do for problems of n = 2 m, 10 % of x nonzero; training moves them. */
static sgn_status setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    (void)q;
    sgn_mat_copy(W0, slot[W]);
    slot[C1].at[0] = 1;
    slot[C2].at[0] = 2;
    slot[C3].at[0] = (sgn_real)0.03;
    return SGN_OK;
}

const sgn_solver sgn_solver_hyperlista = {
    .name = "hyperlista",
    .title = "LISTA with an analytic weight and three learned numbers",
    .cite = "Chen, Liu, Wang & Yin 2021, arXiv:2110.15900",
    .slot = {{"W", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS},
             {"c1", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_POSITIVE, .shared = 1},
             {"c2", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_POSITIVE, .shared = 1},
             {"c3", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_POSITIVE, .shared = 1}},
    .state = {SGN_DIM_N, SGN_DIM_N, SGN_DIM_1},
    .init = "analytic",
    .tied = 1,
    .frozen = 1,
    .step = step,
    .setup = setup,
};
