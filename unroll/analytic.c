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

void sgn_adjoint_weight(const sgn_physics *q, sgn_mat W)
{
    for (int i = 0; i < q->A.rows; i++)
        for (int j = 0; j < q->A.cols; j++)
            *sgn_mat_at(W, j, i) = (sgn_real)((double)*sgn_mat_at(q->A, i, j) / q->lipschitz);
}
