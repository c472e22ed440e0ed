/* ops_threshold.c -- the proximal steps of entries: shrinkage, hard thresholds, sign, box. */
#include "core/select.h"
#include "core/vector.h"
#include "unroll/op.h"

#include <assert.h>
#include <math.h>

/* Keeps |r| / sqrt(m) away from 0, where its derivative does not exist. */
static const double least_residual = 1e-7;

/* ---- shrink: x_i = sign(z_i) (|z_i| - tau_i)+, tau_i = theta_i rho, the largest unshrunk --------
 *
 * Forward leaves rho and `sel`, the smallest |z| that passes unshrunk, for each sample.  Backward
 * needs no z: an entry passed unshrunk if and only if |x| >= sel, since a shrunk one has
 * |x| = |z| - tau < |z| < sel.
 *
 *     dz_i += g_i where x_i is not 0;   dtau_i = -g_i sign(x_i) where it was shrunk
 *     dtheta_i += dtau_i rho;           drho = sum dtau_i theta_i,  dr += drho r / (m rho)
 */
enum { RHO, SEL, SHRINK_AUX };

static double residual_level(sgn_mat r, int j)
{
    const sgn_real *at = sgn_mat_at(r, 0, j);
    return sqrt(sgn_dot(at, at, (size_t)r.rows) / r.rows) + least_residual;
}

/* theta has one entry a row, or (stride 0) one for all. */
static inline __attribute__((always_inline)) void shrink_column(sgn_real *restrict x,
                                                                const sgn_real *restrict z,
                                                                const sgn_real *theta, int stride,
                                                                sgn_real rho, sgn_real sel, int n)
{
    for (int i = 0; i < n; i++) {
        sgn_real tau = theta[i * stride] * rho, a = z[i] < 0 ? -z[i] : z[i];
        sgn_real shrunk = z[i] < 0 ? z[i] + tau : z[i] - tau;
        x[i] = a <= tau ? 0 : a >= sel ? z[i] : shrunk;  // a NaN goes on to whoever looks for it
    }
}

SGN_VECTOR static void shrink_by_one(sgn_real *x, const sgn_real *z, sgn_real theta, sgn_real rho,
                                     sgn_real sel, int n)
{
    shrink_column(x, z, &theta, 0, rho, sel, n);
}

SGN_VECTOR static void shrink_by_each(sgn_real *x, const sgn_real *z, const sgn_real *theta,
                                      sgn_real rho, sgn_real sel, int n)
{
    shrink_column(x, z, theta, 1, rho, sel, n);
}

/* `out` = |z| where it exceeds its threshold, 0 elsewhere; returns how many do. */
static inline __attribute__((always_inline)) int keep_above(sgn_real *restrict out,
                                                            const sgn_real *restrict z,
                                                            const sgn_real *theta, int stride,
                                                            sgn_real rho, int n)
{
    int above = 0;
    for (int i = 0; i < n; i++) {
        sgn_real a = z[i] < 0 ? -z[i] : z[i];
        int exceeds = a > theta[i * stride] * rho;
        out[i] = exceeds ? a : 0;
        above += exceeds;
    }
    return above;
}

SGN_VECTOR static int keep_above_one(sgn_real *out, const sgn_real *z, sgn_real tau, int n)
{
    return keep_above(out, z, &tau, 0, 1, n);
}

SGN_VECTOR static int keep_above_each(sgn_real *out, const sgn_real *z, const sgn_real *theta,
                                      sgn_real rho, int n)
{
    return keep_above(out, z, theta, 1, rho, n);
}

/* The smallest |z| among the `pass` largest that exceed their threshold; 0 when all of them pass. */
static sgn_real selection_level(const sgn_real *z, const sgn_real *theta, int stride, sgn_real rho,
                                int n, int pass, sgn_real *scratch)
{
    int above = stride ? keep_above_each(scratch, z, theta, rho, n)
                       : keep_above_one(scratch, z, theta[0] * rho, n);
    return above <= pass ? 0 : sgn_kth_largest(scratch, (size_t)n, (size_t)pass);
}

