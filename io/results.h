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
/* What is proved beside what was measured, likewise: one row per label.  0 when no run has such a
   figure. */
int sgn_results_theory(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus);

/* The rank correlation of Occam's bound and the measured gap over the *pairs runs that have both. */
SGN_MUST_CHECK sgn_status sgn_results_agreement(double *out, int *pairs, const sgn_run *run,
                                                int nruns);

/* What was run: one row per run with its problem, network, sizes and weights. */
void sgn_results_settings(sgn_table *out, const sgn_run *run, int nruns);

/* Prints sgn_results for a terminal. */
SGN_MUST_CHECK sgn_status sgn_results_print(FILE *to, const sgn_run *run, int nruns);

#endif
