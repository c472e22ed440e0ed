/* training.h -- a training with its run folder: what `train` begins and `resume` goes on with.
 */
#ifndef SGN_EXPERIMENTS_TRAINING_H
#define SGN_EXPERIMENTS_TRAINING_H

#include "experiments/command.h"
#include "experiments/model.h"

/* Trains to the end, or until a signal or --stop-after; writes metrics, checkpoints and, at the
   end, the summary and the report, and prints the summary.  last_step: of the checkpoint, -1 for a
   new run. */
SGN_MUST_CHECK sgn_status sgn_train_in_folder(sgn_model *m, sgn_trainer *trainer,
                                              const char *folder, int last_step,
                                              const sgn_arguments *a);

#endif
