/* ops_linear.c -- products with link matrices and with the sensing matrix. */
#include "core/columns.h"
#include "unroll/op.h"
#include "unroll/packed.h"
#include "unroll/signs.h"

#include <assert.h>
#include <string.h>

static sgn_mat weight(const sgn_tape *t, const sgn_node *o)
{
    const sgn_link *w = sgn_tape_param(t, o->p);
    return sgn_mat_view(w->weight, w->rows, w->cols);
}

static void clear(sgn_mat z) { memset(z.at, 0, (size_t)z.rows * (size_t)z.cols * sizeof *z.at); }

static void multiply_packed(sgn_op op, double alpha, const sgn_packed *w, sgn_mat x, double beta,
                            sgn_mat z)
{
    if (beta == 0) clear(z);
    sgn_packed_multiply(op, alpha, w, x, z);
}

/* z = op(W) x + beta z, beta 0 or 1 */
static void multiply(const sgn_tape *t, const sgn_node *o, sgn_op op, sgn_mat x, double beta,
                     sgn_mat z)
{
    const sgn_link *w = sgn_tape_param(t, o->p);
    if (w->packed) multiply_packed(op, 1, w->packed, x, beta, z);
    else if (w->signs) {
        if (beta == 0) clear(z);
        sgn_bitmat_multiply(op, 1, w->signs->B, w->signs->scales, x, z);
    } else sgn_gemm(op, SGN_PLAIN, 1, weight(t, o), x, beta, z);
}

/* z = alpha op(A) x + beta z, beta 0 or 1 */
static void multiply_by_A(const sgn_tape *t, sgn_op op, double alpha, sgn_mat x, double beta,
                          sgn_mat z)
{
    const sgn_packed *packed = sgn_tape_packed_matrix(t);
    if (packed) multiply_packed(op, alpha, packed, x, beta, z);
    else if (op == SGN_PLAIN && beta == 1 && !sgn_gemm_by_column(sgn_tape_matrix(t), x.cols) &&
             sgn_is_sparse(x))
        sgn_add_columns(alpha, sgn_tape_matrix(t), x, z);
    else sgn_gemm(op, SGN_PLAIN, alpha, sgn_tape_matrix(t), x, beta, z);
}

static int is_by_column(const sgn_tape *t, const sgn_node *o)
{
    const sgn_link *w = sgn_tape_param(t, o->p);
    if (w->packed) return sgn_packed_by_column(w->packed, SGN_SHARD);
    return !w->signs && sgn_gemm_by_column(weight(t, o), SGN_SHARD);
}

static int A_is_by_column(const sgn_tape *t, const sgn_node *o)
{
    (void)o;
    const sgn_packed *packed = sgn_tape_packed_matrix(t);
    if (packed) return sgn_packed_by_column(packed, SGN_SHARD);
    return sgn_gemm_by_column(sgn_tape_matrix(t), SGN_SHARD);
}

static sgn_mat dweight(const sgn_tape *t, const sgn_node *o)
{
    const sgn_link *w = sgn_tape_param(t, o->p);
    return sgn_mat_view(w->dweight, w->rows, w->cols);
}

static void copy(sgn_mat from, sgn_mat to)
{
    memcpy(to.at, from.at, (size_t)to.rows * (size_t)to.cols * sizeof *to.at);
}

static void copy_to_another(sgn_mat from, sgn_mat to)
{
    if (from.at != to.at) copy(from, to);
}

static void add(sgn_mat from, sgn_mat to)
{
    for (size_t i = 0, n = (size_t)to.rows * (size_t)to.cols; i < n; i++) to.at[i] += from.at[i];
}

/* ---- z = v + W x     dv += dz,  dx += W' dz,  dW += dz x'      (v: in[1], may be absent) ------ */

static void apply_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat z = sgn_value_of(o, s);
    if (o->in[1] != SGN_NO_VAR) copy_to_another(sgn_span_value(t, o->in[1], s), z);
    multiply(t, o, SGN_PLAIN, sgn_span_value(t, o->in[0], s), o->in[1] != SGN_NO_VAR, z);
}

static void apply_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dz = sgn_grad_of(o, s), dx = sgn_span_grad(t, o->in[0], s);
    if (dx.cols) multiply(t, o, SGN_TRANSPOSED, dz, 1, dx);
    if (o->in[1] == SGN_NO_VAR) return;
    sgn_mat dv = sgn_span_grad(t, o->in[1], s);
    if (dv.cols && dv.at != dz.at) add(dz, dv);
}

static void apply_matrix(sgn_tape *t, const sgn_node *o, int cols, int first, int count,
                         double beta)
{
    sgn_mat x = sgn_mat_cols(sgn_tape_value(t, o->in[0]), 0, cols);
    x.at += first;
    x.rows = count;
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, sgn_mat_cols(o->grad, 0, cols), x, beta,
             sgn_mat_cols(dweight(t, o), first, count));
}

static const sgn_operation apply = {"apply",
                                    apply_forward,
                                    apply_backward,
                                    apply_matrix,
                                    0,
                                    .forgets = SGN_FORGETS_OUT | SGN_FORGETS_IN(1),
                                    .accumulates = 1,
                                    .by_column = is_by_column};

sgn_var sgn_apply_to(sgn_tape *t, sgn_var v, sgn_param W, sgn_var x)
{
    if (sgn_tape_is_zero(t, x)) return v == SGN_NO_VAR ? x : v;
    if (v != SGN_NO_VAR && sgn_tape_is_zero(t, v)) v = SGN_NO_VAR;
    const sgn_link *w = sgn_tape_param(t, W);
    assert(w->cols == sgn_tape_rows(t, x) && (v == SGN_NO_VAR || sgn_tape_rows(t, v) == w->rows));
    return sgn_tape_put(
        t, (sgn_node){.op = &apply, .rows = w->rows, .in = {x, v, SGN_NO_VAR}, .p = W});
}

