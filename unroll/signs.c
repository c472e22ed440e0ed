#include "unroll/signs.h"

#include "core/vector.h"
#include "unroll/estimator.h"
#include "unroll/group.h"

#include <math.h>
#include <string.h>

enum { PIECE = 256 };  // latents whose estimates fit into a function's own memory

static sgn_real *scales_of(const sgn_group *g, int p) { return g->scale->weight + p * g->units; }

int sgn_signs_in(const sgn_constraint *c) { return c->project == sgn_signs_project; }

/* ---- start ---------------------------------------------------------------------------------- */

static void copy_residual_to_latents(const sgn_link *w, int p)
{
    memcpy(sgn_plane(w, p, 0), w->weight, sgn_link_size(w) * sizeof *w->weight);
}

static void subtract_plane(const sgn_group *g, const sgn_link *w, int p)
{
    for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r)) {
        sgn_real s = scales_of(g, p)[r.unit], *residual = w->weight + r.first;
        const uint8_t *on = sgn_plane_on(w, p, r.first);
        for (size_t i = 0; i < r.count; i++)
            if (!on || on[i]) residual[i] -= residual[i] < 0 ? -s : s;
    }
}

static void set_rms(sgn_real *v, size_t n, double rms)
{
    double now = sqrt(sgn_dot(v, v, n) / (double)n);
    for (size_t i = 0; now > 0 && i < n; i++) v[i] = (sgn_real)((double)v[i] * rms / now);
}

void sgn_signs_start(const sgn_group *g)
{
    for (int p = 0; p < g->link[0]->planes; p++) {
        sgn_group_choose_support(g, p);
        sgn_group_mean_abs(g, p, 0);
        for (int k = 0; k < g->n; k++) {
            copy_residual_to_latents(g->link[k], p);
            subtract_plane(g, g->link[k], p);
            set_rms(sgn_plane(g->link[k], p, 0), sgn_link_size(g->link[k]), g->link[k]->size);
        }
    }
}

/* ---- project and pull back -------------------------------------------------------------------- */

/* w = s sign(v) on the support and 0 off it, added to w when `adds`.  An absent link is +0, never -0:
   the fingerprint of the weights sees the difference. */
SGN_VECTOR static void put_signs(sgn_real *restrict w, int adds, sgn_real s,
                                 const sgn_real *restrict v, const uint8_t *restrict on, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sgn_real signed_scale = v[i] < 0 ? -s : s, before = adds ? w[i] : 0;
        w[i] = before + (!on || on[i] ? signed_scale : 0);
    }
}

/* The same for signs that are estimated. */
static void put_estimates(const sgn_group *g, const sgn_link *w, int p, sgn_stretch r)
{
    sgn_real q[PIECE], s = scales_of(g, p)[r.unit];
    for (size_t at = r.first, end = r.first + r.count; at < end; at += PIECE) {
        size_t n = end - at < PIECE ? end - at : PIECE;
        const uint8_t *on = sgn_plane_on(w, p, at);
        sgn_estimator_at(g, w->size, sgn_plane(w, p, at), q, NULL, n);
        for (size_t i = 0; i < n; i++)
            w->weight[at + i] = (p > 0 ? w->weight[at + i] : 0) + (!on || on[i] ? s * q[i] : 0);
    }
}

/* Where every row has a scale of its own a stretch is a single entry.  Whole columns are quicker, each
   with the scales of its rows. */
static int has_row_scales(const sgn_group *g) { return g->units > 1 && g->rowspan == 1; }

static size_t first_unit(const sgn_group *g, int column)
{
    return (size_t)g->unitrows * (size_t)(column / g->colspan);
}

SGN_VECTOR static void put_signs_by_row(sgn_real *restrict w, int adds, const sgn_real *restrict s,
                                        const sgn_real *restrict v, const uint8_t *restrict on,
                                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sgn_real signed_scale = v[i] < 0 ? -s[i] : s[i], before = adds ? w[i] : 0;
        w[i] = before + (!on || on[i] ? signed_scale : 0);
    }
}

