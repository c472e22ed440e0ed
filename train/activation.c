#include "train/activation.h"

#include "train/gaussian_mean.h"

#include <math.h>

double sgn_activate(sgn_activation s, double h)
{
    switch (s) {
    case SGN_ACTIVATION_TANH: return tanh(h);
    case SGN_ACTIVATION_RELU: return h > 0 ? h : 0;
    case SGN_ACTIVATION_ERF: return erf(h);
    case SGN_ACTIVATION_SIGN: return h < 0 ? -1 : 1;
    case SGN_ACTIVATION_LINEAR: return h;
    }
    return (double)NAN;
}

typedef struct {
    sgn_activation s;
    double deviation, mean;
} integrand;

static double value(double z, const void *context)
{
    const integrand *f = context;
    return sgn_activate(f->s, f->deviation * z);
}

static double square(double z, const void *context)
{
    double v = value(z, context) - ((const integrand *)context)->mean;
    return v * v;
}

static double times_z(double z, const void *context) { return z * value(z, context); }

sgn_moments sgn_activation_moments(sgn_activation s, double r)
{
    integrand f = {.s = s, .deviation = sqrt(r)};
    sgn_moments m = {.mean = sgn_gaussian_mean(value, &f)};
    f.mean = m.mean;
    m.variance = sgn_gaussian_mean(square, &f);
    m.slope = sgn_gaussian_mean(times_z, &f) / f.deviation;
    m.rest2 = fmax(m.variance - r * m.slope * m.slope, 0);
    return m;
}
