#include "unroll/uniform.h"

#include "core/vector.h"
#include "unroll/group.h"

#include <math.h>

typedef struct {
    sgn_real least, most;  // of q
} range;

static range range_of(const sgn_group *g)
{
    int half = 1 << (g->bits - 1);
    return (range){(sgn_real)-half, (sgn_real)(half - 1)};
}

/* gcc takes into the versions of an SGN_VECTOR function only what it must. */
#define INLINE static inline __attribute__((always_inline))

/* A NaN is clipped too. */
INLINE sgn_real clip(sgn_real x, range q)
{
    x = x > q.least ? x : q.least;
    return x < q.most ? x : q.most;
}

/* To the nearest whole number, by a cast that the processor does for several at once. */
INLINE sgn_real nearest(sgn_real x) { return (sgn_real)(int)(x + (sgn_real)(x < 0 ? -0.5 : 0.5)); }

INLINE sgn_real round_clipped(sgn_real x, range q) { return nearest(clip(x, q)); }

/* ---- start ------------------------------------------------------------------------------------- */

/* How well the latents of a unit are told by s q: the squared error, and what s would be best for these
   q, <V, q> / <q, q>. */
typedef struct {
    double error, best, norm;
} quality;

SGN_VECTOR static quality quality_at(const sgn_real *v, const uint8_t *on, const sgn_real *f,
                                     size_t n, sgn_real s, range q)
{
    double error = 0, along = 0, norm = 0;
#pragma omp simd reduction(+ : error, along, norm)
    for (size_t i = 0; i < n; i++) {
        double weight = (on ? on[i] : 1) * (double)(f ? f[i] : 1);
        double code = (double)round_clipped(v[i] / s, q), d = (double)v[i] - (double)s * code;
        error += weight * d * d;
        along += weight * (double)v[i] * code;
        norm += weight * code * code;
    }
    return (quality){error, along, norm};
}

static quality quality_of(const sgn_group *g, int unit, double s)
{
    quality sum = {0};
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        quality part =
            quality_at(sgn_plane(r.w, 0, r.first), sgn_plane_on(r.w, 0, r.first),
                       sgn_group_importance(g, r.w, r.first), r.count, (sgn_real)s, range_of(g));
        sum.error += part.error, sum.best += part.best, sum.norm += part.norm;
    }
    sum.best = sum.norm > 0 ? sum.best / sum.norm : s;
    return sum;
}

static double largest_of(const sgn_group *g, int unit)
{
    double most = 0;
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const sgn_real *v = sgn_plane(r.w, 0, r.first);
        const uint8_t *on = sgn_plane_on(r.w, 0, r.first);
        for (size_t i = 0; i < r.count; i++)
            if (!on || on[i]) most = fmax(most, fabs((double)v[i]));
    }
    return most;
}

/* The best of the paper's step and of STEPS more, up to the one that clips nothing; then step and codes are fitted to each other in turn. */
static double best_step(const sgn_group *g, int unit, double paper)
{
    enum { STEPS = 32, ROUNDS = 8 };
    double most = largest_of(g, unit) / (double)range_of(g).most, best = paper;
    quality reached = quality_of(g, unit, paper);
    for (int i = 1; i <= STEPS + ROUNDS; i++) {
        double s = i <= STEPS ? most * i / STEPS : reached.best;
        quality here = quality_of(g, unit, s);
        if (here.error < reached.error) reached = here, best = s;
    }
    return best;
}

void sgn_uniform_start(const sgn_group *g)
{
    double most = (double)range_of(g).most;
    sgn_group_mean_abs(g, 0, 1);
    for (int u = 0; u < g->units; u++) {
        double paper = 2 * (double)g->scale->weight[u] / sqrt(most);
        g->scale->weight[u] = (sgn_real)(paper > 0 ? best_step(g, u, paper) : 0);
    }
}

/* ---- project and pull back --------------------------------------------------------------------- */

SGN_VECTOR static void put(sgn_real *restrict w, sgn_real s, const sgn_real *restrict v,
                           const uint8_t *restrict on, size_t n, range q)
{
    for (size_t i = 0; i < n; i++) {
        sgn_real to = round_clipped(v[i] / s, q) * s;
        w[i] = !on || on[i] ? to : 0;
    }
}

void sgn_uniform_project(const sgn_group *g)
{
    for (int u = 0; u < g->units; u++)
        for (sgn_piece r = sgn_unit_first(g, u); r.count; r = sgn_unit_next(g, u, r))
            put(r.w->weight + r.first, g->scale->weight[u], sgn_plane(r.w, 0, r.first),
                sgn_plane_on(r.w, 0, r.first), r.count, range_of(g));
}

/* dv from dw, which may be the same, and this part of <dW, dW / ds>. */
SGN_VECTOR static double pull(sgn_real *dv, const sgn_real *dw, const sgn_real *v, sgn_real s,
                              const uint8_t *on, const uint8_t *mask, size_t n, range q)
{
    double ds = 0;
#pragma omp simd reduction(+ : ds)
    for (size_t i = 0; i < n; i++) {
        sgn_real x = v[i] / s, slope = dw[i], inside = x > q.least && x < q.most;
        sgn_real of_step = slope * (round_clipped(x, q) - inside * clip(x, q));
        ds += (double)(!on || on[i] ? of_step : 0);
        dv[i] = !mask || mask[i] ? inside * slope : 0;
    }
    return ds;
}

static void pull_unit(const sgn_group *g, int unit)
{
    double ds = 0, links = (double)sgn_unit_links(g, unit, 0), most = (double)range_of(g).most;
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r))
        ds +=
            pull(sgn_plane_grad(r.w, 0, r.first), r.w->dweight + r.first,
                 sgn_plane(r.w, 0, r.first), g->scale->weight[unit], sgn_plane_on(r.w, 0, r.first),
                 sgn_plane_mask(r.w, 0, r.first), r.count, range_of(g));
    g->scale->dweight[unit] = (sgn_real)(links > 0 ? ds / sqrt(links * most) : 0);
}

void sgn_uniform_pullback(const sgn_group *g)
{
    for (int u = 0; u < g->units; u++) pull_unit(g, u);
}

/* ---- codes ------------------------------------------------------------------------------------- */

sgn_code sgn_uniform_code(const sgn_group *g, int plane)
{
    (void)plane;
    return (sgn_code){.levels = 1 << g->bits, .stores_support = 1};
}

int sgn_uniform_level(const sgn_group *g, const sgn_link *w, int plane, size_t entry)
{
    range q = range_of(g);
    sgn_real s = g->scale->weight[sgn_unit_of(g, w, entry)];
    return (int)(round_clipped(*sgn_plane(w, plane, entry) / s, q) - q.least);
}

sgn_real sgn_uniform_value(const sgn_group *g, int unit, int plane, int level)
{
    (void)plane;
    return ((sgn_real)level + range_of(g).least) * g->scale->weight[unit];
}

void sgn_uniform_set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level)
{
    *sgn_plane(w, plane, entry) = sgn_uniform_value(g, sgn_unit_of(g, w, entry), plane, level);
}
