#include "train/features_prediction.h"

#include "core/memory.h"

#include <assert.h>
#include <float.h>
#include <math.h>

/* The Gaussian that stands for the features. */
typedef struct {
    sgn_mat Omega, c;  // (k, k), (k, 1)
} equivalent;

static sgn_status make(equivalent *g, int k)
{
    g->Omega = sgn_mat_view(sgn_alloc((size_t)k * (size_t)k + (size_t)k, sizeof(sgn_real)), k, k);
    g->c = sgn_mat_view(g->Omega.at + (size_t)k * (size_t)k, k, 1);
    return g->Omega.at ? SGN_OK : SGN_EMEM;
}

static sgn_status of_inputs(equivalent *g, const sgn_real *theta, int d)
{
    SGN_TRY(make(g, d));
    for (int i = 0; i < d; i++) {
        *sgn_mat_at(g->Omega, i, i) = 1;
        g->c.at[i] = (sgn_real)((double)theta[i] / sqrt(d));
    }
    return SGN_OK;
}

/* Replaces *g by the equivalent of s(W phi / sqrt(k_l)) - mean. */
static sgn_status pass_layer(equivalent *g, sgn_mat W, sgn_moments m)
{
    equivalent next;
    sgn_mat product =
        sgn_mat_view(sgn_alloc((size_t)W.rows * (size_t)W.cols, sizeof(sgn_real)), W.rows, W.cols);
    sgn_status s = product.at ? make(&next, W.rows) : SGN_EMEM;
    if (s == SGN_OK) {
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, m.slope * m.slope / W.cols, W, g->Omega, 0, product);
        sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, product, W, 0, next.Omega);
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, m.slope / sqrt(W.cols), W, g->c, 0, next.c);
        for (int i = 0; i < W.rows; i++) *sgn_mat_at(next.Omega, i, i) += (sgn_real)m.rest2;
        sgn_free(g->Omega.at);
        *g = next;
    }
    sgn_free(product.at);
    return s;
}

/* Omega's eigenvalues (rank of them, the largest) and c in its eigenvectors. */
typedef struct {
    const double *value;
    const sgn_real *c;
    int rank;
} spectrum;

/* Largest root of g(kappa) = kappa - kappa tr Omega (Omega + kappa)^{-1} / n - lambda.  g is convex and
   g(lambda + tr Omega/n) >= 0, so from there Newton's method descends to that root. */
static double effective_ridge(spectrum s, int n, double lambda)
{
    double kappa = lambda, last = (double)INFINITY;
    for (int i = 0; i < s.rank; i++) kappa += s.value[i] / n;
    while (kappa < last) {
        double g = kappa - lambda, slope = 1;
        for (int i = 0; i < s.rank; i++) {
            double share = s.value[i] / (s.value[i] + kappa);
            g -= kappa * share / n;
            slope -= share * share / n;
        }
        last = kappa;
        kappa -= g / slope;
    }
    return last;
}

static double generalisation(spectrum s, double energy, int n, double lambda)
{
    double kappa = effective_ridge(s, n, lambda), error = energy, effective = 0;
    for (int i = 0; i < s.rank; i++) {
        double w = s.value[i], kept = w / (w + kappa), c = (double)s.c[i];
        error += c * c / w * ((1 - kept) * (1 - kept) - 1);
        effective += kept * kept / n;
    }
    return error / (1 - effective);
}

/* Omega^{-1} is taken on the range of Omega, whose borders rounding blurs: an eigenvalue below k eps of the
   largest is 0 (the rank of LAPACK's users).  That happens to linear activations alone. */
static sgn_status predict(const equivalent *g, double energy, int n, double lambda, double *out)
{
    int k = g->Omega.rows, zeros = 0;
    double eps = sizeof(sgn_real) == sizeof(float) ? (double)FLT_EPSILON : DBL_EPSILON;
    double *value = sgn_alloc((size_t)k, sizeof *value);
    sgn_real *c = sgn_alloc((size_t)k, sizeof *c);
    sgn_status s = value && c ? sgn_eigen(g->Omega, value) : SGN_EMEM;
    if (s == SGN_OK) {
        sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, g->Omega, g->c, 0, sgn_mat_view(c, k, 1));
        while (value[zeros] < k * eps * value[k - 1]) zeros++;
        *out = generalisation((spectrum){value + zeros, c + zeros, k - zeros}, energy, n, lambda);
    }
    sgn_free(value), sgn_free(c);
    return s;
}

sgn_status sgn_features_predict(const sgn_features *f, const sgn_real *theta, double noise, int n,
                                double lambda, double *out)
{
    assert(n > 0 && lambda > 0);
    equivalent g;
    SGN_TRY(of_inputs(&g, theta, f->d));
    double energy = noise + sgn_mat_sum_squares(g.c);  // E y^2
    sgn_status s = SGN_OK;
    for (int l = 0; l < f->layers && s == SGN_OK; l++) s = pass_layer(&g, f->W[l], f->moments[l]);
    if (s == SGN_OK) s = predict(&g, energy, n, lambda, out);
    sgn_free(g.Omega.at);
    return s;
}
