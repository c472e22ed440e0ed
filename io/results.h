/* results.h -- the tables of a comparison, for the terminal and for the report.
 */
#ifndef SGN_IO_RESULTS_H
#define SGN_IO_RESULTS_H

#include "io/run.h"
#include "io/table.h"

/* Error, gap, bits and time: one row per label.  Over several seeds a cell is the mean and, behind
   `plus_minus` ("+-"), the sample standard deviation; figures that are not finite are left out of
   both.  A label says when runs of it diverged.  Give *out to sgn_table_free. */
void sgn_results(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus);

/* The whole ledger, rows and cells as above: links and bits; operations, reads and energy of a signal. */
void sgn_results_bits(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus);
void sgn_results_operations(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus);

/* What was run: one row per run with its problem, network, sizes and weights. */
void sgn_results_settings(sgn_table *out, const sgn_run *run, int nruns);

/* Prints sgn_results for a terminal. */
SGN_MUST_CHECK sgn_status sgn_results_print(FILE *to, const sgn_run *run, int nruns);

#endif
