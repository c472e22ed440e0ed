/* coupled.h -- the coupled iteration, which several solvers are with settings of their own. */
#ifndef SGN_SOLVERS_COUPLED_H
#define SGN_SOLVERS_COUPLED_H

#include "unroll/iteration.h"

/* W (n, m) multiplies the residual; theta is the threshold. */
#define SGN_COUPLED_SLOTS                                        \
    {                                                            \
        {"W", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS},             \
            {"theta", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_THRESHOLD}, \
    }

void sgn_coupled_step(sgn_layer *l, sgn_var y, sgn_var *state);
sgn_status sgn_coupled_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot);

#endif
