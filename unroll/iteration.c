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

sgn_var sgn_links_to(sgn_layer *l, sgn_var v, sgn_param W, sgn_var r)
{
    if (!l->as->step) return sgn_apply_to(l->tape, v, W, r);
    return sgn_add_scaled(l->tape, v, l->step, sgn_apply(l->tape, W, r));
}

sgn_var sgn_advance(sgn_layer *l, sgn_var v, sgn_param W, sgn_var r)
{
    if (l->as->physics_term) v = sgn_add_scaled(l->tape, v, l->gain, physics_term(l, r));
    return sgn_links_to(l, v, W, r);
}

/* p_k of LISTA-CPSS (Chen et al. 2018, sec. 4): 1.2 % more a layer, at most 13 %. */
static int selected(int k, int n) { return (int)lround(fmin(0.012 * (k + 1), 0.13) * n); }

static sgn_var shrink(sgn_layer *l, sgn_var z, sgn_param theta, sgn_var r)
{
    if (l->as->rows)
        return sgn_shrink_rows(l->tape, z, theta, l->physics->width, l->physics->folds);
    int n = sgn_tape_rows(l->tape, z);
    return sgn_shrink(l->tape, z, theta, l->as->residual_threshold ? r : SGN_NO_VAR,
                      l->as->selection ? selected(l->k, n) : 0);
}

sgn_var sgn_project(sgn_layer *l, sgn_var z)
{
    double least = l->as->least, most = l->as->most;
    int bounded = least < most && (isfinite(least) || isfinite(most));
    return bounded ? sgn_clip(l->tape, z, least, most) : z;
}

/* In one dimension the proximal step of both is one after the other, where the box holds 0. */
sgn_var sgn_threshold(sgn_layer *l, sgn_var z, sgn_param theta, sgn_var r)
{
    return sgn_project(l, shrink(l, z, theta, r));
}

int sgn_told_support(const sgn_layer *l)
{
    int n = l->physics->A.cols, s = (int)lround(l->physics->sparsity * n);
    return s < 1 ? 1 : s > n ? n : s;
}

sgn_var sgn_hard_threshold(sgn_layer *l, sgn_var z)
{
    return sgn_project(l, sgn_keep_largest(l->tape, z, sgn_told_support(l)));
}
