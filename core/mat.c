#include "core/mat.h"

#include "core/lanczos.h"
#include "core/memory.h"
#include "core/product.h"
#include "core/vector.h"

#include <assert.h>
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#ifdef SGN_DOUBLE
#define gemm  cblas_dgemm
#define gemv  cblas_dgemv
#define posv  LAPACKE_dposv
#define potrf LAPACKE_dpotrf
#define potri LAPACKE_dpotri
#else
#define gemm  cblas_sgemm
#define gemv  cblas_sgemv
#define posv  LAPACKE_sposv
#define potrf LAPACKE_spotrf
#define potri LAPACKE_spotri
#endif

void sgn_mat_copy(sgn_mat from, sgn_mat to)
{
    assert(from.rows == to.rows && from.cols == to.cols);
    for (int j = 0; j < from.cols; j++)
        memcpy(sgn_mat_at(to, 0, j), sgn_mat_at(from, 0, j), (size_t)from.rows * sizeof *from.at);
}

void sgn_blas_init(void) { openblas_set_num_threads(1); }

const char *sgn_blas_core(void) { return openblas_get_corename(); }

static CBLAS_TRANSPOSE blas_op(sgn_op op) { return op == SGN_PLAIN ? CblasNoTrans : CblasTrans; }

static int fit(sgn_op opa, sgn_op opb, sgn_mat A, sgn_mat B, sgn_mat C)
{
    int inner = opa == SGN_PLAIN ? A.cols : A.rows;
    return C.rows == (opa == SGN_PLAIN ? A.rows : A.cols) &&
           C.cols == (opb == SGN_PLAIN ? B.cols : B.rows) &&
           inner == (opb == SGN_PLAIN ? B.rows : B.cols) && inner > 0;
}

/* A product with one column takes gemv: OpenBLAS's gemm needs five times as long for it. */
void sgn_blas_gemm(sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B, double beta,
                   sgn_mat C)
{
    assert(fit(opa, opb, A, B, C));
    if (C.rows == 0 || C.cols == 0) return;
    if (C.cols == 1)
        gemv(CblasColMajor, blas_op(opa), A.rows, A.cols, (sgn_real)alpha, A.at, A.ld, B.at,
             opb == SGN_PLAIN ? 1 : B.ld, (sgn_real)beta, C.at, 1);
    else
        gemm(CblasColMajor, blas_op(opa), blas_op(opb), C.rows, C.cols,
             opa == SGN_PLAIN ? A.cols : A.rows, (sgn_real)alpha, A.at, A.ld, B.at, B.ld,
             (sgn_real)beta, C.at, C.ld);
}

void sgn_gemm(sgn_op opa, sgn_op opb, double alpha, sgn_mat A, sgn_mat B, double beta, sgn_mat C)
{
    assert(fit(opa, opb, A, B, C));
    sgn_skip skip = C.rows > 0 && C.cols > 1 ? sgn_product_choose(opa, opb, A, B) : SGN_SKIP_NONE;
    if (skip == SGN_SKIP_NONE) sgn_blas_gemm(opa, opb, alpha, A, B, beta, C);
    else sgn_product(skip, opa, opb, alpha, A, B, beta, C);
}

int sgn_gemm_by_column(sgn_mat A, int cols) { return sgn_product_by_column(A, cols); }

/* Not BLAS: its order of summation depends on the machine.  Eight partial sums let the compiler use
   vector instructions and keep one fixed order. */
SGN_VECTOR double sgn_dot(const sgn_real *x, const sgn_real *y, size_t n)
{
    enum { PARTS = 8 };
    double part[PARTS] = {0};
    size_t i = 0;
    for (; i + PARTS <= n; i += PARTS)
        for (size_t k = 0; k < PARTS; k++) part[k] += (double)x[i + k] * (double)y[i + k];
    for (; i < n; i++) part[i % PARTS] += (double)x[i] * (double)y[i];
    return ((part[0] + part[1]) + (part[2] + part[3])) +
           ((part[4] + part[5]) + (part[6] + part[7]));
}