static void project_by_row(const sgn_group *g, const sgn_link *w, int p)
{
    for (int j = 0; j < w->cols; j++) {
        size_t at = (size_t)j * (size_t)w->rows;
        put_signs_by_row(w->weight + at, p > 0, scales_of(g, p) + first_unit(g, j),
                         sgn_plane(w, p, at), sgn_plane_on(w, p, at), (size_t)w->rows);
    }
}

static void project_by_stretch(const sgn_group *g, const sgn_link *w, int p)
{
    int hard = sgn_estimator_is_hard(g);
    for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r))
        if (!hard) put_estimates(g, w, p, r);
        else
            put_signs(w->weight + r.first, p > 0, scales_of(g, p)[r.unit], sgn_plane(w, p, r.first),
                      sgn_plane_on(w, p, r.first), r.count);
}

void sgn_signs_project(const sgn_group *g)
{
    int by_row = sgn_estimator_is_hard(g) && has_row_scales(g);
    for (int k = 0; k < g->n; k++)
        for (int p = 0; p < g->link[k]->planes; p++)
            (by_row ? project_by_row : project_by_stretch)(g, g->link[k], p);
}

static sgn_real magnitude(sgn_real v) { return v < 0 ? -v : v; }

/* on and mask are known where this is inlined: a loop that asks for them is not made of vectors. */
static inline __attribute__((always_inline)) sgn_real pull_chunk(
    sgn_real *dv, sgn_real s, sgn_real reach, const sgn_real *dw, const sgn_real *restrict v,
    const uint8_t *restrict on, const uint8_t *restrict mask, size_t n)
{
    sgn_real ds = 0;
#pragma omp simd reduction(+ : ds)
    for (size_t i = 0; i < n; i++) {
        sgn_real g = dw[i], along = v[i] < 0 ? -g : g, pulled = magnitude(v[i]) > reach ? 0 : s * g;
        ds += on ? along * (sgn_real)on[i] : along;
        dv[i] = mask ? pulled * (sgn_real)mask[i] : pulled;
    }
    return ds;
}

/* dv = s dw on the mask, which is NULL where `on` is, if |v| <= reach, and 0 elsewhere; dv may be dw.
   Returns <dw, M sign(v)>, in single precision inside a chunk and double across. */
SGN_VECTOR static double pull_hard(sgn_real *dv, sgn_real s, sgn_real reach, const sgn_real *dw,
                                   const sgn_real *v, const uint8_t *on, const uint8_t *mask,
                                   size_t n)
{
    enum { CHUNK = 1024 };
    double ds = 0;
    for (size_t c = 0; c < n; c += CHUNK) {
        size_t count = n - c < CHUNK ? n - c : CHUNK;
        sgn_real part;
        if (!on) part = pull_chunk(dv + c, s, reach, dw + c, v + c, NULL, NULL, count);
        else if (!mask) part = pull_chunk(dv + c, s, reach, dw + c, v + c, on + c, NULL, count);
        else part = pull_chunk(dv + c, s, reach, dw + c, v + c, on + c, mask + c, count);
        ds += (double)part;
    }
    return ds;
}

/* dv = s dq dw on the mask, and <dw, q> on the support, in single precision */
SGN_VECTOR static sgn_real pull_piece(sgn_real *dv, sgn_real s, const sgn_real *dw,
                                      const sgn_real *restrict q, const sgn_real *restrict dq,
                                      const uint8_t *restrict on, const uint8_t *restrict mask,
                                      size_t n)
{
    sgn_real ds = 0;
#pragma omp simd reduction(+ : ds)
    for (size_t i = 0; i < n; i++) {
        sgn_real g = dw[i];
        ds += !on || on[i] ? g * q[i] : 0;
        dv[i] = !mask || mask[i] ? s * dq[i] * g : 0;
    }
    return ds;
}

