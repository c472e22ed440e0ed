/* tape.h -- the differentiable operations an iteration is written with.
 *
 * A solver's step() runs once, when the network is built, and leaves its operations on the tape.
 * Training then replays the tape forwards and backwards: no allocation, no names.  Every operation
 * is a pair (forward, backward) side by side in unroll/ops_*.c, checked against finite
 * differences; a solver has no derivative of its own.
 *
 * A value is (rows, batch): column b belongs to sample b.  The batch is cut into shards of
 * SGN_SHARD columns whatever the number of threads; a shard runs forwards and backwards by
 * itself, and only then are the gradients of the link matrices formed, matrix by matrix, over the
 * whole batch.  So the result does not depend on the number of threads.
 */
#ifndef SGN_UNROLL_TAPE_H
#define SGN_UNROLL_TAPE_H

#include "core/mat.h"
#include "core/pool.h"
#include "unroll/link.h"

enum { SGN_SHARD = 32 };

typedef struct sgn_tape sgn_tape;
typedef int sgn_var;    // a value on the tape
typedef int sgn_param;  // a parameter of the tape: an index into the network's table
enum { SGN_NO_VAR = -1, SGN_NO_PARAM = -1 };

/* ---- operations: recording.  Shapes are asserted; constants fold: an operation on a zero leaves
   nothing on the tape. ----------------------------------------------------------------------- */
sgn_var sgn_zero(sgn_tape *t);  // the zero vector of any length: every operation folds it away
sgn_var sgn_zeros(sgn_tape *t, int rows);  // the same with a value: for what is looked at as well
sgn_var sgn_apply(sgn_tape *t, sgn_param W, sgn_var x);                // W x
sgn_var sgn_apply_to(sgn_tape *t, sgn_var v, sgn_param W, sgn_var x);  // v + W x, in one pass
sgn_var sgn_apply_transposed(sgn_tape *t, sgn_param W, sgn_var x);     // W' x
sgn_var sgn_residual(sgn_tape *t, sgn_var y, sgn_var x);               // y - A x
sgn_var sgn_backproject(sgn_tape *t, sgn_var r);                       // A' r
sgn_var sgn_measure(sgn_tape *t, sgn_var x);                           // A x
sgn_var sgn_mix(sgn_tape *t, double a, sgn_var x, double b, sgn_var y);
sgn_var sgn_add_scaled(sgn_tape *t, sgn_var x, sgn_param a, sgn_var y);  // x + a y, a learned
sgn_var sgn_shift(sgn_tape *t, sgn_var x, sgn_param b);  // x + b, b (rows of x, 1) learned

/* sign(z) max(|z| - tau, 0) with tau = theta, or theta |r| / sqrt(rows of r) per sample when r is
   given; the `pass` largest |z| of a sample that exceed tau pass unshrunk (which ones is not
   differentiated).  theta is 1-by-1 or (rows of z)-by-1. */
sgn_var sgn_shrink(sgn_tape *t, sgn_var z, sgn_param theta, sgn_var r, int pass);
/* Rows that share a support (Shi et al. 2021): entry i of all `width` consecutive columns, and of
   the `folds` equal parts of the vector, is one group g:  z (1 - theta / |z_g|)+ */
sgn_var sgn_shrink_rows(sgn_tape *t, sgn_var z, sgn_param theta, int width, int folds);
sgn_var sgn_keep_largest(sgn_tape *t, sgn_var z, int count);  // hard threshold, top count
/* z where x is not 0, else 0; where all of x is 0, the `count` largest |z|. */
sgn_var sgn_keep_support(sgn_tape *t, sgn_var z, sgn_var x, int count);
sgn_var sgn_sign(sgn_tape *t, sgn_var z);  // -1, 0 or 1; its derivative is 0
sgn_var sgn_clip(sgn_tape *t, sgn_var z, double least, double most);  // box; 0, INFINITY: x >= 0
/* r + (|x|_0 / rows of previous) previous: the Onsager term of AMP, |x|_0 not differentiated. */
sgn_var sgn_onsager(sgn_tape *t, sgn_var r, sgn_var x, sgn_var previous);

/* Numbers that differ from sample to sample, as values of one row.  As the r of sgn_shrink such a
   value, if not negative, scales the threshold. */
sgn_var sgn_mean_abs(sgn_tape *t, sgn_var v);              // |v|_1 / rows of v
sgn_var sgn_otherwise(sgn_tape *t, sgn_var a, sgn_var b);  // a where it is not 0, else b
sgn_var sgn_log_ratio(sgn_tape *t, sgn_var a, sgn_var b);  // log(a / b), neither negative
/* Of x, shrunk from z: the p rows largest |z| where x is not 0 pass unshrunk (which ones is not
   differentiated; the last one in part, so that p is). */
