/* gradient.h -- the gradient step of least squares, which gd and pgd share. */
#ifndef SGN_SOLVERS_GRADIENT_H
#define SGN_SOLVERS_GRADIENT_H

#include "unroll/iteration.h"

/* W (n, n) multiplies the estimate, U (n, m) the measurements. */
#define SGN_GRADIENT_SLOTS                                                                        \
    {                                                                                             \
        {"W", SGN_DIM_N, SGN_DIM_N, SGN_SLOT_LINKS}, {"U", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS}, \
    }

void sgn_gradient_step(sgn_layer *l, sgn_var y, sgn_var *state);
sgn_status sgn_gradient_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot);

#endif
