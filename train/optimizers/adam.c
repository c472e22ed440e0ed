/* adam.c -- Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1):
 *
 *     m <- b1 m + (1 - b1) g,   u <- b2 u + (1 - b2) g^2
 *     v <- v - lr (m / (1 - b1^t)) / (sqrt(u / (1 - b2^t)) + eps)
 */
#include "core/vector.h"
#include "train/optimizer.h"

#include <math.h>

static const double b1 = 0.9, b2 = 0.999, eps = 1e-8;

/* Less than that is 0.  Beside eps it moves nothing, but it would decay to subnormal numbers and stay there:
   0.9 of the least of them rounds to itself, and processors take a hundred times as long over them.  So a
   link whose gradient is 0, off an estimator's reach for instance, would make every step slow. */
static const double least_gradient = 1e-17, least_m = 1e-30, least_u = 1e-36;

typedef struct {
    sgn_real b1, b2, shrink, rate, correction, eps, least_gradient, least_m, least_u;
} constants;

/* NaN stays NaN. */
static inline sgn_real flushed(sgn_real a, sgn_real least)
{
    return a < least && a > -least ? 0 : a;
}

SGN_VECTOR static void run(constants c, sgn_real *restrict v, const sgn_real *restrict g,
                           sgn_real *restrict m, sgn_real *restrict u, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sgn_real d = flushed(g[i] * c.shrink, c.least_gradient);
        m[i] = flushed(c.b1 * m[i] + (1 - c.b1) * d, c.least_m);
        u[i] = flushed(c.b2 * u[i] + (1 - c.b2) * d * d, c.least_u);
#ifdef SGN_DOUBLE
        v[i] -= c.rate * m[i] / (sqrt(u[i] * c.correction) + c.eps);
#else
        v[i] -= c.rate * m[i] / (sqrtf(u[i] * c.correction) + c.eps);
#endif
    }
}

static void step(const sgn_update *s, sgn_real *v, const sgn_real *g, sgn_real *const *moment,
                 size_t n)
{
    constants c = {
        .b1 = (sgn_real)b1,
        .b2 = (sgn_real)b2,
        .shrink = (sgn_real)s->shrink,
        .rate = (sgn_real)(s->lr / (1 - pow(b1, s->t))),
        .correction = (sgn_real)(1 / (1 - pow(b2, s->t))),
        .eps = (sgn_real)eps,
        .least_gradient = (sgn_real)least_gradient,
        .least_m = (sgn_real)least_m,
        .least_u = (sgn_real)least_u,
    };
    run(c, v, g, moment[0], moment[1], n);
}

const sgn_optimizer sgn_optimizer_adam = {
    .name = "adam",
    .title = "adaptive moments",
    .cite = "Kingma & Ba 2015, arXiv:1412.6980",
    .moments = 2,
    .step = step,
};
