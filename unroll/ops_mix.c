/* ops_mix.c -- linear combinations of vectors, with constant and with learned coefficients. */
#include "core/vector.h"
#include "unroll/op.h"

#include <assert.h>
#include <math.h>

static size_t count(sgn_mat a) { return (size_t)a.rows * (size_t)a.cols; }

SGN_VECTOR static void combine(sgn_real *restrict z, sgn_real a, const sgn_real *x, sgn_real b,
                               const sgn_real *y, size_t n)
{
    for (size_t i = 0; i < n; i++) z[i] = a * x[i] + b * y[i];
}

SGN_VECTOR static void add_times(sgn_real *restrict z, sgn_real a, const sgn_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) z[i] += a * x[i];
}

/* ---- z = a x + b y     dx += a dz,  dy += b dz ------------------------------------------------ */

static void mix_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat z = sgn_value_of(o, s);
    combine(z.at, (sgn_real)o->a, sgn_span_value(t, o->in[0], s).at, (sgn_real)o->b,
            sgn_span_value(t, o->in[1], s).at, count(z));
}

static void mix_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dz = sgn_grad_of(o, s), dx = sgn_span_grad(t, o->in[0], s),
            dy = sgn_span_grad(t, o->in[1], s);
    if (dx.cols) add_times(dx.at, (sgn_real)o->a, dz.at, count(dz));
    if (dy.cols) add_times(dy.at, (sgn_real)o->b, dz.at, count(dz));
}

static int is_plain(double a) { return a == 0 || fabs(a) == 1; }

static sgn_effort mix_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t;
    return (sgn_effort){.multiplications = (double)o->rows * (!is_plain(o->a) + !is_plain(o->b)),
                        .additions = (double)o->rows * (o->a != 0 && o->b != 0)};
}

static const sgn_operation mix = {
    "mix", mix_forward, mix_backward, NULL, 0, .effort = mix_effort, .forgets = SGN_FORGETS_ALL};

sgn_var sgn_mix(sgn_tape *t, double a, sgn_var x, double b, sgn_var y)
{
    if (sgn_tape_is_zero(t, x)) a = 0, x = y;
    if (sgn_tape_is_zero(t, y)) b = 0, y = x;
    if (sgn_tape_is_zero(t, x) || (a == 1 && b == 0)) return x;
    if (a == 0 && b == 1) return y;
    assert(sgn_tape_rows(t, x) == sgn_tape_rows(t, y));
    return sgn_tape_put(t, (sgn_node){.op = &mix,
                                      .rows = sgn_tape_rows(t, x),
                                      .in = {x, y, SGN_NO_VAR},
                                      .p = SGN_NO_PARAM,
                                      .a = a,
                                      .b = b});
}

/* ---- z = x + a y, a learned (o->a is 0 where x is zero, else 1)     dx += dz,  dy += a dz,  da += <dz, y> -------------------------- */

static sgn_real learned(const sgn_tape *t, const sgn_node *o)
{
    return sgn_tape_param(t, o->p)->weight[0];
}

static void add_scaled_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat z = sgn_value_of(o, s);
    combine(z.at, (sgn_real)o->a, sgn_span_value(t, o->in[0], s).at, learned(t, o),
            sgn_span_value(t, o->in[1], s).at, count(z));
}

static void add_scaled_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dz = sgn_grad_of(o, s), dx = sgn_span_grad(t, o->in[0], s),
            dy = sgn_span_grad(t, o->in[1], s);
    const sgn_real *y = sgn_span_value(t, o->in[1], s).at;
    sgn_span_scalar_grad(t, o->p, s)[0] += (sgn_real)sgn_dot(dz.at, y, count(dz));
    if (dx.cols) add_times(dx.at, (sgn_real)o->a, dz.at, count(dz));
    if (dy.cols) add_times(dy.at, learned(t, o), dz.at, count(dz));
}

static sgn_effort add_scaled_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t;
    return (sgn_effort){o->rows, o->rows * o->a};
}

static const sgn_operation add_scaled = {"add scaled",
                                         add_scaled_forward,
                                         add_scaled_backward,
                                         NULL,
                                         0,
                                         .effort = add_scaled_effort,
                                         .forgets = SGN_FORGETS_OUT | SGN_FORGETS_IN(0)};