static double pull_estimated(const sgn_group *g, const sgn_link *w, int p, sgn_stretch r)
{
    sgn_real q[PIECE], dq[PIECE], s = scales_of(g, p)[r.unit];
    double ds = 0;
    for (size_t at = r.first, end = r.first + r.count; at < end; at += PIECE) {
        size_t n = end - at < PIECE ? end - at : PIECE;
        sgn_estimator_at(g, w->size, sgn_plane(w, p, at), q, dq, n);
        ds += (double)pull_piece(sgn_plane_grad(w, p, at), s, w->dweight + at, q, dq,
                                 sgn_plane_on(w, p, at), sgn_plane_mask(w, p, at), n);
    }
    return ds;
}

/* dV and ds of a column whose rows have scales s of their own. */
SGN_VECTOR static void pull_column(sgn_real *dv, sgn_real *restrict ds, const sgn_real *restrict s,
                                   sgn_real reach, const sgn_real *dw, const sgn_real *restrict v,
                                   const uint8_t *restrict on, const uint8_t *restrict mask,
                                   size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sgn_real g = dw[i], along = v[i] < 0 ? -g : g;
        ds[i] += !on || on[i] ? along : 0;
        dv[i] = (mask && !mask[i]) || magnitude(v[i]) > reach ? 0 : s[i] * g;
    }
}

static void pull_by_row(const sgn_group *g, const sgn_link *w, int p)
{
    sgn_real reach = (sgn_real)sgn_estimator_reach(g, w->size);
    for (int j = 0; j < w->cols; j++) {
        size_t at = (size_t)j * (size_t)w->rows, unit = first_unit(g, j);
        pull_column(sgn_plane_grad(w, p, at), g->scale->dweight + p * g->units + unit,
                    scales_of(g, p) + unit, reach, w->dweight + at, sgn_plane(w, p, at),
                    sgn_plane_on(w, p, at), sgn_plane_mask(w, p, at), (size_t)w->rows);
    }
}

/* dV and ds of a stretch; with one plane dlatent is dweight itself: each entry is read before it is
   written. */
static double pull_stretch(const sgn_group *g, const sgn_link *w, int p, sgn_stretch r)
{
    if (!sgn_estimator_is_hard(g)) return pull_estimated(g, w, p, r);
    return pull_hard(sgn_plane_grad(w, p, r.first), scales_of(g, p)[r.unit],
                     (sgn_real)sgn_estimator_reach(g, w->size), w->dweight + r.first,
                     sgn_plane(w, p, r.first), sgn_plane_on(w, p, r.first),
                     sgn_plane_mask(w, p, r.first), r.count);
}

static void pull_by_stretch(const sgn_group *g, const sgn_link *w, int p)
{
    for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r))
        g->scale->dweight[p * g->units + r.unit] += (sgn_real)pull_stretch(g, w, p, r);
}

void sgn_signs_pullback(const sgn_group *g)
{
    int by_row = sgn_estimator_is_hard(g) && has_row_scales(g);
    memset(g->scale->dweight, 0, sgn_link_size(g->scale) * sizeof *g->scale->dweight);
    for (int k = 0; k < g->n; k++)
        for (int p = 0; p < g->link[k]->planes; p++)
            (by_row ? pull_by_row : pull_by_stretch)(g, g->link[k], p);
}

double sgn_signs_pull_part(const sgn_group *g, const sgn_link *w, size_t first, size_t n)
{
    return pull_stretch(g, w, 0, (sgn_stretch){first, n, 0});
}

/* ---- codes ------------------------------------------------------------------------------------ */

sgn_code sgn_signs_code(const sgn_group *g, int plane)
{
    (void)g, (void)plane;
    return (sgn_code){.levels = 2, .stores_support = 1};
}

int sgn_signs_level(const sgn_group *g, const sgn_link *w, int plane, size_t entry)
{
    (void)g;
    return !(*sgn_plane(w, plane, entry) < 0);
}

sgn_real sgn_signs_value(const sgn_group *g, int unit, int plane, int level)
{
    sgn_real s = scales_of(g, plane)[unit];
    return level ? s : -s;
}

void sgn_signs_set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level)
{
    (void)g;
    *sgn_plane(w, plane, entry) = (sgn_real)(level ? w->size : -w->size);
}
