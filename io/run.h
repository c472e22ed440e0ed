/* run.h -- a finished run as reports and comparisons read it from its folder.
 */
#ifndef SGN_IO_RUN_H
#define SGN_IO_RUN_H

#include "io/config.h"
#include "io/summary.h"
#include "train/trainer.h"

typedef struct {
    sgn_summary summary;
    sgn_config config;  // resolved; presets where the folder has none
    sgn_epoch *epoch;   // (epochs) the rows of metrics.csv; none for a classical solver
    int epochs;
} sgn_run;

/* Reads summary.json and, where they are, config.yml and metrics.csv.  That a run diverged is a
   figure of it, no error here. */
SGN_MUST_CHECK sgn_status sgn_run_load(sgn_run *out, const char *folder);
void sgn_run_free(sgn_run *r);  // what it owns; NULL is fine

/* The value of a key of summary.json or of the config ("network.depth"), as it is written there; 0
   when there is no such key. */
int sgn_run_print(const sgn_run *run, const char *key, char *text, size_t size);

/* Runs that share a label are one method with different seeds: the first of those of run i, and how
   many they are. */
int sgn_run_first(const sgn_run *run, int i);
int sgn_run_seeds(const sgn_run *run, int nruns, int i);

#endif
