/* chart.h -- a figure that a config asks for, in its `report:` section.
 *
 *     report:
 *       title: Error and gap against depth
 *       figures:
 *         - name: depth                     # its data: REPORT-depth.csv, .tex and .md
 *           title: Test error against depth
 *           x: depth                        # a key of summary.json, or of the config: network.depth
 *           y: nmse_test_db                 # or up to four: [test_error, predicted_error]
 *           x_axis: log                     # linear (default) | whole | log
 *           kind: lines                     # lines (default) | points
 *           front: true                     # joins the points that no other beats in both
 *           where: {problem.kind: gaussian} # of which runs; up to four
 *           series: [full, one-bit]         # of these only; all unless given
 *           along: network.depth            # its values are points of one series
 *           match: full                     # a table: where the others are as good as this one,
 *           cost: stored_bytes              #          and what that costs
 *           caption: Lower is better.
 *
 * Runs that differ only in what stands on the x axis, in `along` and in their seed are one series,
 * called by their label without it.  Those that differ only in their seed are one point: the figure
 * shows the mean, and the standard deviation of y as a bar.
 * A run that diverged is counted in the caption and not drawn; one that has no such number is left
 * out.
 */
#ifndef SGN_IO_CHART_H
#define SGN_IO_CHART_H

#include "io/figures.h"
#include "io/table.h"

enum { SGN_CHART_KEYS = 4, SGN_CHART_KEY = 2 * SGN_NAME_MAX, SGN_CHART_SERIES = 24 };

typedef struct {
    char name[SGN_NAME_MAX];
    char title[SGN_PATH_MAX], caption[SGN_PATH_MAX];
    char x[SGN_NAME_MAX], x_title[SGN_NAME_MAX], y_title[SGN_NAME_MAX];
    int x_axis, y_axis, kind, front;  // indices of the choices in chart.c
    char y[SGN_CHART_KEYS][SGN_CHART_KEY];
    int ys;
    char where[SGN_CHART_KEYS][SGN_CHART_KEY], is[SGN_CHART_KEYS][SGN_NAME_MAX];
    int wheres;
    char only[SGN_CHART_SERIES][SGN_NAME_MAX];                          // names of series
    int onlys;                                                          // 0: all
    char along[SGN_NAME_MAX], match[SGN_NAME_MAX], cost[SGN_NAME_MAX];  // "" when not given
} sgn_chart;

typedef struct {
    char title[SGN_PATH_MAX];  // "" when the config gives none
    sgn_chart *chart;          // (n) owned
    int n;
} sgn_charts;

/* The section `report` of a config; no charts when it has none.  SGN_ECONFIG names file, line and
   column of what is wrong. */
SGN_MUST_CHECK sgn_status sgn_charts_load(sgn_charts *out, const char *config_path);
void sgn_charts_free(sgn_charts *c);  // the members; NULL is fine

/* The figure; give it to sgn_figure_free, before the chart goes. */
SGN_MUST_CHECK sgn_status sgn_chart_figure(sgn_figure *out, const sgn_chart *c, const sgn_run *run,
                                           int nruns);

/* For each point of the series `match`: the least x at which each other series is as low, and the
   cost of both; "-" where none is.  No rows unless asked for.  sgn_table_free, on failure too. */
SGN_MUST_CHECK sgn_status sgn_chart_matches(sgn_table *out, const sgn_chart *c, const sgn_run *run,
                                            int nruns);

/* Its numbers: series, x, and mean, standard deviation and number of runs.  sgn_table_free. */
void sgn_chart_table(sgn_table *out, const sgn_figure *f);

#endif
