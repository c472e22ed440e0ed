#include "unroll/estimator.h"

#include "core/vector.h"
#include "unroll/group.h"

#include <math.h>

static const double clip = 1.5;                  // latents beyond it learn no more
static const double softest = 1, hardest = 100;  // slopes of tanh, from the first to the last step
static const double pull = 1;                    // of prox, in the end, in steps of the optimiser
static const double stride = 25;                 // of prox

int sgn_estimator_is_hard(const sgn_group *g)
{
    return g->estimator == SGN_ESTIMATOR_IDENTITY || g->estimator == SGN_ESTIMATOR_CLIPPED ||
           g->progress >= 1;
}

double sgn_estimator_reach(const sgn_group *g, double size)
{
    return g->estimator == SGN_ESTIMATOR_CLIPPED ? clip * size : (double)INFINITY;
}

/* A matrix that is all zero has no size. */
static double per_size(double size) { return size > 0 ? 1 / size : 1; }

static sgn_real tanh_of(sgn_real u)
{
#ifdef SGN_DOUBLE
    return tanh(u);
#else
    return tanhf(u);
#endif
}

SGN_VECTOR static void hard_at(sgn_real most, const sgn_real *restrict v, sgn_real *restrict q,
                               sgn_real *restrict dq, size_t n)
{
    for (size_t i = 0; i < n; i++) q[i] = v[i] < 0 ? -1 : 1;
    for (size_t i = 0; dq && i < n; i++) dq[i] = v[i] >= -most && v[i] <= most;
}

static void tanh_at(sgn_real slope, const sgn_real *v, sgn_real *q, sgn_real *dq, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        q[i] = tanh_of(slope * v[i]);
        if (dq) dq[i] = slope * (1 - q[i] * q[i]);
    }
}

static void linear_at(sgn_real slope, const sgn_real *v, sgn_real *q, sgn_real *dq, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        q[i] = slope * v[i];
        if (dq) dq[i] = slope;
    }
}

void sgn_estimator_at(const sgn_group *g, double size, const sgn_real *v, sgn_real *q, sgn_real *dq,
                      size_t n)
{
    double beta = softest * pow(hardest / softest, g->progress);
    if (sgn_estimator_is_hard(g)) hard_at((sgn_real)sgn_estimator_reach(g, size), v, q, dq, n);
    else if (g->estimator == SGN_ESTIMATOR_TANH)
        tanh_at((sgn_real)(beta * per_size(size)), v, q, dq, n);
    else linear_at((sgn_real)per_size(size), v, q, dq, n);
}

SGN_VECTOR void sgn_estimator_prox(double size, double r, sgn_real *v, const uint8_t *on, size_t n)
{
    sgn_real one = (sgn_real)size, by = (sgn_real)(r * size);
    for (size_t i = 0; i < n; i++) {
        sgn_real magnitude = v[i] < 0 ? -v[i] : v[i], above = magnitude - one;
        sgn_real left = above < -by ? above + by : above > by ? above - by : 0;
        if (!on || on[i]) v[i] = v[i] < 0 ? -(one + left) : one + left;
    }
}

double sgn_estimator_stride(sgn_estimator e) { return e == SGN_ESTIMATOR_PROX ? stride : 1; }

void sgn_estimator_settle(const sgn_group *g, double step)
{
    if (g->estimator != SGN_ESTIMATOR_PROX) return;
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        for (int p = 0; w->trained && p < w->planes; p++)
            sgn_estimator_prox(w->size, pull * g->progress * step, sgn_plane(w, p, 0),
                               sgn_plane_on(w, p, 0), sgn_link_size(w));
    }
}