/* Each number is converted once, and four chains of sums need not wait for each other. */
SGN_VECTOR double sgn_sum_squares(const sgn_real *x, size_t n)
{
    enum { PARTS = 8, CHAINS = 4 };
    double part[CHAINS][PARTS] = {{0}};
    size_t i = 0;
    for (; i + CHAINS * PARTS <= n; i += CHAINS * PARTS)
#pragma GCC unroll 4
        for (size_t c = 0; c < CHAINS; c++)
            for (size_t k = 0; k < PARTS; k++) {
                double a = (double)x[i + c * PARTS + k];
                part[c][k] += a * a;
            }
    for (; i < n; i++) part[0][i % PARTS] += (double)x[i] * (double)x[i];
    double sum = 0;
    for (size_t k = 0; k < PARTS; k++) sum += (part[0][k] + part[1][k]) + (part[2][k] + part[3][k]);
    return sum;
}

double sgn_mat_sum_squares(sgn_mat a)
{
    double sum = 0;
    for (int j = 0; j < a.cols; j++) {
        const sgn_real *column = sgn_mat_at(a, 0, j);
        sum += sgn_sum_squares(column, (size_t)a.rows);
    }
    return sum;
}

int sgn_mat_finite(sgn_mat a)
{
    for (int j = 0; j < a.cols; j++)
        for (int i = 0; i < a.rows; i++)
            if (!isfinite(*sgn_mat_at(a, i, j))) return 0;
    return 1;
}

/* ---- in double, also where sgn_real is float ---- */

/* Packed, whatever the gaps between a's columns. */
static void widen(sgn_mat a, double *to)
{
    for (int j = 0; j < a.cols; j++)
        for (int i = 0; i < a.rows; i++) *to++ = (double)*sgn_mat_at(a, i, j);
}

static void narrow(const double *from, sgn_mat a)
{
    for (int j = 0; j < a.cols; j++)
        for (int i = 0; i < a.rows; i++) *sgn_mat_at(a, i, j) = (sgn_real)*from++;
}

/* The largest eigenvalue of the smaller of D D' and D'D, which have the same non-zero ones.
   D (m, n) has no gaps; gram has room for min(m, n)^2 and eigenvalue for min(m, n) numbers. */
static sgn_status gram_norm(const double *D, int m, int n, double *gram, double *eigenvalue,
                            double *out)
{
    int k = m < n ? m : n;
    cblas_dsyrk(CblasColMajor, CblasLower, m < n ? CblasNoTrans : CblasTrans, k, m < n ? n : m, 1,
                D, m, 0, gram, k);
    int fault = LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'L', k, gram, k, eigenvalue);
    if (fault == LAPACK_WORK_MEMORY_ERROR) return sgn_fail(SGN_EMEM, "out of memory");
    if (fault)
        return sgn_fail(SGN_EDATA,
                        "the norm of a %d x %d matrix cannot be computed: its values "
                        "are too large",
                        m, n);
    *out = eigenvalue[k - 1];
    return SGN_OK;
}

enum { MOST_EIGENVALUES = 3000 };  // that are all computed to know the largest

/* In double also where sgn_real is float: step sizes are made from it. */
sgn_status sgn_lipschitz(sgn_mat A, double *out)
{
    size_t m = (size_t)A.rows, n = (size_t)A.cols, k = m < n ? m : n;
    assert(k > 0);
    if (!sgn_mat_finite(A))
        return sgn_fail(SGN_EDATA, "the %zu x %zu matrix has a value that is not finite", m, n);
    if (k > MOST_EIGENVALUES) return sgn_lanczos_norm(A, out);
    double *D = sgn_alloc(m * n + k * k + k, sizeof *D);
    if (!D) return SGN_EMEM;
    widen(A, D);
    double *gram = D + m * n, *eigenvalue = gram + k * k;
    sgn_status s = gram_norm(D, A.rows, A.cols, gram, eigenvalue, out);
    sgn_free(D);
    return s;
}

sgn_status sgn_spd_solve(sgn_mat S, sgn_mat B)
{
    assert(S.rows == S.cols && B.rows == S.rows && S.rows > 0);
    int fault = posv(LAPACK_COL_MAJOR, 'L', S.rows, B.cols, S.at, S.ld, B.at, B.ld);
    if (fault)
        return sgn_fail(SGN_EDATA, "a %d x %d system is not positive definite", S.rows, S.cols);
    return SGN_OK;
}

