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

/* The links that the gradient of plane p may reach: those on a support that stays; every one where it
   moves, for only so can a link come back. */
static inline const uint8_t *sgn_plane_mask(const sgn_link *w, int p, size_t first)
{
    return w->support[p] && w->support[p]->moves ? NULL : sgn_plane_on(w, p, first);
}

/* scale->weight[unit, p] = mean |v| over the unit's entries on the support of plane p, where v is
   the latents of plane p, or the weights.  0 where a unit has no link. */
void sgn_group_mean_abs(const sgn_group *g, int p, int of_latents);

#endif
