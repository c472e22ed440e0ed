/* checkpoint.h -- a network, how it was made and, when it is to be trained on, its trainer.
 *
 * One file (io/container.h) holds the configuration, A, every latent, every support that does not
 * follow from problem and configuration, and what the trainer cannot work out again: its counters
 * and the optimiser's moments.  A network restored from it has the same bits, and so has every step
 * it is trained on.  docs/format.md gives the tree.
 */
#ifndef SGN_IO_CHECKPOINT_H
#define SGN_IO_CHECKPOINT_H

#include "io/config.h"
#include "train/trainer.h"
#include "unroll/net.h"

typedef struct sgn_checkpoint sgn_checkpoint;

/* Replaces `path` at once or, on SGN_EIO, not at all.  The trainer is not changed; NULL: a model
   that is only to be run. */
SGN_MUST_CHECK sgn_status sgn_checkpoint_save(const char *path, const sgn_config *c,
                                              const sgn_net *net, sgn_trainer *t);
/* The same, and the checkpoint that was at `path` is then at `previous`: whenever a kill comes, one
   of the two is whole, and SGN_EIO loses neither. */
SGN_MUST_CHECK sgn_status sgn_checkpoint_save_keeping(const char *path, const char *previous,
                                                      const sgn_config *c, const sgn_net *net,
                                                      sgn_trainer *t);

/* SGN_EFORMAT when a single byte is not as it was written. */
SGN_MUST_CHECK sgn_status sgn_checkpoint_open(sgn_checkpoint **out, const char *path);
void sgn_checkpoint_close(sgn_checkpoint *c);  // NULL is fine

/* Borrowed: these die with the checkpoint. */
const sgn_config *sgn_checkpoint_config(const sgn_checkpoint *c);
sgn_mat sgn_checkpoint_A(const sgn_checkpoint *c);  // (m, n)

/* Puts the saved values into a network built from the checkpoint's config and A, and into its
   trainer (NULL: weights only).  SGN_EFORMAT when they do not fit, or when the weights that follow
   from them are not the ones that were saved; network and trainer are then as they were. */
SGN_MUST_CHECK sgn_status sgn_checkpoint_restore(const sgn_checkpoint *c, sgn_net *net,
                                                 sgn_trainer *t);

#endif
