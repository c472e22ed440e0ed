/* ops_adaptive.c -- numbers that are computed from a sample, one a column, and what they govern. */
#include "core/select.h"
#include "unroll/op.h"

#include <assert.h>
#include <math.h>

static const double least_level = 1e-12;  // keeps logarithms away from 0

static sgn_real number(const sgn_tape *t, sgn_var v, int j)
{
    return *sgn_mat_at(sgn_tape_value(t, v), 0, j);
}

static void add_to_grad(const sgn_tape *t, sgn_var v, int j, sgn_real g)
{
    if (sgn_tape_has_grad(t, v)) *sgn_mat_at(sgn_tape_grad(t, v), 0, j) += g;
}

/* ---- z = |v|_1 / rows     dv_i += sign(v_i) dz / rows ------------------------------------------ */

static void mean_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat z = sgn_value_of(o, s), v = sgn_span_value(t, o->in[0], s);
    for (int j = 0; j < s.count; j++) {
        double sum = 0;
        for (int i = 0; i < v.rows; i++) sum += fabs((double)*sgn_mat_at(v, i, j));
        z.at[j] = (sgn_real)(sum / v.rows);
    }
}

static void mean_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat dz = sgn_grad_of(o, s), v = sgn_span_value(t, o->in[0], s),
            dv = sgn_span_grad(t, o->in[0], s);
    for (int j = 0; j < s.count; j++) {
        sgn_real g = dz.at[j] / (sgn_real)v.rows;
        for (int i = 0; i < v.rows; i++) *sgn_mat_at(dv, i, j) += *sgn_mat_at(v, i, j) < 0 ? -g : g;
    }
}

static sgn_effort mean_effort(const sgn_tape *t, const sgn_node *o)
{
    return (sgn_effort){1, sgn_tape_rows(t, o->in[0])};
}

static const sgn_operation mean_abs = {"mean abs",
                                       mean_forward,
                                       mean_backward,
                                       NULL,
                                       0,
                                       .effort = mean_effort,
                                       .forgets = SGN_FORGETS_OUT};

sgn_var sgn_mean_abs(sgn_tape *t, sgn_var v)
{
    if (sgn_tape_is_zero(t, v)) return v;
    return sgn_tape_put(
        t, (sgn_node){
               .op = &mean_abs, .rows = 1, .in = {v, SGN_NO_VAR, SGN_NO_VAR}, .p = SGN_NO_PARAM});
}

/* ---- z = a where it is not 0, else b     dz goes to the one taken ------------------------------- */

static void otherwise_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    for (int j = s.first; j < s.first + s.count; j++) {
        sgn_real a = number(t, o->in[0], j);
        *sgn_mat_at(o->value, 0, j) = a != 0 ? a : number(t, o->in[1], j);
    }
}

static void otherwise_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    for (int j = s.first; j < s.first + s.count; j++)
        add_to_grad(t, o->in[number(t, o->in[0], j) == 0], j, *sgn_mat_at(o->grad, 0, j));
}

static sgn_effort otherwise_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t, (void)o;
    return (sgn_effort){0, 1};
}

static const sgn_operation otherwise = {"otherwise",
                                        otherwise_forward,
                                        otherwise_backward,
                                        NULL,
                                        0,
                                        .effort = otherwise_effort,
                                        .forgets = SGN_FORGETS_OUT | SGN_FORGETS_IN(1)};

sgn_var sgn_otherwise(sgn_tape *t, sgn_var a, sgn_var b)
{
    if (sgn_tape_is_zero(t, a)) return b;
    if (sgn_tape_is_zero(t, b)) return a;
    assert(sgn_tape_rows(t, a) == 1 && sgn_tape_rows(t, b) == 1);
    return sgn_tape_put(
        t, (sgn_node){.op = &otherwise, .rows = 1, .in = {a, b, SGN_NO_VAR}, .p = SGN_NO_PARAM});
}

/* ---- z = log(a / b), each kept above 10^-12     da += dz / a,  db -= dz / b --------------------- */

static void log_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    for (int j = s.first; j < s.first + s.count; j++) {
        double a = (double)number(t, o->in[0], j), b = (double)number(t, o->in[1], j);
        *sgn_mat_at(o->value, 0, j) = (sgn_real)log((a + least_level) / (b + least_level));
    }
}

static void log_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    for (int j = s.first; j < s.first + s.count; j++) {
        double g = (double)*sgn_mat_at(o->grad, 0, j);
        add_to_grad(t, o->in[0], j, (sgn_real)(g / ((double)number(t, o->in[0], j) + least_level)));
        add_to_grad(t, o->in[1], j,
                    (sgn_real)(-g / ((double)number(t, o->in[1], j) + least_level)));
    }
}

static sgn_effort log_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t, (void)o;
    return (sgn_effort){2, 2};  // a division and a logarithm; the least level, twice
}

static const sgn_operation log_ratio = {"log ratio",
                                        log_forward,
                                        log_backward,
                                        NULL,
                                        0,
                                        .effort = log_effort,
                                        .forgets = SGN_FORGETS_OUT};

