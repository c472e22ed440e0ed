#include "solvers/problem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* x_i ~ N(0, 1) with probability p, else 0.  The number of zeros before the next non-zero is
   geometric, floor(log u / log(1 - p)): one number per non-zero instead of one per entry. */
static int bernoulli_gaussian(sgn_rng *rng, double p, sgn_real *x, int n)
{
    double per_log = 1 / log1p(-p);  // p = 1: -0, no zeros at all
    int nonzeros = 0;
    memset(x, 0, (size_t)n * sizeof *x);
    for (double i = -1;; nonzeros++) {
        i += 1 + floor(log(sgn_rng_uniform(rng)) * per_log);
        if (i >= n) return nonzeros;
        x[(size_t)i] = (sgn_real)sgn_rng_normal(rng);
    }
}

/* The noise of a sample has a stream of its own, and each purpose another one. */
static sgn_rng noise_stream(uint64_t seed, sgn_rng_purpose purpose, uint32_t epoch, uint32_t sample)
{
    enum { PURPOSE_BITS = 8 };
    unsigned of_purpose = (unsigned)purpose << PURPOSE_BITS | SGN_RNG_NOISE;
    return sgn_rng_stream(seed, (sgn_rng_purpose)of_purpose, epoch, sample);
}

/* y += e, e ~ N(0, sigma^2 I) with sigma^2 = |y|^2 / (m 10^(snr / 10)). */
static void add_noise(sgn_rng rng, double snr_db, sgn_real *y, int m)
{
    double sigma = sqrt(sgn_dot(y, y, (size_t)m) / (m * pow(10, snr_db / 10)));
    for (int i = 0; i < m; i++) y[i] += (sgn_real)(sigma * sgn_rng_normal(&rng));
}

void sgn_problem_observe(const sgn_problem *q, uint64_t seed, sgn_rng_purpose purpose,
                         uint32_t epoch, uint32_t first, sgn_mat x, sgn_mat y)
{
    assert(x.cols == y.cols);
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, q->physics.A, x, 0, y);
    if (isinf(q->as.snr_db)) return;
    for (int j = 0; j < y.cols; j++)
        add_noise(noise_stream(seed, purpose, epoch, first + (uint32_t)j), q->as.snr_db,
                  sgn_mat_at(y, 0, j), y.rows);
}

void sgn_problem_draw(const sgn_problem *q, uint64_t seed, sgn_rng_purpose purpose, uint32_t epoch,
                      uint32_t first, sgn_mat x, sgn_mat y)
{
    for (int j = 0; j < x.cols; j++) {
        sgn_rng rng = sgn_rng_stream(seed, purpose, epoch, first + (uint32_t)j);
        while (!bernoulli_gaussian(&rng, q->as.sparsity, sgn_mat_at(x, 0, j), x.rows)) continue;
    }
    sgn_problem_observe(q, seed, purpose, epoch, first, x, y);
}