static void shrink_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    const sgn_link *w = sgn_tape_param(t, o->p);
    const sgn_real *theta = w->weight;
    int stride = w->rows > 1, n = o->rows, has_residual = o->in[1] != SGN_NO_VAR;
    sgn_mat x = sgn_value_of(o, s), z = sgn_span_value(t, o->in[0], s);
    for (int j = 0; j < s.count; j++) {
        sgn_real *aux = o->aux + (size_t)(s.first + j) * SHRINK_AUX, *zj = sgn_mat_at(z, 0, j);
        aux[RHO] = has_residual ? (sgn_real)residual_level(sgn_span_value(t, o->in[1], s), j) : 1;
        aux[SEL] = o->count ? selection_level(zj, theta, stride, aux[RHO], n, o->count,
                                              sgn_span_scratch(t, s))
                            : (sgn_real)INFINITY;
        if (stride) shrink_by_each(sgn_mat_at(x, 0, j), zj, theta, aux[RHO], aux[SEL], n);
        else shrink_by_one(sgn_mat_at(x, 0, j), zj, theta[0], aux[RHO], aux[SEL], n);
    }
}

/* Adds to dz, and returns sum_i dtau_i; dtau is given back entry by entry where asked for. */
SGN_VECTOR static double shrink_pull(sgn_real *restrict dz, sgn_real *restrict dtau,
                                     const sgn_real *restrict g, const sgn_real *restrict x,
                                     sgn_real sel, int n)
{
    sgn_real sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n; i++) {
        sgn_real a = x[i] < 0 ? -x[i] : x[i], live = x[i] != 0 ? g[i] : 0;
        sgn_real shrunk = a < sel ? live : 0;
        dtau[i] = x[i] < 0 ? shrunk : -shrunk;
        sum += dtau[i];
        dz[i] += live;
    }
    return (double)sum;
}

/* dtheta from dtau of one sample; returns drho. */
static double pull_threshold(const sgn_link *theta, const sgn_real *dtau, double sum, sgn_real rho,
                             sgn_real *dtheta)
{
    if (theta->rows == 1) {
        dtheta[0] += (sgn_real)sum * rho;
        return sum * (double)theta->weight[0];
    }
    double drho = 0;
    for (int i = 0; i < theta->rows; i++) {
        dtheta[i] += dtau[i] * rho;
        drho += (double)dtau[i] * (double)theta->weight[i];
    }
    return drho;
}

static void pull_residual_level(sgn_mat r, sgn_mat dr, int j, double rho, double drho)
{
    double norm = (rho - least_residual) * sqrt(r.rows);
    if (norm <= 0) return;
    sgn_real a = (sgn_real)(drho / (norm * sqrt(r.rows)));
    for (int i = 0; i < r.rows; i++) *sgn_mat_at(dr, i, j) += a * *sgn_mat_at(r, i, j);
}

static void shrink_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat x = sgn_value_of(o, s), g = sgn_grad_of(o, s), dz = sgn_span_grad(t, o->in[0], s);
    sgn_real *dtheta = sgn_span_scalar_grad(t, o->p, s), *dtau = sgn_span_scratch(t, s);
    sgn_real *unwanted = dtau + o->rows;  // dz where nothing before z is learned
    for (int j = 0; j < s.count; j++) {
        const sgn_real *aux = o->aux + (size_t)(s.first + j) * SHRINK_AUX;
        double sum = shrink_pull(dz.cols ? sgn_mat_at(dz, 0, j) : unwanted, dtau,
                                 sgn_mat_at(g, 0, j), sgn_mat_at(x, 0, j), aux[SEL], o->rows);
        double drho = pull_threshold(sgn_tape_param(t, o->p), dtau, sum, aux[RHO], dtheta);
        if (o->in[1] == SGN_NO_VAR) continue;
        sgn_mat dr = sgn_span_grad(t, o->in[1], s);
        if (dr.cols)
            pull_residual_level(sgn_span_value(t, o->in[1], s), dr, j, (double)aux[RHO], drho);
    }
}

/* |z| is compared with tau and shortened by it; where some pass unshrunk their level is found, and every
   |z| compared with it.  rho is a sum of squares, a division and a root. */
