/* trainer.h -- trains a network; tells an observer, and prints nothing.
 *
 * One step: choose supports, project, draw or pick a batch, forward, loss, backward, clip, optimiser.
 * A network is always judged as it will be used, with hard signs and all of its pruning done, however
 * far its training has come: that is how an epoch's observer sees it, and how a run leaves it.
 *
 * Nothing in a step allocates.  Every random number is addressed by (seed, purpose, epoch, sample), so
 * a resumed run sees what the uninterrupted one would have seen.
 */
#ifndef SGN_TRAIN_TRAINER_H
#define SGN_TRAIN_TRAINER_H

#include "solvers/problem.h"
#include "train/evaluate.h"
#include "train/loss.h"
#include "train/optimizer.h"
#include "train/settings.h"
#include "unroll/net.h"

/* One row of metrics. */
typedef struct {
    int epoch, step;
    double lr, loss;                 // loss: mean over the epoch's steps
    double train_db, validation_db;  // of the epoch's batches; of the validation vectors
    double grad_norm;                // the largest of the epoch
    double flips;                    // share of signs that changed in the epoch
    double seconds;                  // since training began, all sessions together
} sgn_epoch;

/* Everything a resumed run needs beyond the network's own latents. */
typedef struct sgn_trainer sgn_trainer;

typedef struct {
    void *context;
    /* After every epoch, and once before the first step (epoch 0).  `is_best`: the validation error
       is the least so far.  An error stops the training. */
    sgn_status (*epoch)(void *context, const sgn_trainer *t, const sgn_epoch *e, int is_best);
    /* After every step: nonzero asks the trainer to save and stop (SGN_ESTOPPED). */
    int (*stop)(void *context, int step);
} sgn_observer;

/* Borrows net, problem and pool. */
SGN_MUST_CHECK sgn_status sgn_trainer_new(sgn_trainer **out, const sgn_train_settings *as,
                                          uint64_t seed, const sgn_problem *problem, sgn_net *net,
                                          sgn_pool *pool);
void sgn_trainer_free(sgn_trainer *t);  // NULL is fine

/* Trains from where the trainer stands to the last step.  SGN_EDIVERGE names the layer;
   SGN_ESTOPPED when the observer asked, with the state of that step in place.  Weights are those of the
   latents before the first step, in an observer's epoch and at the end, and nothing in between. */
SGN_MUST_CHECK sgn_status sgn_trainer_run(sgn_trainer *t, const sgn_observer *observer);

/* ---- what a checkpoint keeps ---- */
typedef struct {
    int step, epoch;
    double best_db;                                            // least validation error so far
    double seconds;                                            // spent by the sessions before
    double epoch_loss, epoch_num, epoch_den, epoch_grad_norm;  // of the epoch under way
} sgn_trainer_state;

sgn_trainer_state *sgn_trainer_state_of(sgn_trainer *t);
const sgn_net *sgn_trainer_net(const sgn_trainer *t);
/* The trainer's memory: `count` reals, laid out as the network's latents, `slots` times (Adam: first
   and second moments; stages admm: Z and U besides). */
sgn_real *sgn_trainer_moments(sgn_trainer *t, size_t *count, int *slots);

#endif
