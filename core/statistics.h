/* statistics.h -- of numbers that were measured: their quartiles, and the power law through points. */
#ifndef SGN_CORE_STATISTICS_H
#define SGN_CORE_STATISTICS_H

typedef struct {
    double low, median, high;  // a quarter, half, three quarters of the numbers are below
    int n;
} sgn_quartiles;

/* Of x[0 .. n-1], n >= 1, which is sorted.  Between two numbers they are interpolated (Hyndman & Fan
   1996, definition 7, doi:10.1080/00031305.1996.10473566). */
sgn_quartiles sgn_quartiles_of(double *x, int n);

/* (high - low) / median: a spread that has no unit. */
double sgn_quartiles_spread(const sgn_quartiles *q);

/* y = factor x^exponent */
typedef struct {
    double factor, exponent;
} sgn_power_law;

/* The line of least squares through the points' logarithms.  All x and y are positive and not all x are
   the same; NAN otherwise. */
sgn_power_law sgn_power_law_through(const double *x, const double *y, int n);

#endif
