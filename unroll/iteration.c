#include "unroll/iteration.h"

#include <math.h>

int sgn_solver_slots(const sgn_solver *s)
{
    int n = 0;
    while (n < SGN_MAX_SLOTS && s->slot[n].name) n++;
    return n;
}

sgn_var sgn_extrapolate(sgn_layer *l, sgn_var x, sgn_var previous)
{
    if (l->as->momentum == SGN_MOMENTUM_NONE) return x;
    return sgn_add_scaled(l->tape, x, l->beta, sgn_mix(l->tape, 1, x, -1, previous));
}

static sgn_var physics_term(sgn_layer *l, sgn_var r)
{
    return l->analytic == SGN_NO_PARAM ? sgn_backproject(l->tape, r)
                                       : sgn_apply(l->tape, l->analytic, r);
}

sgn_var sgn_advance(sgn_layer *l, sgn_var v, sgn_param W, sgn_var r)
{
    if (l->as->physics_term) v = sgn_add_scaled(l->tape, v, l->gain, physics_term(l, r));
    if (!l->as->step) return sgn_apply_to(l->tape, v, W, r);
    return sgn_add_scaled(l->tape, v, l->step, sgn_apply(l->tape, W, r));
}

/* p_k of LISTA-CPSS (Chen et al. 2018, sec. 4): 1.2 % more a layer, at most 13 %. */
static int selected(int k, int n) { return (int)lround(fmin(0.012 * (k + 1), 0.13) * n); }

sgn_var sgn_threshold(sgn_layer *l, sgn_var z, sgn_param theta, sgn_var r)
{
    int n = sgn_tape_rows(l->tape, z);
    return sgn_shrink(l->tape, z, theta, l->as->residual_threshold ? r : SGN_NO_VAR,
                      l->as->selection ? selected(l->k, n) : 0);
}
