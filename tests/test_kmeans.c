/* The values of a codebook: the optimum, not merely a good choice. */
#include "core/memory.h"
#include "core/rng.h"
#include "unroll/kmeans.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 10 };

static double error_of(const double *v, const double *f, size_t n, const double *centre, int k)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double least = (double)INFINITY;
        for (int j = 0; j < k; j++) least = fmin(least, (v[i] - centre[j]) * (v[i] - centre[j]));
        sum += (f ? f[i] : 1) * least;
    }
    return sum;
}

static void solve(const double *v, const double *f, size_t n, int k, double *centre)
{
    sgn_kmeans *m = sgn_alloc(1, sizeof *m);
    double least = v[0], most = v[0];
    for (size_t i = 0; i < n; i++) least = fmin(least, v[i]), most = fmax(most, v[i]);
    sgn_kmeans_begin(m, n, least, most);
    for (size_t i = 0; i < n; i++) sgn_kmeans_add(m, v[i], f ? f[i] : 1);
    sgn_kmeans_solve(m, k, centre);
    sgn_free(m);
}

/* ---- all partitions ------------------------------------------------------------------------------ */

static double error_of_interval(const double *v, const double *f, int first, int last)
{
    double weight = 0, sum = 0, error = 0;
    for (int i = first; i <= last; i++) weight += f[i], sum += f[i] * v[i];
    for (int i = first; i <= last; i++) error += f[i] * pow(v[i] - sum / weight, 2);
    return error;
}

/* The least error of sorted v[first .. n-1] cut into at most k intervals. */
static double least_error(const double *v, const double *f, int first, int n, int k)
{
    if (first == n) return 0;
    if (k == 0) return (double)INFINITY;
    double least = (double)INFINITY;
    for (int last = first; last < n; last++)
        least = fmin(least,
                     error_of_interval(v, f, first, last) + least_error(v, f, last + 1, n, k - 1));
    return least;
}

static int by_value(const void *a_, const void *b_)
{
    const double *a = a_, *b = b_;
    return (*a > *b) - (*a < *b);
}

/* `ties`: values are whole numbers, some of them the same. */
static void draw(double *v, double *f, int n, int weighted, int ties, uint32_t stream)
{
    sgn_rng rng = sgn_rng_stream(4, SGN_RNG_FREE, 0, stream);
    for (int i = 0; i < n; i++)
        v[i] = ties ? round(2 * sgn_rng_normal(&rng)) : sgn_rng_normal(&rng);
    for (int i = 0; i < n; i++) f[i] = weighted ? pow(sgn_rng_normal(&rng), 2) + 0.01 : 1;
    qsort(v, (size_t)n, sizeof *v, by_value);
}

static void expect_optimum(int weighted, int ties)
{
    double v[MOST], f[MOST], centre[4];
    for (int trial = 0; trial < 40; trial++)
        for (int k = 1; k <= 4; k++) {
            int n = 1 + trial % MOST;
            draw(v, f, n, weighted, ties, (uint32_t)trial);
            solve(v, f, (size_t)n, k, centre);
            double ours = error_of(v, f, (size_t)n, centre, k), best = least_error(v, f, 0, n, k);
            cr_expect_lt(fabs(ours - best), 1e-12, "%d points, %d values: %g, not %g", n, k, ours,
                         best);
        }
}

Test(kmeans, no_partition_is_better) { expect_optimum(0, 0); }
Test(kmeans, no_partition_is_better_by_weight) { expect_optimum(1, 0); }
Test(kmeans, no_partition_is_better_where_values_are_equal) { expect_optimum(1, 1); }

/* Lloyd's two steps until nothing moves, from evenly spaced values. */
static void alternate(const double *v, int n, double *centre, int k)
{
    for (int j = 0; j < k; j++) centre[j] = v[0] + (v[n - 1] - v[0]) * (j + 0.5) / k;
    for (int round = 0; round < 100; round++) {
        double sum[4] = {0}, count[4] = {0};
        for (int i = 0; i < n; i++) {
            int nearest = 0;
            for (int j = 1; j < k; j++)
                if (fabs(v[i] - centre[j]) < fabs(v[i] - centre[nearest])) nearest = j;
            sum[nearest] += v[i], count[nearest]++;
        }
        for (int j = 0; j < k; j++)
            if (count[j] > 0) centre[j] = sum[j] / count[j];
    }
}

/* What these tests would notice: the usual method stops at an optimum of its neighbourhood. */
Test(kmeans, alternation_is_not_enough)
{
    double v[MOST], f[MOST], centre[4];
    int worse = 0;
    for (int trial = 0; trial < 40; trial++) {
        draw(v, f, MOST, 0, 0, (uint32_t)trial);
        alternate(v, MOST, centre, 4);
        worse += error_of(v, f, MOST, centre, 4) > least_error(v, f, 0, MOST, 4) + 1e-9;
    }
    cr_expect_gt(worse, 4, "%d", worse);
}

Test(kmeans, weights_move_the_values)
{
    double v[] = {0, 1, 10}, f[] = {3, 1, 1}, even[1], weighted[1];
    solve(v, NULL, 3, 1, even);
    solve(v, f, 3, 1, weighted);
    cr_expect_float_eq(even[0], 11.0 / 3, 1e-12);
    cr_expect_float_eq(weighted[0], 11.0 / 5, 1e-12);
}

Test(kmeans, few_values_stand_for_themselves)
{
    double v[] = {-2, 5, -2, 5, 5}, none[] = {0, 0, 0, 0, 0}, centre[8];
    solve(v, NULL, 5, 8, centre);
    cr_expect_lt(error_of(v, NULL, 5, centre, 8), 1e-24);
    solve(v, none, 5, 8, centre);
    for (int j = 0; j < 8; j++) cr_expect_eq(centre[j], 0);
}

/* ---- many values ------------------------------------------------------------------------------- */

/* Merging costs little: the values meet the conditions of an optimum, each the mean of what is nearest. */
static double largest_move(const double *v, size_t n, const double *centre, int k)
{
    double sum[SGN_KMEANS_MOST] = {0}, count[SGN_KMEANS_MOST] = {0}, most = 0;
    for (size_t i = 0; i < n; i++) {
        int j = 0;
        while (j + 1 < k && v[i] > (centre[j] + centre[j + 1]) / 2) j++;
        sum[j] += v[i], count[j]++;
    }
    for (int j = 0; j < k; j++) most = fmax(most, fabs(sum[j] / count[j] - centre[j]));
    return most;
}

static double *normal_numbers(size_t n)
{
    double *v = sgn_alloc(n, sizeof *v);
    sgn_rng rng = sgn_rng_stream(5, SGN_RNG_FREE, 0, 0);
    for (size_t i = 0; i < n; i++) v[i] = sgn_rng_normal(&rng);
    return v;
}

/* Lloyd and Max: 16 values keep all but 0.009497 of a normal number's energy (Max 1960, table 1). */
Test(kmeans, sixteen_values_of_normal_numbers_are_those_of_max)
{
    size_t n = 200000;
    double *v = normal_numbers(n), centre[16], energy = 0;
    solve(v, NULL, n, 16, centre);
    for (size_t i = 0; i < n; i++) energy += v[i] * v[i];
    cr_expect_float_eq(error_of(v, NULL, n, centre, 16) / energy, 0.009497, 1e-4);
    cr_expect_lt(largest_move(v, n, centre, 16), 0.01);
    sgn_free(v);
}
