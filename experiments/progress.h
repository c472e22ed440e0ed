/* progress.h -- how far a training is: a bar on a terminal, plain lines otherwise, on standard
 * error; and the same lines in the run's log.txt.
 */
#ifndef SGN_EXPERIMENTS_PROGRESS_H
#define SGN_EXPERIMENTS_PROGRESS_H

#include "train/trainer.h"

#include <stdio.h>

typedef struct {
    FILE *log;  // NULL: none
    int quiet, terminal, steps;
} sgn_progress;

/* Opens folder/log.txt for appending. */
SGN_MUST_CHECK sgn_status sgn_progress_open(sgn_progress *p, const char *folder, int steps,
                                            int quiet);
/* SGN_EIO when a line of the log could not be written. */
SGN_MUST_CHECK sgn_status sgn_progress_close(sgn_progress *p);

void sgn_progress_epoch(sgn_progress *p, const sgn_epoch *e);

/* A sentence for the log, after which main() says it on the terminal. */
void sgn_progress_end(sgn_progress *p, const char *sentence);

#endif
