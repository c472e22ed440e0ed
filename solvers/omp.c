/* omp.c -- orthogonal matching pursuit (Pati, Rezaiifar & Krishnaprasad 1993):
 *
 *     j <- argmax |a_j'r| / |a_j|,   S <- S + {j}
 *     x_S <- argmin |y - A_S x_S|,   r <- y - A_S x_S
 *
 * until |S| is the expected number of nonzeros or |r| <= tolerance |y|.  As Batch-OMP (Rubinstein,
 * Zibulevsky & Elad 2008, algorithm 1): the Cholesky factor of the support's Gram matrix,
 * L L' = A_S'A_S, gains a row per atom, and r itself is never formed:
 *
 *     L z = A_S'y,   L'x_S = z,   A'r = A'y - sum_S x_j A'a_j,   |r|^2 = |y|^2 - |z|^2
 *
 * The last difference cannot tell |r| from 0 below about 1e-8 |y|.
 */
#include "core/memory.h"
#include "core/vector.h"
#include "solvers/gram.h"
#include "unroll/solver.h"

#include <math.h>
#include <string.h>

/* A column whose part outside the span of the chosen ones is smaller (squared, relative) depends on
   them. */
static const double dependent = 1e-14;

typedef struct {
    sgn_gram gram;
    int n, most;            // columns, atoms at most
    double *norm;           // (n) |a_j|
    double *y, *aty, *atr;  // (m), (n) A'y, (n) A'r; 0 where j is chosen
    int *atom;              // (most) the support, in the order of choice
    const double **g;       // (most) their columns of A'A
    double *L, *z, *x;      // (most, most) by rows, (most), (most)
} pursuit;

static double dot(const double *a, const double *b, int n)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static double *row(const pursuit *p, int k) { return p->L + (size_t)k * (size_t)p->most; }

/* The column most like the residual; -1 when none has anything in common with it. */
static int best_atom(const pursuit *p)
{
    int best = -1;
    double most = 0;
    for (int j = 0; j < p->n; j++) {
        double likeness = p->norm[j] > 0 ? fabs(p->atr[j]) / p->norm[j] : 0;
        if (likeness > most) most = likeness, best = j;
    }
    return best;
}

/* Row k of L and z_k for the new atom; 0 when its column depends on those chosen. */
static int extend_factor(pursuit *p, int k)
{
    const double *g = p->g[k];
    double *w = row(p, k);
    for (int i = 0; i < k; i++) w[i] = (g[p->atom[i]] - dot(row(p, i), w, i)) / row(p, i)[i];
    double own = g[p->atom[k]], rest = own - dot(w, w, k);
    if (rest <= dependent * own) return 0;
    w[k] = sqrt(rest);
    p->z[k] = (p->aty[p->atom[k]] - dot(w, p->z, k)) / w[k];
    return 1;
}

/* L'x = z, from the last row up */
static void solve_back(pursuit *p, int size)
{
    memcpy(p->x, p->z, (size_t)size * sizeof *p->x);
    for (int i = size - 1; i >= 0; i--) {
        const double *w = row(p, i);
        p->x[i] /= w[i];
        for (int j = 0; j < i; j++) p->x[j] -= w[j] * p->x[i];
    }
}

SGN_VECTOR static void correlate_residual(const pursuit *p, int size)
{
    double *c = p->atr;
    memcpy(c, p->aty, (size_t)p->n * sizeof *c);
    for (int k = 0; k < size; k++) {
        const double *g = p->g[k], by = p->x[k];
        for (int j = 0; j < p->n; j++) c[j] -= by * g[j];
    }
    for (int k = 0; k < size; k++) c[p->atom[k]] = 0;
}

/* Finds the support of p->y and its coefficients p->x; returns its size. */
static sgn_status pursue(pursuit *p, double tolerance, int *size)
{
    double energy = dot(p->y, p->y, p->gram.A.rows), left = energy;
    sgn_correlate(p->gram.A, p->y, p->aty);
    correlate_residual(p, 0);
    int k = 0;
    while (k < p->most && left > tolerance * tolerance * energy) {
        if ((p->atom[k] = best_atom(p)) < 0) break;
        SGN_TRY(sgn_gram_column(&p->gram, p->atom[k], &p->g[k]));
        if (!extend_factor(p, k)) break;
        left -= p->z[k] * p->z[k];
        k++;
        solve_back(p, k);
        correlate_residual(p, k);
    }
    *size = k;
    return SGN_OK;
}

static sgn_status solve_all(pursuit *p, double tolerance, sgn_mat y, sgn_mat x, int *most)
{
    int size;
    for (int j = 0; j < y.cols; j++) {
        sgn_real *to = sgn_mat_at(x, 0, j);
        sgn_widen(sgn_mat_at(y, 0, j), p->y, y.rows);
        SGN_TRY(pursue(p, tolerance, &size));
        memset(to, 0, (size_t)x.rows * sizeof *to);
        for (int k = 0; k < size; k++) to[p->atom[k]] = (sgn_real)p->x[k];
        if (size > *most) *most = size;
    }
    return SGN_OK;
}

static void find_norms(pursuit *p)
{
    for (int j = 0; j < p->n; j++)
        p->norm[j] = sqrt(sgn_mat_sum_squares(sgn_mat_cols(p->gram.A, j, 1)));
}

static int expected_atoms(const sgn_physics *q, int iterations)
{
    int m = q->A.rows, n = q->A.cols;
    double atoms = fmax(round(q->sparsity * n), 0);
    return (int)fmin(fmin(atoms, iterations), m < n ? m : n);
}

static sgn_status solve(const sgn_physics *q, int iterations, double tolerance, sgn_mat y,
                        sgn_mat x, sgn_classical_info *info)
{
    size_t m = (size_t)q->A.rows, n = (size_t)q->A.cols;
    pursuit p = {.n = q->A.cols, .most = expected_atoms(q, iterations)};
    size_t most = (size_t)p.most;
    SGN_TRY(sgn_gram_init(&p.gram, q->A));
    double *room = sgn_alloc(m + 3 * n + most * (most + 2), sizeof *room);
    p.atom = sgn_alloc(most, sizeof *p.atom);
    p.g = sgn_alloc(most, sizeof *p.g);
    sgn_status status = room && p.atom && p.g ? SGN_OK : SGN_EMEM;
    if (status == SGN_OK) {
        p.y = room, p.norm = p.y + m, p.aty = p.norm + n, p.atr = p.aty + n;
        p.z = p.atr + n, p.x = p.z + most, p.L = p.x + most;
        find_norms(&p);
        info->iterations = 0;
        status = solve_all(&p, tolerance, y, x, &info->iterations);
    }
    sgn_free(room);
    sgn_free(p.atom);
    sgn_free(p.g);
    sgn_gram_release(&p.gram);
    return status;
}

const sgn_solver sgn_solver_omp = {
    .name = "omp",
    .title = "orthogonal matching pursuit, classical only",
    .cite = "Pati, Rezaiifar & Krishnaprasad 1993, doi:10.1109/ACSSC.1993.342465",
    .init = "adjoint",
    .solve = solve,
};
