#include "unroll/analytic.h"

#include "core/memory.h"

#include <math.h>
#include <string.h>

static const double ridge = 1e-3;

/* P (m, n) = (A A' + ridge I)^{-1} A; S (m, m) is room. */
static sgn_status ridge_solve(sgn_mat A, sgn_mat S, sgn_mat P)
{
    for (int j = 0; j < A.cols; j++)
        memcpy(sgn_mat_at(P, 0, j), sgn_mat_at(A, 0, j), (size_t)A.rows * sizeof *A.at);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, A, A, 0, S);
    for (int i = 0; i < S.rows; i++) *sgn_mat_at(S, i, i) += (sgn_real)ridge;
    return sgn_spd_solve(S, P);
}

/* ---- the closed form -------------------------------------------------------------------------- */

sgn_status sgn_analytic_weight(const sgn_physics *q, sgn_mat W)
{
    int m = q->A.rows, n = q->A.cols;
    sgn_real *room = sgn_alloc((size_t)m * (size_t)(m + n), sizeof *room);
    if (!room) return SGN_EMEM;
    sgn_mat S = sgn_mat_view(room, m, m), P = sgn_mat_view(room + (size_t)m * (size_t)m, m, n);
    sgn_status status = ridge_solve(q->A, S, P);
    for (int j = 0; !status && j < n; j++) {
        const sgn_real *p = sgn_mat_at(P, 0, j);
        double along = sgn_dot(p, sgn_mat_at(q->A, 0, j), (size_t)m);
        for (int i = 0; i < m; i++)
            *sgn_mat_at(W, j, i) = (sgn_real)(along > 0 ? (double)p[i] / along : 0);
    }
    sgn_free(room);
    return status;
}

/* ---- least coherence --------------------------------------------------------------------------
 *
 * Row w of W has coherences g = A'w without its own entry.  max |g| is smoothed to
 * f(w) = mu log sum_i exp(|g_i| / mu) and minimised by accelerated gradient steps in the metric of
 * A A', where mu f has unit curvature at most, each followed by the projection onto w a = 1:
 *
 *     w <- z - mu P f'(g),     w <- w + (1 - w a) p / (p' a),     z <- w + beta_k (w - w_before)
 *
 * while mu falls (Nesterov 2005, smooth minimization of non-smooth functions).  Of all steps the row
 * with the least max |g| is kept; the first is the closed form.
 */
enum { ROWS = 64, STEPS = 200 };
static const double first_smoothing = 0.1, last_smoothing = 0.015;  // mu over the first max |g|

typedef struct {
    sgn_mat A, P;                // (m, n)
    sgn_mat w, before, z, best;  // (m, ROWS): rows of W, standing
    sgn_mat g;                   // (n, ROWS)
    double start[ROWS], least[ROWS];
} search;

static void set_along(sgn_real *w, const sgn_real *a, const sgn_real *p, size_t m)
{
    double along = sgn_dot(p, a, m), by = along > 0 ? (1 - sgn_dot(w, a, m)) / along : 0;
    for (size_t i = 0; i < m; i++) w[i] += (sgn_real)(by * (double)p[i]);
}

static double largest(const sgn_real *g, int n)
{
    double most = 0;
    for (int i = 0; i < n; i++) most = fmax(most, fabs((double)g[i]));
    return most;
}

/* g <- mu f'(g); `most` is max |g|. */
static void soft_max_gradient(sgn_real *g, int n, double most, double mu)
{
    double sum = 0;
    for (int i = 0; i < n && most > 0; i++) {
        double e = exp((fabs((double)g[i]) - most) / mu);
        sum += e;
        g[i] = (sgn_real)copysign(e, (double)g[i]);
    }
    for (int i = 0; i < n && most > 0; i++) g[i] *= (sgn_real)(mu / sum);
}