static sgn_effort shrink_effort(const sgn_tape *t, const sgn_node *o)
{
    sgn_effort e = {0, 2 * o->rows};
    if (o->count) e.additions += (SGN_SELECTING + 1) * o->rows;
    if (o->in[1] == SGN_NO_VAR) return e;
    int m = sgn_tape_rows(t, o->in[1]);
    e.multiplications += m + 2 + sgn_tape_param(t, o->p)->rows;
    e.additions += m + 1;
    return e;
}

static const sgn_operation shrink = {"shrink",
                                     shrink_forward,
                                     shrink_backward,
                                     NULL,
                                     0,
                                     .effort = shrink_effort,
                                     .forgets = SGN_FORGETS_IN(0)};

sgn_var sgn_shrink(sgn_tape *t, sgn_var z, sgn_param theta, sgn_var r, int pass)
{
    if (sgn_tape_is_zero(t, z)) return z;
    const sgn_link *w = sgn_tape_param(t, theta);
    assert((w->rows == 1 || w->rows == sgn_tape_rows(t, z)) && w->cols == 1);
    assert(pass >= 0 && pass <= sgn_tape_rows(t, z));
    return sgn_tape_put(t, (sgn_node){.op = &shrink,
                                      .rows = sgn_tape_rows(t, z),
                                      .in = {z, r, SGN_NO_VAR},
                                      .p = theta,
                                      .count = pass,
                                      .aux_rows = SHRINK_AUX});
}

/* ---- keep_largest, keep_support, sign and clip: dz += dx where x followed z --------------------- */

static void keep_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat x = sgn_value_of(o, s), z = sgn_span_value(t, o->in[0], s);
    sgn_real *scratch = sgn_span_scratch(t, s), none = 0;
    for (int j = 0; j < s.count; j++) {
        sgn_real level =
            selection_level(sgn_mat_at(z, 0, j), &none, 0, 1, o->rows, o->count, scratch);
        for (int i = 0; i < o->rows; i++) {
            sgn_real v = *sgn_mat_at(z, i, j);
            *sgn_mat_at(x, i, j) = (v < 0 ? -v : v) < level ? 0 : v;
        }
    }
}

static void keep_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat x = sgn_value_of(o, s), g = sgn_grad_of(o, s), dz = sgn_span_grad(t, o->in[0], s);
    for (size_t i = 0, n = (size_t)g.rows * (size_t)g.cols; i < n; i++)
        dz.at[i] += x.at[i] != 0 ? g.at[i] : 0;
}

static sgn_effort keep_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t;
    return (sgn_effort){0, (SGN_SELECTING + 1) * o->rows};
}

static const sgn_operation keep_largest = {"keep largest",
                                           keep_forward,
                                           keep_backward,
                                           NULL,
                                           0,
                                           .effort = keep_effort,
                                           .forgets = SGN_FORGETS_IN(0)};

sgn_var sgn_keep_largest(sgn_tape *t, sgn_var z, int number)
{
    if (sgn_tape_is_zero(t, z)) return z;
    assert(number >= 1 && number <= sgn_tape_rows(t, z));
    return sgn_tape_put(t, (sgn_node){.op = &keep_largest,
                                      .rows = sgn_tape_rows(t, z),
                                      .in = {z, SGN_NO_VAR, SGN_NO_VAR},
                                      .p = SGN_NO_PARAM,
                                      .count = number});
}

static int is_zero_vector(const sgn_real *x, int n)
{
    for (int i = 0; i < n; i++)
        if (x[i] != 0) return 0;
    return 1;
}

static void support_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat out = sgn_value_of(o, s), x = sgn_span_value(t, o->in[1], s),
            z = sgn_span_value(t, o->in[0], s);
    keep_forward(t, o, s);  // what stays where x is zero
    for (int j = 0; j < s.count; j++) {
        const sgn_real *xj = sgn_mat_at(x, 0, j);
        if (is_zero_vector(xj, o->rows)) continue;
        for (int i = 0; i < o->rows; i++)
            *sgn_mat_at(out, i, j) = xj[i] != 0 ? *sgn_mat_at(z, i, j) : 0;
    }
}

static void support_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    if (sgn_span_grad(t, o->in[0], s).cols) keep_backward(t, o, s);
}

/* A comparison an entry; that x vanishes, and the largest are to be found, is the rare case. */
static sgn_effort compare_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t;
    return (sgn_effort){0, o->rows};
}

