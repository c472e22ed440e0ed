/* relu_network.c -- what is trained where nothing is unrolled: a fully connected network, y in, x out.
 *
 *     h_1 <- relu(W_in y + b_1)
 *     h_k <- relu(W_k h_{k-1} + b_k),    k = 2 .. K-1, n units each
 *     x   <- W_K h_{K-1} + b_K           linear, since x has both signs
 *
 * Of one layer x = W_in y + b remains.  A is known to it by its training signals alone.  Layers before the last
 * give no estimate: theirs is 0.  He, Zhang, Ren & Sun 2015 say how to start it.
 */
#include "unroll/iteration.h"

#include <math.h>

enum { W_IN, W, B };
enum { X, HIDDEN };

static void step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    int is_first = l->k == 0, is_last = l->k == l->depth - 1;
    sgn_var z =
        sgn_links_to(l, sgn_zero(l->tape), l->slot[is_first ? W_IN : W], is_first ? y : s[HIDDEN]);
    z = sgn_shift(l->tape, z, l->slot[B]);
    if (is_last) s[X] = sgn_project(l, z);
    else s[HIDDEN] = sgn_clip(l->tape, z, 0, (double)INFINITY);
}

const sgn_solver sgn_solver_relu_network = {
    .name = "relu-network",
    .title = "a fully connected ReLU network, nothing unrolled",
    .cite = "He et al. 2015, arXiv:1502.01852",
    .slot =
        {
            {"W_in", SGN_DIM_N, SGN_DIM_M, SGN_SLOT_LINKS},  // the first layer's, others have W
            {"W", SGN_DIM_N, SGN_DIM_N, SGN_SLOT_LINKS},
            {"b", SGN_DIM_N, SGN_DIM_1, SGN_SLOT_REAL},
        },
    .state = {SGN_DIM_N, SGN_DIM_N},
    .init = "he",
    .step = step,
};