sgn_var sgn_add_scaled(sgn_tape *t, sgn_var x, sgn_param a, sgn_var y)
{
    if (sgn_tape_is_zero(t, y)) return x;
    int no_x = sgn_tape_is_zero(t, x);
    assert(no_x || sgn_tape_rows(t, x) == sgn_tape_rows(t, y));
    return sgn_tape_put(t, (sgn_node){.op = &add_scaled,
                                      .rows = sgn_tape_rows(t, y),
                                      .in = {no_x ? y : x, y, SGN_NO_VAR},
                                      .p = a,
                                      .a = no_x ? 0 : 1});
}

/* ---- z = x + b, b learned, the same for every sample     dx += dz,  db += sum of dz ------------- */

static void shift_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat z = sgn_value_of(o, s), x = sgn_span_value(t, o->in[0], s);
    const sgn_real *b = sgn_tape_param(t, o->p)->weight;
    for (int j = 0; j < s.count; j++)
        combine(sgn_mat_at(z, 0, j), 1, sgn_mat_at(x, 0, j), 1, b, (size_t)z.rows);
}

static void shift_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dz = sgn_grad_of(o, s), dx = sgn_span_grad(t, o->in[0], s);
    sgn_real *db = sgn_span_scalar_grad(t, o->p, s);
    for (int j = 0; j < s.count; j++) add_times(db, 1, sgn_mat_at(dz, 0, j), (size_t)dz.rows);
    if (dx.cols) add_times(dx.at, 1, dz.at, count(dz));
}

static sgn_effort shift_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t;
    return (sgn_effort){0, o->rows};
}

static const sgn_operation shift = {"shift",
                                    shift_forward,
                                    shift_backward,
                                    NULL,
                                    0,
                                    .effort = shift_effort,
                                    .forgets = SGN_FORGETS_ALL};

sgn_var sgn_shift(sgn_tape *t, sgn_var x, sgn_param b)
{
    assert(sgn_tape_rows(t, x) == sgn_tape_param(t, b)->rows && sgn_tape_param(t, b)->cols == 1);
    return sgn_tape_put(t, (sgn_node){.op = &shift,
                                      .rows = sgn_tape_rows(t, x),
                                      .in = {x, SGN_NO_VAR, SGN_NO_VAR},
                                      .p = b});
}

/* ---- z = r + (|x|_0 / m) p (o->a is 0 where r is zero, else 1)   dr += dz,  dp += (|x|_0 / m) dz -- */

static void onsager_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat z = sgn_value_of(o, s), r = sgn_span_value(t, o->in[0], s),
            x = sgn_span_value(t, o->in[1], s), p = sgn_span_value(t, o->in[2], s);
    for (int j = 0; j < s.count; j++) {
        int nonzero = 0;
        for (int i = 0; i < x.rows; i++) nonzero += *sgn_mat_at(x, i, j) != 0;
        sgn_real b = (sgn_real)nonzero / (sgn_real)z.rows;
        o->aux[s.first + j] = b;
        combine(sgn_mat_at(z, 0, j), (sgn_real)o->a, sgn_mat_at(r, 0, j), b, sgn_mat_at(p, 0, j),
                (size_t)z.rows);
    }
}

static void onsager_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dz = sgn_grad_of(o, s), dr = sgn_span_grad(t, o->in[0], s),
            dp = sgn_span_grad(t, o->in[2], s);
    if (dr.cols) add_times(dr.at, (sgn_real)o->a, dz.at, count(dz));
    for (int j = 0; dp.cols && j < s.count; j++)
        add_times(sgn_mat_at(dp, 0, j), o->aux[s.first + j], sgn_mat_at(dz, 0, j), (size_t)dz.rows);
}

/* To count the nonzeros is to compare each with 0; |x|_0 / m is a division. */
static sgn_effort onsager_effort(const sgn_tape *t, const sgn_node *o)
{
    return (sgn_effort){1 + o->rows, sgn_tape_rows(t, o->in[1]) + o->rows * o->a};
}

static const sgn_operation onsager = {
    "onsager", onsager_forward,          onsager_backward,          NULL,
    0,         .effort = onsager_effort, .forgets = SGN_FORGETS_ALL};

