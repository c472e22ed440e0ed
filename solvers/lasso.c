/* lasso.c -- the lasso by cyclic coordinate descent (Friedman, Hastie & Tibshirani 2010, sec. 2):
 *
 *     x_j <- shrink(c_j + h_jj x_j, lambda) / h_jj,     c = A'(y - A x), H = A'A
 *     c   <- c - d H_j                                  d: by how much x_j changed ("covariance updates")
 *
 * Sweeps run over a working set: the entries that are not zero and those that violate optimality
 * most, |c_j| > lambda, at most as many again (as in Massias, Gramfort & Salmon 2018, "Celer").
 * Sweeps crawl where lambda is small.  So after as many as a factorisation costs, S the nonzeros,
 *
 *     x_S <- x_S + t H_SS^{-1} (c_S - lambda sign x_S),     t <= 1: no sign may change
 *
 * which is exact once the signs are those of the solution (the feature-sign step of Lee, Battle,
 * Raina & Ng 2006).  c is computed anew between working sets, and the duality gap of solvers/lasso_measure.h, of all
 * entries, decides when to stop: P - D <= tolerance P.
 */
#include "core/memory.h"
#include "core/vector.h"
#include "solvers/gram.h"
#include "unroll/solver.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEAST_SET = 16,      // entries a working set may take in at once, at least
    SWEEPS_PER_STEP = 3  // size / 3 sweeps cost what a Cholesky factorisation costs
};

/* A working set is solved to this share of the whole problem's gap. */
static const double inner_share = 0.1;

typedef struct {
    double size;  // |c_j|
    int j;
} candidate;

typedef struct {
    sgn_gram gram;
    double lambda, tolerance;
    double energy;                // |y|^2
    double *y, *r;                // (m)
    double *x, *aty, *c;          // (n) estimate, A'y, A'r
    int *set, size;               // the working set's entries, ascending
    double *h, *xs, *aty_s, *cs;  // H (size, size), and x, A'y, c on the working set
    size_t room;                  // doubles at h
    candidate *violator;          // (n)
} descent;

/* ---- the duality gap ---- */

typedef struct {
    double primal, gap;
} quality;

/* rr = |r|^2, ry = <r, y>, l1 = |x|_1, steepest = |A'r|_inf */
static quality quality_of(double lambda, double rr, double ry, double l1, double steepest)
{
    double s = steepest > lambda ? lambda / steepest : 1;
    double primal = rr / 2 + lambda * l1;
    return (quality){primal, primal - (s * ry - s * s * rr / 2)};
}

static quality measure(descent *d)
{
    int m = d->gram.A.rows, n = d->gram.A.cols;
    double rr = 0, ry = 0, l1 = 0, steepest = 0;
    memcpy(d->r, d->y, (size_t)m * sizeof *d->r);
    for (int j = 0; j < n; j++)
        if (d->x[j] != 0) sgn_add_column(d->gram.A, j, -d->x[j], d->r);
    sgn_correlate(d->gram.A, d->r, d->c);
    for (int i = 0; i < m; i++) rr += d->r[i] * d->r[i], ry += d->r[i] * d->y[i];
    for (int j = 0; j < n; j++) l1 += fabs(d->x[j]), steepest = fmax(steepest, fabs(d->c[j]));
    return quality_of(d->lambda, rr, ry, l1, steepest);
}

/* Of the problem that has the working set's columns only, from what the sweeps keep up to date. */
static quality measure_set(const descent *d)
{
    double rr = d->energy, ry = rr, l1 = 0, steepest = 0;
    for (int i = 0; i < d->size; i++) {
        rr -= d->xs[i] * (d->aty_s[i] + d->cs[i]);
        ry -= d->xs[i] * d->aty_s[i];
        l1 += fabs(d->xs[i]);
        steepest = fmax(steepest, fabs(d->cs[i]));
    }
    return quality_of(d->lambda, fmax(rr, 0), ry, l1, steepest);
}

/* ---- the working set ---- */

static int largest_first(const void *a, const void *b)
{
    const candidate *p = a, *q = b;
    return p->size != q->size ? (p->size < q->size) - (p->size > q->size) : p->j - q->j;
}

