#include "solvers/lasso_measure.h"

#include "core/memory.h"

#include <math.h>

typedef struct {
    double primal, dual;
} bounds;

/* r = y - A x and c = A' r of one column are given. */
static bounds of_column(double lambda, sgn_mat y, sgn_mat x, sgn_mat r, sgn_mat c)
{
    double l1 = 0, steepest = 0, fit = 0, along = 0;
    for (int i = 0; i < x.rows; i++) {
        l1 += fabs((double)x.at[i]);
        steepest = fmax(steepest, fabs((double)c.at[i]));
    }
    for (int i = 0; i < y.rows; i++) {
        fit += (double)r.at[i] * (double)r.at[i];
        along += (double)r.at[i] * (double)y.at[i];
    }
    double s =
        steepest > lambda ? lambda / steepest : 1;  // u = s r; D(u) = s <r, y> - s^2 |r|^2 / 2
    return (bounds){fit / 2 + lambda * l1, s * along - s * s * fit / 2};
}

sgn_status sgn_lasso_measure(const sgn_physics *q, sgn_mat y, sgn_mat x, sgn_classical_info *info)
{
    int m = q->A.rows, n = q->A.cols;
    sgn_real *room = sgn_alloc((size_t)m + (size_t)n, sizeof *room);
    if (!room) return SGN_EMEM;
    sgn_mat r = sgn_mat_view(room, m, 1), c = sgn_mat_view(room + m, n, 1);
    info->objective = info->gap = 0;
    for (int j = 0; j < y.cols; j++) {
        sgn_mat yj = sgn_mat_cols(y, j, 1), xj = sgn_mat_cols(x, j, 1);
        sgn_mat_copy(yj, r);
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, -1, q->A, xj, 1, r);
        sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, q->A, r, 0, c);
        bounds b = of_column(q->lambda, yj, xj, r, c);
        info->objective += b.primal / y.cols;
        if (b.primal > 0) info->gap = fmax(info->gap, (b.primal - b.dual) / b.primal);
    }
    sgn_free(room);
    return SGN_OK;
}
