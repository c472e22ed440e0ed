/* group.h -- walking a group of link matrices, scale unit by scale unit.
 *
 * A stretch is a part of one column (or, where a unit covers the whole matrix, of the whole matrix)
 * whose entries lie next to each other in memory and share a scale:
 *
 *     for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r)) ...
 */
#ifndef SGN_UNROLL_GROUP_H
#define SGN_UNROLL_GROUP_H

#include "unroll/link.h"

typedef struct {
    size_t first, count;  // entries first .. first+count-1, column-major
    int unit;
} sgn_stretch;

sgn_stretch sgn_stretch_first(const sgn_group *g, const sgn_link *w);
sgn_stretch sgn_stretch_next(const sgn_group *g, const sgn_link *w,
                             sgn_stretch r);  // count 0 at the end
int sgn_unit_of(const sgn_group *g, const sgn_link *w, size_t entry);

/* The other way round, one unit's entries link after link, for what is summed over a unit:
 *
 *     for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) ...
 */
typedef struct {
    const sgn_link *w;
    size_t first, count;  // entries of w that lie next to each other
    int at;               // w is the group's link[at]
    int columns;          // of w that are still to come
} sgn_piece;

sgn_piece sgn_unit_piece(const sgn_group *g, int unit, int at);  // the first of link[at]
size_t sgn_unit_links(const sgn_group *g, int unit, int p);      // on the support of plane p

static inline sgn_piece sgn_unit_first(const sgn_group *g, int unit)
{
    return sgn_unit_piece(g, unit, 0);
}
static inline sgn_piece sgn_unit_next(const sgn_group *g, int unit,
                                      sgn_piece r)  // count 0 at the end
{
    if (r.columns == 0) return sgn_unit_piece(g, unit, r.at + 1);
    r.first += (size_t)r.w->rows;
    r.columns--;
    return r;
}

/* The latents, and the support bytes (NULL: all on), of plane p of w from entry `first` on. */
static inline sgn_real *sgn_plane(const sgn_link *w, int p, size_t first)
{
    return w->latent + (size_t)p * sgn_link_size(w) + first;
}
static inline sgn_real *sgn_plane_grad(const sgn_link *w, int p, size_t first)
{
    return w->dlatent + (size_t)p * sgn_link_size(w) + first;
}
static inline const uint8_t *sgn_plane_on(const sgn_link *w, int p, size_t first)
{
    return w->support[p] ? w->support[p]->on + first : NULL;
}
static inline int sgn_plane_has(const sgn_link *w, int p, size_t entry)
{
    return !w->support[p] || w->support[p]->on[entry];
}

/* The links that the gradient of plane p may reach: those on a support that stays; every one where it
   moves, for only so can a link come back. */
static inline const uint8_t *sgn_plane_mask(const sgn_link *w, int p, size_t first)
{
    return w->support[p] && w->support[p]->moves ? NULL : sgn_plane_on(w, p, first);
}

/* The importance of w's entries from `first` on; NULL: all alike. */
const sgn_real *sgn_group_importance(const sgn_group *g, const sgn_link *w, size_t first);

/* What many constraints are made of: V <- target; dV = dW on the mask; and the choice of plane p's
   support by the magnitude of the target, where it is still to be chosen. */
void sgn_group_copy_target(const sgn_group *g);
void sgn_group_pull_straight(const sgn_group *g);
void sgn_group_choose_support(const sgn_group *g, int p);

/* scale->weight[unit, p] = mean |v| over the unit's entries on the support of plane p, where v is
   the latents of plane p, or the weights: weighted with the importance where there is one.  0 where
   a unit has no link. */
void sgn_group_mean_abs(const sgn_group *g, int p, int of_latents);

/* The settle() of scales that are mean |V|: stretches the latents until their mean is the scale. */
void sgn_group_stretch_to_scale(const sgn_group *g);
void sgn_unit_stretch(const sgn_group *g, int unit, double by);  // the first plane's latents

/* One more real a unit, which no device stores: what project() found beside a computed scale, and
   level() needs.  (The latents of a computed scale are nobody's.) */
static inline sgn_real *sgn_group_aside(const sgn_group *g, int unit)
{
    return g->scale->latent + unit;
}

/* Strips the latents of all that project() does not see: projecting again gives the same weights. */
void sgn_group_quantise(const sgn_group *g, const sgn_constraint *c);

#endif
