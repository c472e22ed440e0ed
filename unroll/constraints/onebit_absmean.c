/* onebit_absmean.c -- W = s M (.) sign(V),  s = mean |V| on M.
 *
 *     dV = s dW + M (.) sign(V) <dW, M (.) sign(V)> / |M|_0
 *
 * The first term is straight-through, the second the derivative of s.  XNOR-Net: Rastegari et al. 2016,
 * arXiv:1603.05279, eq. 6 (s is the least-squares scale of the signs) and sec. 3.1.
 */
#include "unroll/group.h"
#include "unroll/signs.h"

static void project(const sgn_group *g)
{
    sgn_group_mean_abs(g, 0, 1);
    sgn_signs_project(g);
}

static void add_derivative_of_scale(const sgn_group *g, int unit)
{
    sgn_real by = g->scale->dweight[unit] / (sgn_real)sgn_unit_links(g, unit, 0);
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const sgn_real *v = sgn_plane(r.w, 0, r.first);
        const uint8_t *on = sgn_plane_on(r.w, 0, r.first);
        sgn_real *dv = sgn_plane_grad(r.w, 0, r.first);
        for (size_t i = 0; i < r.count; i++)
            if (!on || on[i]) dv[i] += v[i] < 0 ? -by : by;
    }
}

static void pullback(const sgn_group *g)
{
    sgn_signs_pullback(g);
    for (int u = 0; u < g->units; u++) add_derivative_of_scale(g, u);
}

const sgn_constraint sgn_constraint_onebit_absmean = {
    .name = "onebit-absmean",
    .title = "one sign per link, scale the mean magnitude (XNOR-Net)",
    .cite = "Rastegari et al. 2016, arXiv:1603.05279",
    .scales = SGN_SCALES_COMPUTED,
    .density = 0.5,
    .start = sgn_group_copy_target,
    .project = project,
    .pullback = pullback,
    .code = sgn_signs_code,
    .level = sgn_signs_level,
    .value = sgn_signs_value,
    .set = sgn_signs_set,
    .settle = sgn_group_stretch_to_scale,
};