static int ascending(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void choose_set(descent *d)
{
    int violators = 0;
    d->size = 0;
    for (int j = 0; j < d->gram.A.cols; j++)
        if (d->x[j] != 0) d->set[d->size++] = j;
        else if (fabs(d->c[j]) > d->lambda)
            d->violator[violators++] = (candidate){fabs(d->c[j]), j};
    int most = d->size < LEAST_SET ? LEAST_SET : d->size;
    qsort(d->violator, (size_t)violators, sizeof *d->violator, largest_first);
    for (int i = 0; i < violators && i < most; i++) d->set[d->size++] = d->violator[i].j;
    qsort(d->set, (size_t)d->size, sizeof *d->set, ascending);
}

static sgn_status reserve(descent *d, size_t doubles)
{
    if (doubles <= d->room) return SGN_OK;
    sgn_free(d->h);
    d->room = 0;
    d->h = sgn_alloc(2 * doubles, sizeof *d->h);
    if (!d->h) return SGN_EMEM;
    d->room = 2 * doubles;
    return SGN_OK;
}

static sgn_status gather_set(descent *d)
{
    size_t size = (size_t)d->size;
    const double *column;
    SGN_TRY(reserve(d, size * (size + 3)));
    d->xs = d->h + size * size, d->aty_s = d->xs + size, d->cs = d->aty_s + size;
    for (size_t i = 0; i < size; i++) {
        int j = d->set[i];
        SGN_TRY(sgn_gram_column(&d->gram, j, &column));
        for (size_t k = 0; k < size; k++) d->h[i * size + k] = column[d->set[k]];
        d->xs[i] = d->x[j], d->aty_s[i] = d->aty[j], d->cs[i] = d->c[j];
    }
    return SGN_OK;
}

/* c -= by h */
static inline void change(double *restrict c, const double *restrict h, double by, int size)
{
    for (int k = 0; k < size; k++) c[k] -= by * h[k];
}

/* One pass over the working set; returns the largest change of A x by one entry, squared. */
SGN_VECTOR static double sweep(const descent *d)
{
    double largest = 0, *restrict c = d->cs, *x = d->xs, lambda = d->lambda;
    int size = d->size;
    for (int i = 0; i < size; i++) {
        const double *restrict h = d->h + (size_t)i * (size_t)size;
        if (h[i] == 0) continue;
        double z = c[i] + h[i] * x[i], over = fabs(z) - lambda;
        double next = over > 0 ? (z < 0 ? -over : over) / h[i] : 0, by = next - x[i];
        if (by == 0) continue;
        x[i] = next;
        change(c, h, by, size);
        if (by * by * h[i] > largest) largest = by * by * h[i];
    }
    return largest;
}

/* The right-hand side and matrix of the feature-sign step; face: which of the set are not 0. */
static int gather_face(const descent *d, int *face, sgn_mat S, sgn_mat p)
{
    int k = 0;
    for (int i = 0; i < d->size; i++)
        if (d->xs[i] != 0) face[k++] = i;
    for (int j = 0; j < k; j++) {
        const double *h = d->h + (size_t)face[j] * (size_t)d->size;
        for (int i = j; i < k; i++) *sgn_mat_at(S, i, j) = (sgn_real)h[face[i]];
        p.at[j] = (sgn_real)(d->cs[face[j]] - copysign(d->lambda, d->xs[face[j]]));
    }
    return k;
}

/* As far as the first entry that would change its sign, which becomes 0. */
static void move_on_face(const descent *d, const int *face, sgn_mat p)
{
    double t = 1;
    int first = -1;
    for (int k = 0; k < p.rows; k++) {
        double x = d->xs[face[k]], by = (double)p.at[k];
        if (x * (x + t * by) < 0) t = -x / by, first = k;
    }
    for (int k = 0; k < p.rows; k++) {
        int i = face[k];
        double by = k == first ? -d->xs[i] : t * (double)p.at[k];
        d->xs[i] += by;
        change(d->cs, d->h + (size_t)i * (size_t)d->size, by, d->size);
    }
}

/* Nothing moves where the columns of the nonzeros depend on one another. */
static sgn_status feature_sign_step(const descent *d)
{
    size_t size = (size_t)d->size;
    sgn_real *room = sgn_alloc(size * (size + 1), sizeof *room);
    int *face = sgn_alloc(size, sizeof *face);
    sgn_status status = room && face ? SGN_OK : SGN_EMEM;
    if (status == SGN_OK) {
        sgn_mat S = sgn_mat_view(room, d->size, d->size),
                p = sgn_mat_view(room + size * size, d->size, 1);
        S.rows = S.cols = p.rows = gather_face(d, face, S, p);
        if (p.rows > 0 && sgn_spd_solve(S, p) == SGN_OK) move_on_face(d, face, p);
    }
    sgn_free(room);
    sgn_free(face);
    return status;
}

/* Sweeps until the working set's gap is `target` or nothing moves but by rounding; *moved: whether
   anything did. */
static sgn_status solve_set(descent *d, double target, int *sweeps, int *moved)
{
    double rounding = DBL_EPSILON * DBL_EPSILON * d->energy, largest = (double)INFINITY;
    choose_set(d);
    SGN_TRY(gather_set(d));
    *moved = 0;
    for (int since = 1; *sweeps > 0 && largest > rounding; since++) {
        largest = sweep(d);
        *sweeps -= 1;
        *moved |= largest > rounding;
        if (measure_set(d).gap <= target) break;
        if (since % (d->size / SWEEPS_PER_STEP + 1) == 0) SGN_TRY(feature_sign_step(d));
    }
    for (int i = 0; i < d->size; i++) d->x[d->set[i]] = d->xs[i];
    return SGN_OK;
}

/* ---- one signal, all signals ---- */

/* From d->x; uses up `*sweeps`. */
static sgn_status descend(descent *d, int *sweeps)
{
    int moved = 1;
    d->energy = 0;
    for (int i = 0; i < d->gram.A.rows; i++) d->energy += d->y[i] * d->y[i];
    sgn_correlate(d->gram.A, d->y, d->aty);
    for (;;) {
        quality now = measure(d);
        double target = d->tolerance * now.primal;
        if (now.gap <= target || *sweeps == 0 || !moved) return SGN_OK;
        SGN_TRY(solve_set(d, fmax(inner_share * now.gap, target / 2), sweeps, &moved));
    }
}

static sgn_status solve_all(descent *d, int iterations, sgn_mat y, sgn_mat x, int *most)
{
    for (int j = 0; j < y.cols; j++) {
        sgn_real *at = sgn_mat_at(x, 0, j);
        int sweeps = iterations;
        sgn_widen(sgn_mat_at(y, 0, j), d->y, y.rows);
        sgn_widen(at, d->x, x.rows);
        SGN_TRY(descend(d, &sweeps));
        for (int i = 0; i < x.rows; i++) at[i] = (sgn_real)d->x[i];
        if (iterations - sweeps > *most) *most = iterations - sweeps;
    }
    return SGN_OK;
}

static sgn_status solve(const sgn_physics *q, int iterations, double tolerance, sgn_mat y,
                        sgn_mat x, sgn_classical_info *info)
{
    size_t m = (size_t)q->A.rows, n = (size_t)q->A.cols;
    descent d = {.lambda = q->lambda, .tolerance = tolerance};
    SGN_TRY(sgn_gram_init(&d.gram, q->A));
    double *room = sgn_alloc(2 * m + 3 * n, sizeof *room);
    d.set = sgn_alloc(n, sizeof *d.set);
    d.violator = sgn_alloc(n, sizeof *d.violator);
    sgn_status status = room && d.set && d.violator ? SGN_OK : SGN_EMEM;
    if (status == SGN_OK) {
        d.y = room, d.r = d.y + m, d.x = d.r + m, d.aty = d.x + n, d.c = d.aty + n;
        info->iterations = 0;
        status = solve_all(&d, iterations, y, x, &info->iterations);
    }
    sgn_free(room);
    sgn_free(d.set);
    sgn_free(d.violator);
    sgn_free(d.h);
    sgn_gram_release(&d.gram);
    return status;
}

const sgn_solver sgn_solver_lasso = {
    .name = "lasso",
    .title = "the lasso by coordinate descent to a duality gap, classical only",
    .cite = "Friedman, Hastie & Tibshirani 2010, doi:10.18637/jss.v033.i01",
    .lasso = 1,
    .init = "adjoint",
    .solve = solve,
};