sgn_var sgn_onsager(sgn_tape *t, sgn_var r, sgn_var x, sgn_var previous)
{
    if (sgn_tape_is_zero(t, x) || sgn_tape_is_zero(t, previous)) return r;
    int no_r = sgn_tape_is_zero(t, r);
    assert(no_r || sgn_tape_rows(t, r) == sgn_tape_rows(t, previous));
    return sgn_tape_put(t, (sgn_node){.op = &onsager,
                                      .rows = sgn_tape_rows(t, previous),
                                      .in = {no_r ? previous : r, x, previous},
                                      .p = SGN_NO_PARAM,
                                      .a = no_r ? 0 : 1,
                                      .aux_rows = 1});
}

/* ---- z = c d, c = <q, r> / |q|^2 (0 where q is)     dd += c dz;  with e = <dz, d> / |q|^2:
        dr += e q,  dq += e (r - 2 c q) ------------------------------------------------------------- */
enum { COEFFICIENT, SQUARE, SEARCH_AUX };

static void search_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat z = sgn_value_of(o, s), d = sgn_span_value(t, o->in[0], s),
            q = sgn_span_value(t, o->in[1], s), r = sgn_span_value(t, o->in[2], s);
    for (int j = 0; j < s.count; j++) {
        const sgn_real *qj = sgn_mat_at(q, 0, j), *dj = sgn_mat_at(d, 0, j);
        double square = sgn_dot(qj, qj, (size_t)q.rows);
        double c = square > 0 ? sgn_dot(qj, sgn_mat_at(r, 0, j), (size_t)q.rows) / square : 0;
        sgn_real *aux = o->aux + (size_t)(s.first + j) * SEARCH_AUX;
        aux[COEFFICIENT] = (sgn_real)c;
        aux[SQUARE] = (sgn_real)square;
        combine(sgn_mat_at(z, 0, j), (sgn_real)c, dj, 0, dj, (size_t)z.rows);
    }
}

static void search_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dz = sgn_grad_of(o, s), d = sgn_span_value(t, o->in[0], s),
            q = sgn_span_value(t, o->in[1], s), r = sgn_span_value(t, o->in[2], s),
            dd = sgn_span_grad(t, o->in[0], s), dq = sgn_span_grad(t, o->in[1], s),
            dr = sgn_span_grad(t, o->in[2], s);
    size_t n = (size_t)d.rows, m = (size_t)q.rows;
    for (int j = 0; j < s.count; j++) {
        const sgn_real *aux = o->aux + (size_t)(s.first + j) * SEARCH_AUX,
                       *g = sgn_mat_at(dz, 0, j);
        sgn_real c = aux[COEFFICIENT];
        if (dd.cols) add_times(sgn_mat_at(dd, 0, j), c, g, n);
        if (!(aux[SQUARE] > 0)) continue;
        sgn_real e = (sgn_real)(sgn_dot(g, sgn_mat_at(d, 0, j), n) / (double)aux[SQUARE]);
        if (dr.cols) add_times(sgn_mat_at(dr, 0, j), e, sgn_mat_at(q, 0, j), m);
        if (!dq.cols) continue;
        add_times(sgn_mat_at(dq, 0, j), e, sgn_mat_at(r, 0, j), m);
        add_times(sgn_mat_at(dq, 0, j), -2 * c * e, sgn_mat_at(q, 0, j), m);
    }
}

/* Two products of vectors, a division, and c d. */
static sgn_effort search_effort(const sgn_tape *t, const sgn_node *o)
{
    int m = sgn_tape_rows(t, o->in[1]);
    return (sgn_effort){2 * m + 1 + o->rows, 2 * m};
}

static const sgn_operation line_search = {"line search",
                                          search_forward,
                                          search_backward,
                                          NULL,
                                          0,
                                          .effort = search_effort,
                                          .forgets = SGN_FORGETS_OUT};

sgn_var sgn_line_search(sgn_tape *t, sgn_var d, sgn_var q, sgn_var r)
{
    if (sgn_tape_is_zero(t, d)) return d;
    if (sgn_tape_is_zero(t, q)) return q;
    if (sgn_tape_is_zero(t, r)) return r;
    assert(sgn_tape_rows(t, q) == sgn_tape_rows(t, r));
    return sgn_tape_put(t, (sgn_node){.op = &line_search,
                                      .rows = sgn_tape_rows(t, d),
                                      .in = {d, q, r},
                                      .p = SGN_NO_PARAM,
                                      .aux_rows = SEARCH_AUX});
}