sgn_var sgn_log_ratio(sgn_tape *t, sgn_var a, sgn_var b)
{
    if (a == b) return sgn_zero(t);
    assert(sgn_tape_rows(t, a) == 1 && sgn_tape_rows(t, b) == 1);
    return sgn_tape_put(
        t, (sgn_node){.op = &log_ratio, .rows = 1, .in = {a, b, SGN_NO_VAR}, .p = SGN_NO_PARAM});
}

/* ---- pass_largest: z_i in place of x_i for the p rows largest |z| of those where x is not 0 ------
 *
 * A count that is not whole lets the last one through in part, so that p has a derivative: with k
 * the whole part of p rows and f the rest, x_i + f (z_i - x_i) for the (k+1)th largest.  Forward
 * leaves its size, the edge, and f.  w is 1 above the edge, f at it, 0 below:
 *
 *     dx_i += (1 - w_i) g_i,  dz_i += w_i g_i  where x_i is not 0;   dp += rows g_i (z_i - x_i) at the edge
 */
enum { EDGE, PART, PASS_AUX };

/* The edge is 0 where all pass, infinite where none does. */
static void find_edge(const sgn_real *x, const sgn_real *z, int n, double count, sgn_real *scratch,
                      sgn_real *aux)
{
    int above = 0;
    for (int i = 0; i < n; i++) {
        scratch[i] = x[i] != 0 ? z[i] : 0;
        above += x[i] != 0;
    }
    aux[PART] = 0;
    aux[EDGE] = (sgn_real)INFINITY;
    if (!(count > 0)) return;
    aux[EDGE] = 0;
    if (count >= above) return;
    aux[EDGE] = sgn_kth_largest(scratch, (size_t)n, (size_t)count + 1);
    aux[PART] = (sgn_real)(count - floor(count));
}

static sgn_real share(sgn_real z, const sgn_real *aux)
{
    sgn_real a = z < 0 ? -z : z;
    return a > aux[EDGE] ? 1 : a == aux[EDGE] ? aux[PART] : 0;
}

static void pass_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat out = sgn_value_of(o, s), x = sgn_span_value(t, o->in[0], s),
            z = sgn_span_value(t, o->in[1], s);
    for (int j = 0; j < s.count; j++) {
        const sgn_real *xj = sgn_mat_at(x, 0, j), *zj = sgn_mat_at(z, 0, j);
        sgn_real *aux = o->aux + (size_t)(s.first + j) * PASS_AUX;
        double count = (double)number(t, o->in[2], s.first + j) * o->rows;
        find_edge(xj, zj, o->rows, count, sgn_span_scratch(t, s), aux);
        for (int i = 0; i < o->rows; i++)
            *sgn_mat_at(out, i, j) = xj[i] != 0 ? xj[i] + share(zj[i], aux) * (zj[i] - xj[i]) : 0;
    }
}

static void pass_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat g = sgn_grad_of(o, s), x = sgn_span_value(t, o->in[0], s),
            z = sgn_span_value(t, o->in[1], s), dx = sgn_span_grad(t, o->in[0], s),
            dz = sgn_span_grad(t, o->in[1], s);
    for (int j = 0; j < s.count; j++) {
        const sgn_real *aux = o->aux + (size_t)(s.first + j) * PASS_AUX;
        sgn_real dp = 0;
        for (int i = 0; i < o->rows; i++) {
            sgn_real xi = *sgn_mat_at(x, i, j), zi = *sgn_mat_at(z, i, j),
                     gi = *sgn_mat_at(g, i, j), w = share(zi, aux);
            if (xi == 0) continue;
            if (dx.cols) *sgn_mat_at(dx, i, j) += (1 - w) * gi;
            if (dz.cols) *sgn_mat_at(dz, i, j) += w * gi;
            if ((zi < 0 ? -zi : zi) == aux[EDGE]) dp += gi * (zi - xi);
        }
        add_to_grad(t, o->in[2], s.first + j, dp * (sgn_real)o->rows);
    }
}

/* Every x is compared with 0, the edge is found, every z compared with it; one entry passes in part. */
static sgn_effort pass_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t;
    return (sgn_effort){2, (1 + SGN_SELECTING + 1) * o->rows + 2};
}

static const sgn_operation pass_largest = {"pass largest",
                                           pass_forward,
                                           pass_backward,
                                           NULL,
                                           0,
                                           .effort = pass_effort,
                                           .forgets = SGN_FORGETS_OUT | SGN_FORGETS_IN(2)};

sgn_var sgn_pass_largest(sgn_tape *t, sgn_var x, sgn_var z, sgn_var p)
{
    if (sgn_tape_is_zero(t, x) || sgn_tape_is_zero(t, p)) return x;
    assert(sgn_tape_rows(t, x) == sgn_tape_rows(t, z) && sgn_tape_rows(t, p) == 1);
    return sgn_tape_put(t, (sgn_node){.op = &pass_largest,
                                      .rows = sgn_tape_rows(t, x),
                                      .in = {x, z, p},
                                      .p = SGN_NO_PARAM,
                                      .aux_rows = PASS_AUX});
}
