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
#include "unroll/signs.h"

struct sgn_net_memory {
    sgn_layer *layer;  // (depth) which parameter each slot of each layer is
    sgn_iteration iteration;
    int *moved;         // (parameters declared) where dropping unused ones moved each
    sgn_link **member;  // what the groups point into
    sgn_real *latent;   // all latents, in the table's order
    size_t nlatents;
    sgn_real *weight, *dweight, *dlatent;  // dlatent: of sums of planes only
    sgn_gradients gradients;
    sgn_turn *turn;  // (turns)
    int turns;
    sgn_real *scratch, *score;  // (longest link matrix)
    size_t longest;
    sgn_real *A;            // (m, n)
    sgn_sign_words *signs;  // (nparams) of links that a step can pack; NULL: none is
    uint32_t *sign_words;
    int batch;
    struct sgn_deployment *deployment;  // NULL: the network can be trained
};

/* What a deployed network has instead of latents, weights of links and gradients. */
struct sgn_deployment {
    sgn_packed **packed;        // (nparams) of each link matrix, else NULL
    uint32_t **mask;            // (nsupports) which links exist; NULL: all
    sgn_packed *A;              // where A is -c, 0 and +c
    sgn_constraint constraint;  // what the groups obey: it looks codes up in the packed form
    char hash[33];              // of the network that was trained
};

typedef enum {
    SGN_NET_TO_TRAIN,
    SGN_NET_TO_CARRY,  // one iteration whose state is carried on
    SGN_NET_TO_RUN,    // deployed; without values yet
} sgn_net_purpose;

enum { SGN_LAYER_SHARED = -1 };

SGN_MUST_CHECK sgn_status sgn_net_declare(sgn_net *net);
void sgn_net_drop_unused(sgn_net *net);
void sgn_net_project_scalars(sgn_net *net);
void sgn_net_drop_signs(sgn_net *net);
SGN_MUST_CHECK sgn_status sgn_net_record(sgn_net *net, int carry_state);
SGN_MUST_CHECK sgn_status sgn_net_form_groups(sgn_net *net);
SGN_MUST_CHECK sgn_status sgn_net_form_supports(sgn_net *net, uint64_t seed);
SGN_MUST_CHECK sgn_status sgn_net_lay_out(sgn_net *net);
SGN_MUST_CHECK sgn_status sgn_net_lay_out_to_run(sgn_net *net);  // unroll/deploy.c
SGN_MUST_CHECK sgn_status sgn_net_start(sgn_net *net, uint64_t seed);

/* Two steps of the start: the matrix W0 (n, m) that links start from, and the values of a layer, whose
   parameters have a weight (unroll/solver.h: setup). */
SGN_MUST_CHECK sgn_status sgn_net_initial_weight(const sgn_net *net, uint64_t seed, sgn_mat W0);
SGN_MUST_CHECK sgn_status sgn_net_set_layer(sgn_net *net, const sgn_layer *l, sgn_mat W0);
/* The size of the target, which stands in `weight`, is that of the latents, whatever they come to stand for:
   steps of the optimiser are relative to it (train/trainer_chunk.c). */
void sgn_net_measure(sgn_link *w);

/* All of these, for resolved settings. */
SGN_MUST_CHECK sgn_status sgn_net_build(sgn_net **out, const sgn_net_settings *as,
                                        const sgn_solver *solver, const sgn_physics *q, int batch,
                                        uint64_t seed, sgn_net_purpose purpose);
/* What is done with a deployed network: masks of its supports, a packed form without codes for w, a
   member of g; and when all have their codes, A and the plans of products. */
SGN_MUST_CHECK sgn_status sgn_deployment_make_masks(sgn_net *net);
SGN_MUST_CHECK sgn_status sgn_deployment_pack(sgn_net *net, const sgn_net_group *g, sgn_link *w);
SGN_MUST_CHECK sgn_status sgn_deployment_finish(sgn_net *net);
void sgn_deployment_free(struct sgn_deployment *d, const sgn_net *net);  // NULL is fine

/* Fitted supports of single planes, from the latents. */
void sgn_net_fit_supports(sgn_net *net);

/* Latents and scales of all groups from the target, which stands in `weight` and is used up, as
   weights.fit says.  `supports`: those of single planes are to be chosen from what start() makes of it.
   `measured` may be NULL. */
SGN_MUST_CHECK sgn_status sgn_net_fit(sgn_net *net, const sgn_calibration *measured, int supports);

int sgn_net_dim(const sgn_net *net, sgn_dim d);

#endif
