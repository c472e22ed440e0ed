/* report.h -- one offline HTML file about one or many runs.
 *
 * Nothing is fetched: style and figures are inside the file, and what comes from run folders is
 * escaped.  Beside NAME.html the tables and the data of every figure are written as CSV:
 * NAME-results.csv, NAME-layers.csv, ...; those of figures a config asks for as LaTeX and Markdown, too.
 */
#ifndef SGN_IO_REPORT_H
#define SGN_IO_REPORT_H

#include "io/chart.h"

/* nruns is at least 1.  `charts` (NULL or none: the usual figures) replace the usual figures.  SGN_EIO
   names the file that could not be written. */
SGN_MUST_CHECK sgn_status sgn_report_write(const char *html_path, const char *title,
                                           const sgn_run *run, int nruns, const sgn_charts *charts);

#endif
