/* figures.h -- the figures of a report, made from its runs.
 *
 * One row of the list in figures.c is a figure: its file name, what it shows, and the function
 * that picks the points.  A figure for which no run has a figure to show stays empty (no points).
 */
#ifndef SGN_IO_FIGURES_H
#define SGN_IO_FIGURES_H

#include "io/plot.h"
#include "io/run.h"

enum { SGN_FIGURES = 4, SGN_SERIES_NAME = SGN_LABEL_MAX + 2 * SGN_NAME_MAX };

typedef struct {
    const char *file;     // "layers": the data are REPORT-layers.csv
    const char *caption;  // what is seen, in a sentence or two
    sgn_plot plot;
    int points;          // 0: there is nothing to show
    sgn_series *series;  // owned, as what follows
    double *x, *y;
    double *spread;  // charts: of each point over its runs,
    int *count;      // how many these are,
    char *text;      // and the caption
    char (*name)[SGN_SERIES_NAME];
    const char **names;
} sgn_figure;

/* The labels stay the runs'. */
SGN_MUST_CHECK sgn_status sgn_figure_new(sgn_figure *out, int which, const sgn_run *run, int nruns);
void sgn_figure_free(sgn_figure *f);  // what it owns; NULL is fine

#endif
