/* lista.h -- the iteration of learned ISTA, which other solvers are with settings of their own. */
#ifndef SGN_SOLVERS_LISTA_H
#define SGN_SOLVERS_LISTA_H

#include "unroll/iteration.h"

/* W1 (n, m) multiplies the measurements, W2 (n, n) the estimate; theta is the threshold. */
#define SGN_LISTA_SLOTS                                          \
    {                                                            \
        {"W1", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS},            \
            {"W2", SGN_DIM_N, SGN_DIM_N, SGN_SLOT_LINKS},        \
            {"theta", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_THRESHOLD}, \
    }

void sgn_lista_step(sgn_layer *l, sgn_var y, sgn_var *state);
sgn_status sgn_lista_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot);

#endif