sgn_status sgn_inverse_cholesky(sgn_mat S)
{
    assert(S.rows == S.cols && S.rows > 0);
    int n = S.rows, fault = potrf(LAPACK_COL_MAJOR, 'L', n, S.at, S.ld);
    if (!fault) fault = potri(LAPACK_COL_MAJOR, 'L', n, S.at, S.ld);
    if (!fault) fault = potrf(LAPACK_COL_MAJOR, 'L', n, S.at, S.ld);
    if (fault) return sgn_fail(SGN_EDATA, "a %d x %d matrix is not positive definite", n, n);
    return SGN_OK;
}

/* W' = (F F' + n lambda)^{-1} F Y': gram holds n lambda on its diagonal, Yt is Y' (n, q). */
static int primal_ridge(const double *F, const double *Yt, int k, int n, int q, double *gram,
                        double *Wt)
{
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, k, n, 1, F, k, 1, gram, k);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, k, q, n, 1, F, k, Yt, n, 0, Wt, k);
    return LAPACKE_dposv(LAPACK_COL_MAJOR, 'L', k, q, gram, k, Wt, k);
}

/* The same W' = F (F'F + n lambda)^{-1} Y', of smaller systems when n < k; Yt is overwritten. */
static int dual_ridge(const double *F, double *Yt, int k, int n, int q, double *gram, double *Wt)
{
    cblas_dsyrk(CblasColMajor, CblasLower, CblasTrans, n, k, 1, F, k, 1, gram, n);
    int fault = LAPACKE_dposv(LAPACK_COL_MAJOR, 'L', n, q, gram, n, Yt, n);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, k, q, n, 1, F, k, Yt, n, 0, Wt, k);
    return fault;
}

sgn_status sgn_ridge(sgn_mat F, sgn_mat Y, double lambda, sgn_mat W)
{
    size_t k = (size_t)F.rows, n = (size_t)F.cols, q = (size_t)Y.rows, least = k < n ? k : n;
    assert(Y.cols == F.cols && W.rows == Y.rows && W.cols == F.rows && least > 0 && q > 0);
    double *wide = sgn_alloc(k * n + n * q + least * least + k * q, sizeof *wide);
    if (!wide) return SGN_EMEM;
    double *Yt = wide + k * n, *gram = Yt + n * q, *Wt = gram + least * least;
    widen(F, wide);
    for (int j = 0; j < Y.cols; j++)
        for (int i = 0; i < Y.rows; i++)
            Yt[(size_t)j + (size_t)i * n] = (double)*sgn_mat_at(Y, i, j);
    for (size_t i = 0; i < least; i++) gram[i * (least + 1)] = (double)n * lambda;
    int fault = k <= n ? primal_ridge(wide, Yt, F.rows, F.cols, Y.rows, gram, Wt)
                       : dual_ridge(wide, Yt, F.rows, F.cols, Y.rows, gram, Wt);
    for (int i = 0; i < W.rows && !fault; i++)
        for (int j = 0; j < W.cols; j++)
            *sgn_mat_at(W, i, j) = (sgn_real)Wt[(size_t)j + (size_t)i * k];
    sgn_free(wide);
    if (!fault) return SGN_OK;
    return sgn_fail(SGN_EDATA,
                    "ridge regression of %d features on %d samples is singular: lambda is %g, "
                    "must be larger",
                    F.rows, F.cols, lambda);
}

sgn_status sgn_eigen(sgn_mat S, double *value)
{
    assert(S.rows == S.cols && S.rows > 0);
    if (!sgn_mat_finite(S))
        return sgn_fail(SGN_EDATA, "a symmetric %d x %d matrix has a value that is not finite",
                        S.rows, S.cols);
    double *wide = sgn_alloc((size_t)S.rows * (size_t)S.cols, sizeof *wide);
    if (!wide) return SGN_EMEM;
    widen(S, wide);
    int fault = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', S.rows, wide, S.rows, value);
    if (!fault) narrow(wide, S);
    sgn_free(wide);
    if (fault == LAPACK_WORK_MEMORY_ERROR) return sgn_fail(SGN_EMEM, "out of memory");
    if (fault)
        return sgn_fail(SGN_EDATA, "the eigenvalues of a %d x %d matrix cannot be computed", S.rows,
                        S.cols);
    return SGN_OK;
}