sgn_var sgn_pass_largest(sgn_tape *t, sgn_var x, sgn_var z, sgn_var p);
/* (<q, r> / |q|^2) d per sample: with q the image of d, the step along d that makes the residual
   |r - a q| least. */
sgn_var sgn_line_search(sgn_tape *t, sgn_var d, sgn_var q, sgn_var r);

/* ---- building and replaying: for net.c and the tests ---------------------------------------- */

/* `param` and A are borrowed and must outlive the tape. */
SGN_MUST_CHECK sgn_status sgn_tape_new(sgn_tape **out, sgn_link *param, int nparams, sgn_mat A,
                                       int batch);
void sgn_tape_free(sgn_tape *t);  // NULL is fine
/* Room for so many more nodes: recording itself cannot fail, and an iteration checks nothing.  A new
   tape has room for SGN_LAYER_NODES, which is more than an iteration of any solver records. */
enum { SGN_LAYER_NODES = 256 };
SGN_MUST_CHECK sgn_status sgn_tape_reserve(sgn_tape *t, int nodes);
sgn_var sgn_tape_input(sgn_tape *t, int rows);
/* Before sealing: the tape is only going to be replayed forwards. */
void sgn_tape_drop_gradients(sgn_tape *t);
/* The gradient with respect to this input is wanted, too; before any operation uses it. */
void sgn_tape_watch(sgn_tape *t, sgn_var input);
/* The value is looked at from outside, and a seed adds to its gradient.  Without this that holds for inputs
   and for what no operation takes, whose gradients, too, are there after a pass; others share memory, and what
   stands in it then means nothing. */
void sgn_tape_keep(sgn_tape *t, sgn_var v);
SGN_MUST_CHECK sgn_status sgn_tape_seal(sgn_tape *t);  // one slab for all values; no more recording
/* Products with A use its packed form from now on: borrowed, of the same shape. */
void sgn_tape_set_packed_matrix(sgn_tape *t, const sgn_packed *A);

int sgn_tape_batch(const sgn_tape *t);
int sgn_tape_rows(const sgn_tape *t, sgn_var v);
int sgn_tape_is_zero(const sgn_tape *t, sgn_var v);
sgn_mat sgn_tape_value(const sgn_tape *t, sgn_var v);  // (rows, batch)
sgn_mat sgn_tape_grad(const sgn_tape *t, sgn_var v);   // (rows, batch)
int sgn_tape_has_grad(const sgn_tape *t, sgn_var v);   // 0: unwatched inputs and what
                                                       // depends on them alone
int sgn_tape_uses(const sgn_tape *t, sgn_param p);     // operations that have the parameter
int sgn_tape_uses_matrix(const sgn_tape *t);           // operations that multiply by A

/* What the operation that leaves a value does for one column; nothing where the value is an input. */
typedef struct {
    double multiplications, additions;  // beside the product with a matrix
    sgn_param p;                        // the parameter it uses, or SGN_NO_PARAM
    int transposed;                     // it multiplies by the transpose of p, or by A'
    int by_A;                           // it multiplies by A or A'
    int outputs;                        // rows of the value
} sgn_work;

int sgn_tape_length(const sgn_tape *t);  // values 0 .. length-1
sgn_work sgn_tape_work(const sgn_tape *t, sgn_var v);
/* What it multiplies by its matrix: the first input of the operation that leaves v. */
sgn_var sgn_tape_operand(const sgn_tape *t, sgn_var v);

/* Replays the first `cols` columns (at most the batch). */
void sgn_tape_forward(sgn_tape *t, sgn_pool *pool, int cols);

/* Adds dloss/dv to columns first .. first+count-1 of v's gradient.  Called for all columns of every value that
   is kept or taken by nothing, from the last value to the first; by several threads at once. */
typedef void (*sgn_seed)(void *context, sgn_var v, int first, int count);

/* Sets dweight of every trained parameter. */
void sgn_tape_backward(sgn_tape *t, sgn_pool *pool, int cols, sgn_seed seed, void *context);

/* Its two halves: the gradients of all values and of all trained scalars; then, for link matrices
   first .. end-1 of the table, dweight.  They may share their memory with others that are done with. */
void sgn_tape_backpropagate(sgn_tape *t, sgn_pool *pool, int cols, sgn_seed seed, void *context);
void sgn_tape_form_gradients(sgn_tape *t, sgn_pool *pool, sgn_param first, sgn_param end);

/* Between them: the gradient of a matrix that a single operation multiplies by is D X', or X D', for these.
   Borrowed until the next pass. */
void sgn_tape_gradient_factors(const sgn_tape *t, sgn_param p, sgn_mat *D, sgn_mat *X);

#endif
