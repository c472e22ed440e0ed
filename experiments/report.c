/* report.c -- one offline HTML file about many runs, and its table on standard output. */
#include "io/report.h"
#include "experiments/gather.h"
#include "io/file.h"
#include "io/results.h"

#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

enum { MOST_RUNS = 1 << 20 };

/* The charts of the sweep that the first folder comes from. */
static sgn_status find_charts(sgn_charts *out, const char *folder)
{
    char path[SGN_PATH_MAX];
    SGN_TRY(sgn_path_join(path, folder, SGN_SWEEP_FILE));
    return access(path, F_OK) ? SGN_OK : sgn_charts_load(out, path);
}

static sgn_status write_page(const char *path, const char *title, const sgn_runs *r,
                             const sgn_arguments *a)
{
    sgn_charts charts = {0};
    SGN_TRY(find_charts(&charts, a->word[0]));
    if (*charts.title && !a->label) title = charts.title;
    sgn_status status = sgn_report_write(path, title, r->run, r->n, &charts);
    sgn_charts_free(&charts);
    return status;
}

static sgn_status write_report(const sgn_runs *r, const sgn_arguments *a)
{
    char path[SGN_PATH_MAX], copy[SGN_PATH_MAX];
    const char *folder = a->out ? a->out : a->word[0];
    SGN_TRY(sgn_mkdirs(folder));
    SGN_TRY(sgn_path_join(path, folder, "report.html"));
    snprintf(copy, sizeof copy, "%s", folder);
    SGN_TRY(write_page(path, a->label ? a->label : basename(copy), r, a));
    if (a->quiet) return SGN_OK;
    SGN_TRY(sgn_results_print(stdout, r->run, r->n));
    printf("\nreport: %s\n", path);
    return SGN_OK;
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_runs r;
    SGN_TRY(sgn_runs_gather(&r, a));
    sgn_status status = write_report(&r, a);
    sgn_runs_free(&r);
    return status;
}

const sgn_command sgn_command_report = {
    .name = "report",
    .title = "one offline HTML with tables and figures of runs",
    .usage = "RUN...",
    .help = "RUN is a run folder or a sweep's folder.  report.html and the CSV behind every figure "
            "go to --out DIR, by default the first RUN.  --label is its title.",
    .least = 1,
    .most = MOST_RUNS,
    .takes = SGN_TAKES_OUT | SGN_TAKES_QUIET | SGN_TAKES_LABEL,
    .run = run,
};
