#include "unroll/ternary.h"

#include "core/vector.h"
#include "unroll/group.h"

SGN_VECTOR static void put(sgn_real *restrict w, sgn_real s, const sgn_real *restrict v,
                           sgn_real least, const uint8_t *restrict on, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sgn_real to = v[i] > least ? s : v[i] < -least ? -s : 0;
        w[i] = !on || on[i] ? to : 0;
    }
}

void sgn_ternary_put(const sgn_group *g, int unit)
{
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r))
        put(r.w->weight + r.first, g->scale->weight[unit], sgn_plane(r.w, 0, r.first),
            *sgn_group_aside(g, unit), sgn_plane_on(r.w, 0, r.first), r.count);
}

sgn_code sgn_ternary_code(const sgn_group *g, int plane)
{
    (void)g, (void)plane;
    return (sgn_code){.levels = 3, .stores_support = 0};
}

int sgn_ternary_level(const sgn_group *g, const sgn_link *w, int plane, size_t entry)
{
    sgn_real v = *sgn_plane(w, plane, entry), least = *sgn_group_aside(g, sgn_unit_of(g, w, entry));
    return 1 + (v > least) - (v < -least);
}

sgn_real sgn_ternary_value(const sgn_group *g, int unit, int plane, int level)
{
    (void)plane;
    return (sgn_real)(level - 1) * g->scale->weight[unit];
}

void sgn_ternary_set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level)
{
    *sgn_plane(w, plane, entry) = sgn_ternary_value(g, sgn_unit_of(g, w, entry), plane, level);
}
