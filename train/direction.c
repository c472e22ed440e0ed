#include "train/direction.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

typedef struct {
    double error, angle;  // of the scaled estimate, relative to |x*|^2; as a share of pi
} deviation;

/* |x - x*|^2 = 2 (1 - cos) for vectors of length 1 */
static deviation deviation_of(double along, double length)
{
    if (!(length > 0)) return (deviation){1, 0.5};
    double cosine = fmin(fmax(along / length, -1), 1);
    return (deviation){2 * (1 - cosine), acos(cosine) / pi};
}

sgn_direction sgn_direction_of(sgn_mat x, sgn_mat truth)
{
    double errors = 0, sizes = 0, angles = 0;
    size_t n = (size_t)x.rows;
    for (int j = 0; j < x.cols; j++) {
        const sgn_real *at = sgn_mat_at(x, 0, j), *to = sgn_mat_at(truth, 0, j);
        double size = sgn_dot(to, to, n);
        deviation d = deviation_of(sgn_dot(at, to, n), sqrt(sgn_dot(at, at, n) * size));
        errors += d.error * size;
        sizes += size;
        angles += d.angle;
    }
    return (sgn_direction){10 * log10(fmax(errors / fmax(sizes, 1e-300), 1e-300)), angles / x.cols};
}
