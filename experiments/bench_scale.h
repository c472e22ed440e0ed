/* bench_scale.h -- how time and memory grow with size, depth, batch and density.
 *
 * Each sweep doubles one number of a case and leaves the others.  Its figures have logarithmic axes, and
 * an exponent for each curve: the slope of the line of least squares through the upper half of the points,
 * where what does not depend on the number no longer counts.
 */
#ifndef SGN_EXPERIMENTS_BENCH_SCALE_H
#define SGN_EXPERIMENTS_BENCH_SCALE_H

#include "experiments/bench_measure.h"
#include "io/table.h"

/* What has to be measured; sgn_bench_cases_free. */
SGN_MUST_CHECK sgn_status sgn_bench_scale_cases(sgn_bench_cases *out);

/* Of these cases' rows, in order: the exponents as a table, which sgn_table_free frees. */
void sgn_bench_scale_table(sgn_table *out, const sgn_bench_row *row);

/* The same rows as folder/<sweep>-time.svg and -memory.svg, each with the CSV of its points, and the
   exponents as folder/exponents.csv.  The folder is made. */
SGN_MUST_CHECK sgn_status sgn_bench_scale_write(const sgn_bench_row *row, const char *folder);

#endif