static const sgn_operation keep_support = {"keep support",
                                           support_forward,
                                           support_backward,
                                           NULL,
                                           0,
                                           .effort = compare_effort,
                                           .forgets = SGN_FORGETS_IN(0) | SGN_FORGETS_IN(1)};

sgn_var sgn_keep_support(sgn_tape *t, sgn_var z, sgn_var x, int number)
{
    if (sgn_tape_is_zero(t, z)) return z;
    if (sgn_tape_is_zero(t, x)) return sgn_keep_largest(t, z, number);
    assert(sgn_tape_rows(t, z) == sgn_tape_rows(t, x));
    return sgn_tape_put(t, (sgn_node){.op = &keep_support,
                                      .rows = sgn_tape_rows(t, z),
                                      .in = {z, x, SGN_NO_VAR},
                                      .p = SGN_NO_PARAM,
                                      .count = number});
}

/* Sums of equal terms that cancel leave rounding errors, whose sign means nothing. */
static void sign_column(sgn_real *x, const sgn_real *z, int n)
{
    const sgn_real rounding = (sgn_real)(sizeof(sgn_real) == sizeof(double) ? 1e-14 : 1e-6);
    sgn_real most = 0;
    for (int i = 0; i < n; i++) {
        sgn_real a = z[i] < 0 ? -z[i] : z[i];
        if (a > most) most = a;
    }
    for (int i = 0; i < n; i++)
        x[i] = (sgn_real)((z[i] > rounding * most) - (z[i] < -rounding * most));
}

static void sign_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat x = sgn_value_of(o, s), z = sgn_span_value(t, o->in[0], s);
    for (int j = 0; j < s.count; j++) sign_column(sgn_mat_at(x, 0, j), sgn_mat_at(z, 0, j), x.rows);
}

static void sign_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    (void)t, (void)o, (void)s;  // constant between its jumps
}

static const sgn_operation sign = {"sign",
                                   sign_forward,
                                   sign_backward,
                                   NULL,
                                   0,
                                   .effort = compare_effort,
                                   .forgets = SGN_FORGETS_ALL};

sgn_var sgn_sign(sgn_tape *t, sgn_var z)
{
    if (sgn_tape_is_zero(t, z)) return z;
    return sgn_tape_put(t, (sgn_node){.op = &sign,
                                      .rows = sgn_tape_rows(t, z),
                                      .in = {z, SGN_NO_VAR, SGN_NO_VAR},
                                      .p = SGN_NO_PARAM});
}

static void clip_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat x = sgn_value_of(o, s), z = sgn_span_value(t, o->in[0], s);
    for (size_t i = 0, n = (size_t)x.rows * (size_t)x.cols; i < n; i++)
        x.at[i] = (double)z.at[i] < o->a   ? (sgn_real)o->a
                  : (double)z.at[i] > o->b ? (sgn_real)o->b
                                           : z.at[i];
}

static void clip_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat x = sgn_value_of(o, s), g = sgn_grad_of(o, s), dz = sgn_span_grad(t, o->in[0], s);
    for (size_t i = 0, n = (size_t)g.rows * (size_t)g.cols; i < n; i++)
        dz.at[i] += (double)x.at[i] > o->a && (double)x.at[i] < o->b ? g.at[i] : 0;
}

static sgn_effort clip_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t;
    return (sgn_effort){0, o->rows * (!isinf(o->a) + !isinf(o->b))};
}

static const sgn_operation clip = {"clip",
                                   clip_forward,
                                   clip_backward,
                                   NULL,
                                   0,
                                   .effort = clip_effort,
                                   .forgets = SGN_FORGETS_IN(0)};

sgn_var sgn_clip(sgn_tape *t, sgn_var z, double least, double most)
{
    if (sgn_tape_is_zero(t, z) && least <= 0 && most >= 0) return z;
    assert(least < most && !sgn_tape_is_zero(t, z));
    return sgn_tape_put(t, (sgn_node){.op = &clip,
                                      .rows = sgn_tape_rows(t, z),
                                      .in = {z, SGN_NO_VAR, SGN_NO_VAR},
                                      .p = SGN_NO_PARAM,
                                      .a = least,
                                      .b = most});
}
