#include "io/rank.h"

#include <math.h>

static int usable(const double *x, const double *y, int i)
{
    return isfinite(x[i]) && isfinite(y[i]);
}

/* How far the rank of x[i] is above the mean rank: half the values below it less those above it. */
static double centred_rank(const double *x, const double *y, int n, int i)
{
    int below = 0, above = 0;
    for (int k = 0; k < n; k++) {
        if (!usable(x, y, k)) continue;
        below += x[k] < x[i];
        above += x[k] > x[i];
    }
    return (below - above) / 2.0;
}

double sgn_rank_correlation(const double *x, const double *y, int n, int *pairs)
{
    double xy = 0, xx = 0, yy = 0;
    *pairs = 0;
    for (int i = 0; i < n; i++) {
        if (!usable(x, y, i)) continue;
        double a = centred_rank(x, y, n, i), b = centred_rank(y, x, n, i);
        xy += a * b, xx += a * a, yy += b * b;
        ++*pairs;
    }
    return *pairs < 3 || xx * yy <= 0 ? (double)NAN : xy / sqrt(xx * yy);
}