sgn_var sgn_apply(sgn_tape *t, sgn_param W, sgn_var x) { return sgn_apply_to(t, SGN_NO_VAR, W, x); }

/* ---- z = W' x     dx += W dz,  dW += x dz' ---------------------------------------------------- */

static void transposed_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    multiply(t, o, SGN_TRANSPOSED, sgn_span_value(t, o->in[0], s), 0, sgn_value_of(o, s));
}

static void transposed_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dx = sgn_span_grad(t, o->in[0], s);
    if (dx.cols) multiply(t, o, SGN_PLAIN, sgn_grad_of(o, s), 1, dx);
}

static void transposed_matrix(sgn_tape *t, const sgn_node *o, int cols, int first, int count,
                              double beta)
{
    sgn_mat dz = sgn_mat_cols(o->grad, 0, cols);
    dz.at += first;
    dz.rows = count;
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, sgn_mat_cols(sgn_tape_value(t, o->in[0]), 0, cols), dz,
             beta, sgn_mat_cols(dweight(t, o), first, count));
}

static const sgn_operation apply_transposed = {
    "apply transposed", transposed_forward,         transposed_backward,      transposed_matrix, 0,
    .transposes = 1,    .forgets = SGN_FORGETS_OUT, .by_column = is_by_column};

sgn_var sgn_apply_transposed(sgn_tape *t, sgn_param W, sgn_var x)
{
    if (sgn_tape_is_zero(t, x)) return x;
    const sgn_link *w = sgn_tape_param(t, W);
    assert(w->rows == sgn_tape_rows(t, x));
    return sgn_tape_put(t, (sgn_node){.op = &apply_transposed,
                                      .rows = w->cols,
                                      .in = {x, SGN_NO_VAR, SGN_NO_VAR},
                                      .p = W});
}

/* ---- r = y - A x     dx -= A' dr,  dy += dr --------------------------------------------------- */

static void residual_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat r = sgn_value_of(o, s);
    copy(sgn_span_value(t, o->in[0], s), r);
    multiply_by_A(t, SGN_PLAIN, -1, sgn_span_value(t, o->in[1], s), 1, r);
}

static void residual_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dr = sgn_grad_of(o, s), dy = sgn_span_grad(t, o->in[0], s),
            dx = sgn_span_grad(t, o->in[1], s);
    if (dy.cols) add(dr, dy);
    if (dx.cols) sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, -1, sgn_tape_matrix(t), dr, 1, dx);
}

static const sgn_operation residual = {
    "residual", residual_forward,           residual_backward,          NULL,
    1,          .forgets = SGN_FORGETS_ALL, .by_column = A_is_by_column};

sgn_var sgn_residual(sgn_tape *t, sgn_var y, sgn_var x)
{
    if (sgn_tape_is_zero(t, x)) return y;
    assert(sgn_tape_rows(t, y) == sgn_tape_matrix(t).rows &&
           sgn_tape_rows(t, x) == sgn_tape_matrix(t).cols);
    return sgn_tape_put(t, (sgn_node){.op = &residual,
                                      .rows = sgn_tape_rows(t, y),
                                      .in = {y, x, SGN_NO_VAR},
                                      .p = SGN_NO_PARAM});
}

/* ---- z = A x     dx += A' dz ------------------------------------------------------------------ */

static void measure_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    multiply_by_A(t, SGN_PLAIN, 1, sgn_span_value(t, o->in[0], s), 0, sgn_value_of(o, s));
}

static void measure_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, sgn_tape_matrix(t), sgn_grad_of(o, s), 1,
             sgn_span_grad(t, o->in[0], s));
}

static const sgn_operation measure = {"measure",
                                      measure_forward,
                                      measure_backward,
                                      NULL,
                                      1,
                                      .forgets = SGN_FORGETS_ALL,
                                      .by_column = A_is_by_column};

sgn_var sgn_measure(sgn_tape *t, sgn_var x)
{
    if (sgn_tape_is_zero(t, x)) return x;
    assert(sgn_tape_rows(t, x) == sgn_tape_matrix(t).cols);
    return sgn_tape_put(t, (sgn_node){.op = &measure,
                                      .rows = sgn_tape_matrix(t).rows,
                                      .in = {x, SGN_NO_VAR, SGN_NO_VAR},
                                      .p = SGN_NO_PARAM});
}

/* ---- z = A' r     dr += A dz ------------------------------------------------------------------ */

static void backproject_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    multiply_by_A(t, SGN_TRANSPOSED, 1, sgn_span_value(t, o->in[0], s), 0, sgn_value_of(o, s));
}

static void backproject_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dr = sgn_span_grad(t, o->in[0], s);
    if (dr.cols) sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, sgn_tape_matrix(t), sgn_grad_of(o, s), 1, dr);
}

static const sgn_operation backproject = {
    "backproject",   backproject_forward,        backproject_backward,       NULL, 1,
    .transposes = 1, .forgets = SGN_FORGETS_ALL, .by_column = A_is_by_column};

sgn_var sgn_backproject(sgn_tape *t, sgn_var r)
{
    if (sgn_tape_is_zero(t, r)) return r;
    assert(sgn_tape_rows(t, r) == sgn_tape_matrix(t).rows);
    return sgn_tape_put(t, (sgn_node){.op = &backproject,
                                      .rows = sgn_tape_matrix(t).cols,
                                      .in = {r, SGN_NO_VAR, SGN_NO_VAR},
                                      .p = SGN_NO_PARAM});
}
