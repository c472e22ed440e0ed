/* trainer_inside.h -- inside the trainer: what its files share.  For train/trainer*.c only.
 *
 *     trainer.c         making, and the loop over the steps
 *     trainer_stage.c   entering a stage; the weights of a step, and those that are judged
 *     trainer_step.c    one step: the batch, forwards and backwards
 *     trainer_descent.c  ... and what moves: gradients, turn by turn or all at once
 *     trainer_chunk.c    ... a stretch of one parameter: from its gradient to where it moves
 *     trainer_epoch.c   a row of metrics
 */
#ifndef SGN_TRAIN_TRAINER_INSIDE_H
#define SGN_TRAIN_TRAINER_INSIDE_H

#include "train/admm.h"
#include "train/schedule.h"
#include "train/sets.h"
#include "train/stage.h"
#include "train/trainer.h"

/* A stretch of one parameter that a worker updates alone; of links, whole panels of columns. */
typedef struct {
    int param, group;  // group: of links; -1: none
    size_t first, count;
    double sum_squares, dscale;  // its gradient's, and its share of that of the scale
} sgn_chunk;

enum { SGN_SIGNS = 64 };  // in a word

struct sgn_trainer {
    sgn_train_settings as;
    uint64_t seed;
    const sgn_problem *problem;
    sgn_net *net;
    sgn_pool *pool;
    const sgn_optimizer *optimizer;
    sgn_plan plan;
    const sgn_stage *stage;  // of the step under way
    sgn_loss loss;
    sgn_set validation;
    sgn_mat estimate;   // (n, validation)
    sgn_real *moments;  // (slots, latents): the optimiser's, and those of stages admm
    int slots;
    size_t nlatents;
    sgn_admm admm;
    sgn_chunk *chunk;  // of links, turn after turn (sgn_net_lay_gradients); then of all the others
    int nchunks;
    int foresees;   // the gradient's norm, before any link's gradient is formed
    int *turn_end;  // (turns) the first chunk that is no longer of it
    int samples;    // of the fixed set; 0: fresh data
    int *order;     // (samples) this epoch's permutation
    uint64_t
        *signs;  // of the link matrices when the epoch began, a bit each; matrices begin a word
    sgn_trainer_state state;
    sgn_update update;     // of the step under way; lr is the schedule's share of the settings' two
    double link_gradient;  // root mean square of the links' gradients in this step
};

/* ---- stages ---- */

/* Does what is to be done where a stage begins with the step under way, and nothing elsewhere. */
SGN_MUST_CHECK sgn_status sgn_trainer_enter_stage(sgn_trainer *t);
void sgn_trainer_project_step(sgn_trainer *t);  // the weights of the step under way
void sgn_trainer_project_final(
    sgn_trainer *t);  // those the network would have if this were the end

/* ---- steps and epochs ---- */

SGN_MUST_CHECK sgn_status sgn_trainer_step(sgn_trainer *t);
/* Cuts what the optimiser moves into chunks, and decides whether gradients exist by turns: wherever a
   turn's step does not depend on those after it.  It follows from the settings alone. */
SGN_MUST_CHECK sgn_status sgn_trainer_plan_descent(sgn_trainer *t);
/* Moves all that the stage moves, after the values were gone through backwards; |gradient| of it. */
SGN_MUST_CHECK sgn_status sgn_trainer_descend(sgn_trainer *t, double *norm);
/* What a worker does with a chunk whose gradient was formed: sum_squares, and dlatent before that where its group
   is pulled back part by part; sum_squares as it is foreseen, without a gradient; and the optimiser's step. */
void sgn_chunk_measure(sgn_trainer *t, sgn_chunk *c);
void sgn_chunk_foresee(sgn_trainer *t, sgn_chunk *c);
void sgn_chunk_move(sgn_trainer *t, const sgn_chunk *c);
int sgn_trainer_moves(const sgn_trainer *t, const sgn_link *w);  // in this stage
double sgn_trainer_link_step(const sgn_trainer *t);  // of link matrices, in units of their size
/* SGN_EDIVERGE: `what` of layer `layer` (from 0) is not finite. */
sgn_status sgn_trainer_diverged(const sgn_trainer *t, const char *what, int layer);
int sgn_trainer_epoch_steps(const sgn_trainer *t);
void sgn_trainer_shuffle(sgn_trainer *t);  // the samples' order of the epoch under way

/* A row of metrics after so many steps of the epoch; the best so far; and the sums begun anew.
   `started`: when this session began. */
SGN_MUST_CHECK sgn_status sgn_trainer_end_epoch(sgn_trainer *t, const sgn_observer *o, int steps,
                                                double started);
/* Share of the link matrices' latents whose sign changed since the last call. */
double sgn_trainer_flips(sgn_trainer *t);
double sgn_trainer_now(void);  // seconds

#endif
