/* tape_inside.h -- inside the tape: what its two files share.  For unroll/tape*.c only.
 *
 *     tape.c         recording, looking, replaying
 *     tape_layout.c  sealing: where values and gradients lie, and for how long
 */
#ifndef SGN_UNROLL_TAPE_INSIDE_H
#define SGN_UNROLL_TAPE_INSIDE_H

#include "unroll/op.h"

/* One thing a thread can do alone in the second half of a backward pass: the gradient of a tile of
   columns of one link matrix, over every operation that multiplies by it. */
typedef struct {
    sgn_param p;
    int first, count;
} sgn_tile;

struct sgn_tape {
    sgn_link *param;
    int nparams;
    sgn_mat A;
    const sgn_packed *packed_A;  // what products use instead, where it is there
    int forwards_only;
    int batch, shards;
    sgn_node *node;
    int n, room;
    sgn_real *slab;         // values, aux and gradients
    sgn_real *scalar_grad;  // (shards, nscalars)
    size_t nscalars;
    size_t *scalar_at;  // (nparams) offset of a scalar parameter's gradient
    sgn_real *scratch;  // (shards, 2 longest)
    int longest;
    sgn_tile *tile;  // in the table's order
    int ntiles;
    /* of the pass under way */
    int first_tile;
    int cols, block;  // shards that a thread takes together
    sgn_seed seed;
    void *context;
};

/* An input, or taken by nothing: its gradient has a place of its own from beginning to end. */
static inline int sgn_node_is_end(const sgn_node *o) { return !o->op || o->last < 0; }

static inline int sgn_tape_is_matrix(const sgn_link *w)
{
    return w->role == SGN_ROLE_LINKS || w->role == SGN_ROLE_PHYSICS;
}

#endif
