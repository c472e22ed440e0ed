#include "core/lanczos.h"

#include "core/memory.h"
#include "core/rng.h"
#include "core/vector.h"

#include <math.h>
#include <string.h>

enum { STEPS = 400, EVERY = 10 };  // at most; between looks at what was reached
static const double enough = 1e-8;

/* ---- vectors ------------------------------------------------------------------------------------- */

SGN_VECTOR static double dot(const double *x, const double *y, int n)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

SGN_VECTOR static void add(double by, const double *x, double *y, int n)
{
    for (int i = 0; i < n; i++) y[i] += by * x[i];
}

/* w += a a' v */
SGN_VECTOR static void add_column(const sgn_real *a, const double *v, double *w, int m)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < m; i++) sum += (double)a[i] * v[i];
    for (int i = 0; i < m; i++) w[i] += sum * (double)a[i];
}

/* ---- the tridiagonal matrix ---------------------------------------------------------------------- */

/* Whether an eigenvalue of the k x k matrix with this diagonal and these squares beside it is above x:
   a pivot of T - x is positive (Golub & Van Loan, 8.4). */
static int any_above(const double *diagonal, const double *square, int k, double x)
{
    double pivot = diagonal[0] - x;
    for (int i = 1; i < k && pivot <= 0; i++)
        pivot = diagonal[i] - x - (pivot < 0 ? square[i - 1] / pivot : -(double)INFINITY);
    return pivot > 0;
}

static double largest(const double *diagonal, const double *square, int k)
{
    double low = 0, high = 0;
    for (int i = 0; i < k; i++) {
        double beside = (i ? sqrt(square[i - 1]) : 0) + (i < k - 1 ? sqrt(square[i]) : 0);
        high = fmax(high, diagonal[i] + beside);
    }
    for (double middle; middle = low + (high - low) / 2, middle > low && middle < high;)
        if (any_above(diagonal, square, k, middle)) low = middle;
        else high = middle;
    return low;
}

/* ---- the iteration ------------------------------------------------------------------------------- */

static void begin(double *v, int m)
{
    sgn_rng rng = sgn_rng_stream(0, SGN_RNG_FREE, 0, 0);
    for (int i = 0; i < m; i++) v[i] = sgn_rng_normal(&rng);
    double norm = sqrt(dot(v, v, m));
    for (int i = 0; i < m; i++) v[i] /= norm;
}

/* v (m, k + 2) has k + 1 columns; adds one, what is new in A A' times the last.  Returns |new|^2. */
static double step(sgn_mat A, double *v, int k, double *diagonal)
{
    size_t m = (size_t)A.rows;
    double *last = v + (size_t)k * m, *next = last + m;
    memset(next, 0, m * sizeof *next);
    for (int j = 0; j < A.cols; j++) add_column(sgn_mat_at(A, 0, j), last, next, A.rows);
    *diagonal = dot(last, next, A.rows);
    for (int twice = 0; twice < 2; twice++)
        for (int i = k; i >= 0; i--) {
            const double *before = v + (size_t)i * m;
            add(-dot(before, next, A.rows), before, next, A.rows);
        }
    double square = dot(next, next, A.rows), scale = square > 0 ? 1 / sqrt(square) : 0;
    for (size_t i = 0; i < m; i++) next[i] *= scale;
    return square;
}

static double iterate(sgn_mat A, double *v)
{
    double diagonal[STEPS], square[STEPS], value = 0;
    int most = A.rows < STEPS ? A.rows : STEPS;
    begin(v, A.rows);
    for (int k = 0; k < most; k++) {
        square[k] = step(A, v, k, &diagonal[k]);
        int is_last = k + 1 == most || !(square[k] > enough * enough * diagonal[0]);
        if (!is_last && k % EVERY) continue;
        double before = value;
        value = largest(diagonal, square, k + 1);
        if (is_last || (k && value - before < enough * value)) break;
    }
    return value;
}

sgn_status sgn_lanczos_norm(sgn_mat A, double *out)
{
    double *v = sgn_alloc((size_t)A.rows * (STEPS + 1), sizeof *v);
    if (!v) return SGN_EMEM;
    *out = iterate(A, v);
    sgn_free(v);
    return SGN_OK;
}
