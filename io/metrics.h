/* metrics.h -- the rows a training run leaves behind: metrics.csv and metrics.jsonl.
 *
 * Both hold one row per epoch with the same columns and are flushed row by row, so that a run can
 * be watched and a killed one loses nothing.  Numbers read back as the same doubles; JSON has null
 * where CSV has nan or inf.
 */
#ifndef SGN_IO_METRICS_H
#define SGN_IO_METRICS_H

#include "train/trainer.h"

typedef struct sgn_metrics sgn_metrics;

/* Opens both files of a run folder for appending.  last_step -1 starts anew; otherwise it is the
   step of the checkpoint that the run goes on from, and rows of later steps are cut off first: a
   killed run may have written more than its checkpoint knows. */
SGN_MUST_CHECK sgn_status sgn_metrics_open(sgn_metrics **out, const char *folder, int last_step);
SGN_MUST_CHECK sgn_status sgn_metrics_append(sgn_metrics *m, const sgn_epoch *e);
/* Until they last through a power cut. */
SGN_MUST_CHECK sgn_status sgn_metrics_sync(sgn_metrics *m);
SGN_MUST_CHECK sgn_status sgn_metrics_close(sgn_metrics *m);  // NULL is fine

/* Every row of the folder's metrics.csv; sgn_free gives *row back.  A last line without its line
   end was cut off by a kill and is left out; any other malformed line is SGN_EDATA with file:line. */
SGN_MUST_CHECK sgn_status sgn_metrics_load(const char *folder, sgn_epoch **row, int *n);

#endif
