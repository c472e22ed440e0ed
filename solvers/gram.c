#include "solvers/gram.h"

#include "core/memory.h"
#include "core/vector.h"

/* Four columns at a time: their sums do not wait for one another. */
SGN_VECTOR void sgn_correlate(sgn_mat A, const double *r, double *c)
{
    enum { TOGETHER = 4 };
    int j = 0;
    for (; j + TOGETHER <= A.cols; j += TOGETHER) {
        const sgn_real *a0 = sgn_mat_at(A, 0, j), *a1 = a0 + A.ld, *a2 = a1 + A.ld, *a3 = a2 + A.ld;
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
        for (int i = 0; i < A.rows; i++) {
            s0 += (double)a0[i] * r[i];
            s1 += (double)a1[i] * r[i];
            s2 += (double)a2[i] * r[i];
            s3 += (double)a3[i] * r[i];
        }
        c[j] = s0, c[j + 1] = s1, c[j + 2] = s2, c[j + 3] = s3;
    }
    for (; j < A.cols; j++) {
        const sgn_real *a = sgn_mat_at(A, 0, j);
        double s = 0;
#pragma omp simd reduction(+ : s)
        for (int i = 0; i < A.rows; i++) s += (double)a[i] * r[i];
        c[j] = s;
    }
}

SGN_VECTOR void sgn_add_column(sgn_mat A, int j, double by, double *r)
{
    const sgn_real *a = sgn_mat_at(A, 0, j);
    for (int i = 0; i < A.rows; i++) r[i] += by * (double)a[i];
}

void sgn_widen(const sgn_real *from, double *to, int n)
{
    for (int i = 0; i < n; i++) to[i] = (double)from[i];
}

sgn_status sgn_gram_init(sgn_gram *g, sgn_mat A)
{
    *g = (sgn_gram){.A = A,
                    .column = sgn_alloc((size_t)A.cols, sizeof *g->column),
                    .wide = sgn_alloc((size_t)A.rows, sizeof *g->wide)};
    if (g->column && g->wide) return SGN_OK;
    sgn_gram_release(g);
    return SGN_EMEM;
}

void sgn_gram_release(sgn_gram *g)
{
    for (int j = 0; g->column && j < g->A.cols; j++) sgn_free(g->column[j]);
    sgn_free(g->column);
    sgn_free(g->wide);
    *g = (sgn_gram){0};
}

sgn_status sgn_gram_column(sgn_gram *g, int j, const double **out)
{
    if (!g->column[j]) {
        double *column = sgn_alloc((size_t)g->A.cols, sizeof *column);
        if (!column) return SGN_EMEM;
        sgn_widen(sgn_mat_at(g->A, 0, j), g->wide, g->A.rows);
        sgn_correlate(g->A, g->wide, column);
        g->column[j] = column;
    }
    *out = g->column[j];
    return SGN_OK;
}
