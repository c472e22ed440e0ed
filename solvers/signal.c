#include "solvers/problem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Row i, in every column and fold: normal numbers of which one entry's folds have variance 1. */
static void draw_row(sgn_rng *rng, sgn_mat x, int i, int folds)
{
    double deviation = 1 / sqrt(folds);
    for (int j = 0; j < x.cols; j++)
        for (int f = 0; f < folds; f++)
            *sgn_mat_at(x, i + f * (x.rows / folds), j) =
                (sgn_real)(deviation * sgn_rng_normal(rng));
}

/* x_i ~ N(0, 1) with probability p, else 0, in all columns alike.  The number of zeros before the
   next non-zero is geometric, floor(log u / log(1 - p)): one number per non-zero instead of one per
   entry. */
static int bernoulli_gaussian(sgn_rng *rng, double p, sgn_mat x, int folds)
{
    double per_log = 1 / log1p(-p);  // p = 1: -0, no zeros at all
    int nonzeros = 0, rows = x.rows / folds;
    for (int j = 0; j < x.cols; j++) memset(sgn_mat_at(x, 0, j), 0, (size_t)x.rows * sizeof *x.at);
    for (double i = -1;; nonzeros++) {
        i += 1 + floor(log(sgn_rng_uniform(rng)) * per_log);
        if (i >= rows) return nonzeros;
        draw_row(rng, x, (int)i, folds);
    }
}

/* The same values at exactly s entries: each is taken with probability (still wanted) / (still there),
   which makes all sets of s equally likely (Knuth, The Art of Computer Programming 2, 3.4.2, S). */
static void exactly_sparse(sgn_rng *rng, double p, sgn_mat x, int folds)
{
    int there = x.rows / folds, wanted = (int)fmax(round(p * there), 1);
    for (int j = 0; j < x.cols; j++) memset(sgn_mat_at(x, 0, j), 0, (size_t)x.rows * sizeof *x.at);
    for (int i = 0; wanted > 0; i++, there--) {
        if (!(sgn_rng_uniform(rng) * there < wanted)) continue;
        draw_row(rng, x, i, folds);
        wanted--;
    }
}

static void draw_sample(const sgn_problem *q, sgn_rng *rng, sgn_mat x)
{
    double p = q->as.sparsity;
    if (q->as.exact_sparsity) exactly_sparse(rng, p, x, q->physics.folds);
    else
        while (!bernoulli_gaussian(rng, p, x, q->physics.folds)) continue;
    if (q->physics.sign_only) sgn_unit_columns(x);
}

/* The noise of a sample has a stream of its own, and each purpose another one. */
static sgn_rng noise_stream(uint64_t seed, sgn_rng_purpose purpose, uint32_t epoch, uint32_t sample)
{
    enum { PURPOSE_BITS = 8 };
    unsigned of_purpose = (unsigned)purpose << PURPOSE_BITS | SGN_RNG_NOISE;
    return sgn_rng_stream(seed, (sgn_rng_purpose)of_purpose, epoch, sample);
}

/* y += e, e ~ N(0, sigma^2 I) with sigma^2 = |y|^2 / (m 10^(snr / 10)), for all columns y of a
   sample alike. */
static void add_noise(sgn_rng rng, double snr_db, sgn_mat y)
{
    double entries = (double)y.rows * y.cols;
    double sigma = sqrt(sgn_mat_sum_squares(y) / (entries * pow(10, snr_db / 10)));
    for (int j = 0; j < y.cols; j++)
        for (int i = 0; i < y.rows; i++)
            *sgn_mat_at(y, i, j) += (sgn_real)(sigma * sgn_rng_normal(&rng));
}

void sgn_take_signs(sgn_mat y)
{
    for (int j = 0; j < y.cols; j++)
        for (int i = 0; i < y.rows; i++) *sgn_mat_at(y, i, j) = *sgn_mat_at(y, i, j) < 0 ? -1 : 1;
}

void sgn_problem_observe(const sgn_problem *q, uint64_t seed, sgn_rng_purpose purpose,
                         uint32_t epoch, uint32_t first, sgn_mat x, sgn_mat y)
{
    assert(x.cols == y.cols && x.cols % q->physics.width == 0);
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, q->physics.A, x, 0, y);
    int width = q->physics.width;
    for (int j = 0; !isinf(q->as.snr_db) && j < y.cols / width; j++)
        add_noise(noise_stream(seed, purpose, epoch, first + (uint32_t)j), q->as.snr_db,
                  sgn_mat_cols(y, j * width, width));
    if (q->physics.sign_only) sgn_take_signs(y);
}

void sgn_problem_draw(const sgn_problem *q, uint64_t seed, sgn_rng_purpose purpose, uint32_t epoch,
                      uint32_t first, sgn_mat x, sgn_mat y)
{
    int width = q->physics.width;
    for (int j = 0; j < x.cols / width; j++) {
        sgn_rng rng = sgn_rng_stream(seed, purpose, epoch, first + (uint32_t)j);
        draw_sample(q, &rng, sgn_mat_cols(x, j * width, width));
    }
    sgn_problem_observe(q, seed, purpose, epoch, first, x, y);
}