/* The gradients at z, rows first ... of W; rows that are the best so far are kept. */
static void look_around(search *o, int first, int step)
{
    double smoothing =
        first_smoothing * pow(last_smoothing / first_smoothing, step / (STEPS - 1.0));
    sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, o->A, o->z, 0, o->g);
    for (int j = 0; j < o->g.cols; j++) {
        sgn_real *g = sgn_mat_at(o->g, 0, j);
        g[first + j] = 0;
        double most = largest(g, o->g.rows);
        if (step == 0) o->start[j] = most;
        if (step == 0 || most < o->least[j]) {
            o->least[j] = most;
            sgn_mat_copy(sgn_mat_cols(o->z, j, 1), sgn_mat_cols(o->best, j, 1));
        }
        soft_max_gradient(g, o->g.rows, most, smoothing * o->start[j]);
        g[first + j] = 0;
    }
}

static void advance(search *o, int first, double beta)
{
    sgn_mat_copy(o->w, o->before);
    sgn_mat_copy(o->z, o->w);
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, o->P, o->g, 1, o->w);
    for (int j = 0; j < o->w.cols; j++)
        set_along(sgn_mat_at(o->w, 0, j), sgn_mat_at(o->A, 0, first + j),
                  sgn_mat_at(o->P, 0, first + j), (size_t)o->w.rows);
    for (size_t i = 0; i < (size_t)o->w.rows * (size_t)o->w.cols; i++)
        o->z.at[i] = o->w.at[i] + (sgn_real)beta * (o->w.at[i] - o->before.at[i]);
}

static void search_rows(search *o, int first, sgn_mat W)
{
    double t = 1;
    memset(o->z.at, 0, (size_t)o->z.rows * (size_t)o->z.cols * sizeof *o->z.at);
    for (int j = 0; j < o->z.cols; j++)
        set_along(sgn_mat_at(o->z, 0, j), sgn_mat_at(o->A, 0, first + j),
                  sgn_mat_at(o->P, 0, first + j), (size_t)o->z.rows);
    sgn_mat_copy(o->z, o->w);
    for (int k = 0; k < STEPS; k++) {
        double next = (1 + sqrt(1 + 4 * t * t)) / 2;
        look_around(o, first, k);
        advance(o, first, (t - 1) / next);
        t = next;
    }
    for (int j = 0; j < o->best.cols; j++)
        for (int i = 0; i < o->best.rows; i++)
            *sgn_mat_at(W, first + j, i) = *sgn_mat_at(o->best, i, j);
}

/* The views for `rows` rows, one after the other in `room`. */
static search search_in(sgn_real *room, sgn_mat A, sgn_mat P, int rows)
{
    size_t size = (size_t)A.rows * (size_t)rows;
    return (search){.A = A,
                    .P = P,
                    .w = sgn_mat_view(room, A.rows, rows),
                    .before = sgn_mat_view(room + size, A.rows, rows),
                    .z = sgn_mat_view(room + 2 * size, A.rows, rows),
                    .best = sgn_mat_view(room + 3 * size, A.rows, rows),
                    .g = sgn_mat_view(room + 4 * size, A.cols, rows)};
}

sgn_status sgn_coherence_weight(const sgn_physics *q, sgn_mat W)
{
    int m = q->A.rows, n = q->A.cols;
    size_t solve = (size_t)m * (size_t)m, ends = solve + (size_t)m * (size_t)n;
    sgn_real *room = sgn_alloc(ends + ROWS * (size_t)(4 * m + n), sizeof *room);
    if (!room) return SGN_EMEM;
    sgn_mat S = sgn_mat_view(room, m, m), P = sgn_mat_view(room + solve, m, n);
    sgn_status status = ridge_solve(q->A, S, P);
    for (int first = 0; !status && first < n; first += ROWS) {
        search o = search_in(room + ends, q->A, P, n - first < ROWS ? n - first : ROWS);
        search_rows(&o, first, W);
    }
    sgn_free(room);
    return status;
}

/* ---- the adjoint ------------------------------------------------------------------------------ */

void sgn_adjoint_weight(const sgn_physics *q, sgn_mat W)
{
    for (int i = 0; i < q->A.rows; i++)
        for (int j = 0; j < q->A.cols; j++)
            *sgn_mat_at(W, j, i) = (sgn_real)((double)*sgn_mat_at(q->A, i, j) / q->lipschitz);
}
