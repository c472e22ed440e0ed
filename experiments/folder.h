/* folder.h -- the folder a run leaves behind.
 *
 *     config.yml env.json metrics.csv metrics.jsonl last.h5 previous.h5 best.h5 summary.json
 *     report.html log.txt; while somebody writes there, lock
 *
 * summary.json comes last of all: a folder that has one is complete.
 */
#ifndef SGN_EXPERIMENTS_FOLDER_H
#define SGN_EXPERIMENTS_FOLDER_H

#include "experiments/lock.h"
#include "io/config.h"
#include "io/summary.h"

#define SGN_LAST_FILE     "last.h5"
#define SGN_PREVIOUS_FILE "previous.h5"  // the last.h5 before that one
#define SGN_DAMAGED_FILE  "damaged.h5"   // a last.h5 that could not be read

/* runs/<name>-<hash of the resolved config>, unless the user names another. */
SGN_MUST_CHECK sgn_status sgn_folder_name(char *out, const sgn_config *c, const char *asked);

/* Makes the folder and takes its lock (experiments/lock.h). */
SGN_MUST_CHECK sgn_status sgn_folder_take(sgn_lock *lock, const char *folder);

/* Writes config.yml and env.json into a folder that was taken.  SGN_ECONFIG when a run is there
   already and `force` is 0; with it the old run's results are removed first. */
SGN_MUST_CHECK sgn_status sgn_folder_begin(const char *folder, const sgn_config *c, int threads,
                                           int force);

/* The folder of a run that is over as soon as it has figures: summary.json beside those two.  Nothing
   when no folder was asked for. */
SGN_MUST_CHECK sgn_status sgn_folder_keep(const sgn_summary *s, const sgn_config *c,
                                          const char *asked, int threads, int force);

int sgn_folder_is_finished(const char *folder);  // it has a summary.json
int sgn_folder_is_begun(const char *folder);     // it has a checkpoint to go on from

#endif
