/* op.h -- inside the tape: what an operation is.  For unroll/tape.c and unroll/ops_*.c only. */
#ifndef SGN_UNROLL_OP_H
#define SGN_UNROLL_OP_H

#include "unroll/tape.h"

typedef struct sgn_node sgn_node;

/* The columns first .. first+count-1 of the batch: a shard, or whole shards from this one on. */
typedef struct {
    int shard, first, count;
} sgn_span;

/* Arithmetic on one column of what recovers a signal.  To compare is to subtract, so it counts as an
   addition; division, root and logarithm count as a multiplication each; constants 0 and +-1, signs
   and magnitudes cost nothing. */
typedef struct {
    double multiplications, additions;
} sgn_effort;

/* Comparisons an entry takes while the few largest of many are found (quickselect: Knuth 1972,
   Mathematical analysis of algorithms). */
enum { SGN_SELECTING = 2 };

enum { SGN_INPUTS = 3, SGN_FORGETS_OUT = 8 };
#define SGN_FORGETS_IN(k) (1 << (k))
#define SGN_FORGETS_ALL   (SGN_FORGETS_OUT | ((1 << SGN_INPUTS) - 1))

/* backward adds to the gradients of its inputs, and to the shard's own gradients of scalars. */
typedef struct {
    const char *name;
    void (*forward)(sgn_tape *t, const sgn_node *o, sgn_span s);
    void (*backward)(sgn_tape *t, const sgn_node *o, sgn_span s);
    /* dW[, first .. first+count-1] = beta dW + its part from the batch's first `cols` columns;
       NULL unless the operation multiplies by a link matrix */
    void (*matrix_gradient)(sgn_tape *t, const sgn_node *o, int cols, int first, int count,
                            double beta);
    int multiplies_by_A;
    int transposes;  // the matrix it multiplies by
    int forgets;     // SGN_FORGETS_*: values that backward and matrix_gradient do not look at
    int accumulates;  // z = in[1] + ...: finds in[1] in place of z, or dz in place of that of in[1], if
                      // nobody else wants them
    /* All but products with matrices, whose effort follows from their codes (unroll/operations.h);
       NULL: there is nothing else. */
    sgn_effort (*effort)(const sgn_tape *t, const sgn_node *o);
    /* Whether forward and backward may be asked for several whole shards at once: what they compute of a
       column depends on no other, bit by bit, and they keep nothing of a shard.  NULL: not. */
    int (*by_column)(const sgn_tape *t, const sgn_node *o);
} sgn_operation;

struct sgn_node {
    const sgn_operation *op;  // NULL: an input
    int rows;
    sgn_var in[SGN_INPUTS];
    sgn_param p;
    double a, b;              // constants of the operation
    int count, width, folds;  // likewise
    int is_zero, has_grad;
    int aux_rows;   // reals per sample that forward leaves for backward
    sgn_real *aux;  // (aux_rows, batch)
    sgn_mat value, grad;
    /* Of sealing (unroll/tape_layout.c): what looks at the value, and when. */
    int is_kept, value_lasts, clears;
    int uses, last;  // operations that take it; the last of them, or -1
    size_t value_at, grad_at;
};

/* Puts an operation on the tape; has_grad follows from its inputs and parameter. */
sgn_var sgn_tape_put(sgn_tape *t, sgn_node o);

const sgn_node *sgn_tape_node(const sgn_tape *t, sgn_var v);
const sgn_link *sgn_tape_param(const sgn_tape *t, sgn_param p);
sgn_mat sgn_tape_matrix(const sgn_tape *t);                   // A
const sgn_packed *sgn_tape_packed_matrix(const sgn_tape *t);  // what products use instead, or NULL

/* The span's columns of a value, of a gradient; the latter has no columns where none is kept. */
sgn_mat sgn_span_value(const sgn_tape *t, sgn_var v, sgn_span s);
sgn_mat sgn_span_grad(const sgn_tape *t, sgn_var v, sgn_span s);

/* The same of the operation's own output. */
static inline sgn_mat sgn_value_of(const sgn_node *o, sgn_span s)
{
    return sgn_mat_cols(o->value, s.first, s.count);
}
static inline sgn_mat sgn_grad_of(const sgn_node *o, sgn_span s)
{
    return sgn_mat_cols(o->grad, s.first, s.count);
}

/* Where the shard gathers the gradient of a scalar parameter (rows * cols), and scratch of its own
   twice as long as the longest vector. */
sgn_real *sgn_span_scalar_grad(sgn_tape *t, sgn_param p, sgn_span s);
sgn_real *sgn_span_scratch(sgn_tape *t, sgn_span s);

#endif
