/* stored.h -- the bits in which a device holds one matrix.
 *
 * A plane of a link matrix is held as the codes of its links and, where these do not say it themselves
 * and neither problem nor configuration does, the places of the links.  docs/maths.md, section 9.
 */
#ifndef SGN_UNROLL_STORED_H
#define SGN_UNROLL_STORED_H

#include "unroll/net.h"

enum { SGN_REAL_BITS = 32 };  // of a number on a device, whatever the precision of this build

/* Planes that make up the weight of w at present: a stand-in for the constraint has one. */
int sgn_stored_planes(const sgn_net *net, const sgn_link *w);

/* Whether a link is there to be multiplied by: on the support, and its code does not say that it is off. */
int sgn_stored_is_on(const sgn_net_group *g, const sgn_link *w, int plane, size_t entry);

/* Links of a plane that have a code in memory. */
size_t sgn_stored_codes(const sgn_net_group *g, const sgn_link *w, int plane);

double sgn_stored_code_bits(const sgn_net_group *g, const sgn_link *w, int plane);

/* The support that is held beside the codes of a plane; NULL: none is. */
const sgn_support *sgn_stored_support(const sgn_net_group *g, const sgn_link *w, int plane);

/* Whether any plane of any matrix has s beside its codes; layers that share a support hold it once. */
int sgn_stored_in(const sgn_net *net, const sgn_support *s);

/* Real links that are not learned are computed from A: they count as physics. */
int sgn_stored_as_physics(const sgn_net *net, const sgn_link *w);

/* A itself: its entries or, where they are -c, 0 and +c, the signs and the places of its nonzeros, in as
   few bits as these can take. */
double sgn_stored_matrix_bits(const sgn_physics *q);
size_t sgn_nonzeros(sgn_mat A);

#endif
