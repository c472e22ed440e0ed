/* ternary.h -- three values a unit, shared by the constraints that differ in s and in what is off:
 *
 *     W = s T,    T = sign(V) where |V| > least, else 0
 *
 * s is the unit's scale, computed by project(), and `least` stands beside it (sgn_group_aside).  A link
 * whose code is 0 is off; the code says so itself, so no support is stored.
 */
#ifndef SGN_UNROLL_TERNARY_H
#define SGN_UNROLL_TERNARY_H

#include "unroll/link.h"

/* W of a unit whose s and least are set. */
void sgn_ternary_put(const sgn_group *g, int unit);

/* Code 0 is -s, 1 is off, 2 is +s. */
sgn_code sgn_ternary_code(const sgn_group *g, int plane);
int sgn_ternary_level(const sgn_group *g, const sgn_link *w, int plane, size_t entry);
sgn_real sgn_ternary_value(const sgn_group *g, int unit, int plane, int level);
void sgn_ternary_set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level);

#endif
