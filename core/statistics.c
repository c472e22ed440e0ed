#include "core/statistics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of sorted numbers, the one that a share of the others is below. */
static double quantile(const double *x, int n, double share)
{
    double place = share * (n - 1);
    int below = (int)place, above = below + 1 < n ? below + 1 : below;
    return x[below] + (place - below) * (x[above] - x[below]);
}

sgn_quartiles sgn_quartiles_of(double *x, int n)
{
    assert(n >= 1);
    qsort(x, (size_t)n, sizeof *x, ascending);
    return (sgn_quartiles){quantile(x, n, 0.25), quantile(x, n, 0.5), quantile(x, n, 0.75), n};
}

double sgn_quartiles_spread(const sgn_quartiles *q) { return (q->high - q->low) / q->median; }

sgn_power_law sgn_power_law_through(const double *x, const double *y, int n)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (int i = 0; i < n; i++) mean_x += log(x[i]) / n, mean_y += log(y[i]) / n;
    for (int i = 0; i < n; i++) {
        double from_mean = log(x[i]) - mean_x;
        xx += from_mean * from_mean;
        xy += from_mean * (log(y[i]) - mean_y);
    }
    return (sgn_power_law){exp(mean_y - xy / xx * mean_x), xy / xx};
}
