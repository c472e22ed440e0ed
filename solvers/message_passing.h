/* message_passing.h -- the iteration of approximate message passing, which AMP and LAMP share. */
#ifndef SGN_SOLVERS_MESSAGE_PASSING_H
#define SGN_SOLVERS_MESSAGE_PASSING_H

#include "unroll/iteration.h"

/* B (n, m) multiplies the residual; alpha times the residual's level is the threshold. */
#define SGN_MESSAGE_PASSING_SLOTS                               \
    {                                                           \
        {"B", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS},            \
            {"alpha", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_POSITIVE}, \
    }

void sgn_message_passing_step(sgn_layer *l, sgn_var y, sgn_var *state);
sgn_status sgn_message_passing_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot);

#endif
