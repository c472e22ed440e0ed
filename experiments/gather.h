/* gather.h -- the runs that a report or a comparison is about.
 *
 * A word on the command line is a run folder, or a folder of them: a sweep's, whose order.txt says
 * in which order, or any other, read by name.
 */
#ifndef SGN_EXPERIMENTS_GATHER_H
#define SGN_EXPERIMENTS_GATHER_H

#include "experiments/command.h"
#include "experiments/methods.h"

typedef struct {
    sgn_run *run;        // (n) a label is one method
    sgn_method *method;  // (n)
    int n, room;
} sgn_runs;

/* SGN_EDATA when a word names no finished run. */
SGN_MUST_CHECK sgn_status sgn_runs_gather(sgn_runs *out, const sgn_arguments *a);
void sgn_runs_free(sgn_runs *r);

/* The file in a sweep's folder that lists its run folders, one a line. */
#define SGN_ORDER_FILE "order.txt"
#define SGN_SWEEP_FILE "sweep.yml"  // a copy of the config of a sweep, for its section `report`

#endif
