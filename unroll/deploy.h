/* deploy.h -- what has to be kept of a trained network, and the network that runs from it.
 *
 * An image is the parts of a network (unroll/parts.h) with what tells whether the rest, which is computed
 * from the problem, came out the same.
 *
 * A deployed network only runs.  Its link matrices have a packed form (unroll/packed.h) instead of
 * latents, weights and gradients; A of -c, 0 and +c is packed too; its tape has no gradients.
 */
#ifndef SGN_UNROLL_DEPLOY_H
#define SGN_UNROLL_DEPLOY_H

#include "unroll/parts.h"

typedef struct {
    sgn_bitstream part[SGN_PARTS];  // `byte` is owned; NULL: nothing in there
    int has_physics;                // the parts that are there if asked for are there
    char weights_hash[33];          // of the network that was trained
    uint64_t A_hash, derived_hash;  // of A in single precision, and of the derived supports
} sgn_image;

/* The caller gives what the image owns to sgn_image_free.  SGN_ECONFIG when the links do not obey their
   own constraint yet. */
SGN_MUST_CHECK sgn_status sgn_image_of(sgn_image *out, const sgn_net *net, int with_physics);
void sgn_image_free(sgn_image *image);  // NULL is fine

/* The network of an image, for `batch` samples at a time; the image's streams are used up.  SGN_EFORMAT
   when one is not as long as the settings and the supports say, or when A or a support that follows
   from it is not what it was. */
SGN_MUST_CHECK sgn_status sgn_net_of_image(sgn_net **out, const sgn_net_settings *as,
                                           const sgn_solver *solver, const sgn_physics *q,
                                           int batch, uint64_t seed, sgn_image *image);

/* A network that has learned nothing, deployed at once: never more than one of its layers is there as
   reals, so that it can be far larger than one that is trained.  SGN_ECONFIG where a start takes more than
   signs of what links start from. */
SGN_MUST_CHECK sgn_status sgn_net_new_to_run(sgn_net **out, const sgn_net_settings *as,
                                             const sgn_solver *solver, const sgn_physics *q,
                                             int batch, uint64_t seed);

/* Whether that takes the reals of A: something in the network is computed from them.  Otherwise
   q->signs will do, which is then borrowed. */
int sgn_image_needs_A(const sgn_image *image, const sgn_net_settings *as);

int sgn_net_is_deployed(const sgn_net *net);

/* Gives back what only the ledger asks a deployed network for: its supports, entry by entry, and A where
   that is packed.  From now on it can do nothing but run. */
void sgn_net_shed(sgn_net *net);

#endif
