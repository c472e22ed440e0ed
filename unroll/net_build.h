/* net_build.h -- inside the network: the steps of building one.  For unroll/net*.c only.
 *
 *   declare    the table of parameters, a row for each thing a layer can learn
 *   record     the iterations onto a tape; rows no operation uses are then dropped
 *   form       groups that share scales, their scale rows, the supports
 *   lay out    one slab for latents, weights and gradients
 *   start      initial values, projected
 */
#ifndef SGN_UNROLL_NET_BUILD_H
#define SGN_UNROLL_NET_BUILD_H

#include "unroll/iteration.h"
#include "unroll/net.h"

struct sgn_net_memory {
    sgn_layer *layer;  // (depth) which parameter each slot of each layer is
    sgn_iteration iteration;
    int *moved;         // (parameters declared) where dropping unused ones moved each
    sgn_link **member;  // what the groups point into
    sgn_real *latent;   // all latents, in the table's order
    size_t nlatents;
    sgn_real *weight, *dweight, *dlatent;  // dlatent: of sums of planes only
    sgn_real *scratch, *score;             // (longest link matrix)
    size_t longest;
    sgn_real *A;  // (m, n)
    int batch;
};

enum { SGN_LAYER_SHARED = -1 };

SGN_MUST_CHECK sgn_status sgn_net_declare(sgn_net *net);
void sgn_net_drop_unused(sgn_net *net);
SGN_MUST_CHECK sgn_status sgn_net_record(sgn_net *net, int carry_state);
SGN_MUST_CHECK sgn_status sgn_net_form_groups(sgn_net *net);
SGN_MUST_CHECK sgn_status sgn_net_form_supports(sgn_net *net, uint64_t seed);
SGN_MUST_CHECK sgn_status sgn_net_lay_out(sgn_net *net);
SGN_MUST_CHECK sgn_status sgn_net_start(sgn_net *net, uint64_t seed);

/* Fitted supports of single planes, from the latents. */
void sgn_net_fit_supports(sgn_net *net);

int sgn_net_dim(const sgn_net *net, sgn_dim d);

#endif
