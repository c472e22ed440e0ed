/* The figures a config asks for: what its section may say, and what becomes of runs. */
#include "io/chart.h"

#include "io/file.h"

#include <criterion/criterion.h>
#include <string.h>

#define OK(expr) cr_assert_eq(expr, SGN_OK, "%s: %s", #expr, sgn_last_error())

static const char *file_of(const char *text)
{
    static char path[64];
    char folder[] = "/tmp/signroll-chart-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/c.yml", folder);
    OK(sgn_write_file(path, text, strlen(text)));
    return path;
}

static void expect_refused(const char *report, const char *why)
{
    char text[512];
    sgn_charts c;
    snprintf(text, sizeof text, "name: a\nreport:\n%s", report);
    cr_expect_eq(sgn_charts_load(&c, file_of(text)), SGN_ECONFIG, "%s", report);
    cr_expect_not_null(strstr(sgn_last_error(), why), "%s", sgn_last_error());
    cr_expect_not_null(strstr(sgn_last_error(), "c.yml:"), "%s", sgn_last_error());
}

Test(chart, a_key_that_is_not_known_is_told_with_its_place)
{
    expect_refused("  figures:\n    - {name: a, x: depth, y: nmse}\n", "'nmse' is neither");
}

Test(chart, a_word_that_means_nothing_is_told_with_its_place)
{
    expect_refused("  figures:\n    - {name: a, x: depth, y: gap_db, colour: red}\n", "'colour'");
}

Test(chart, a_name_that_is_no_file_name_is_refused)
{
    expect_refused("  figures:\n    - {name: ../a, x: depth, y: gap_db}\n", "small letters");
}

Test(chart, a_figure_without_y_is_refused)
{
    expect_refused("  figures:\n    - {name: a, x: depth}\n", "needs x and y");
}

Test(chart, a_scale_that_is_none_of_the_choices_is_refused)
{
    expect_refused("  figures:\n    - {name: a, x: depth, y: gap_db, x_axis: cubic}\n",
                   "linear|whole|log");
}

Test(chart, what_a_section_may_not_say_is_told_with_its_place)
{
    static const char *const figure[][2] = {
        {"[depth]", "a figure must be a mapping"},
        {"{x: depth, y: gap_db}", "small letters"},
        {"{name: a, y: gap_db}", "needs x and y"},
        {"{name: a, x: nothing, y: gap_db}", "'nothing' is neither"},
        {"{name: a, x: depth, y: [gap_db, nothing]}", "'nothing' is neither"},
        {"{name: a, x: depth, y: [[gap_db]]}", "one short word"},
        {"{name: a, x: depth, y: [m, n, m, n, m]}", "y has more than"},
        {"{name: a, x: depth, y: m, title: [a]}", "title must be one value"},
        {"{name: a, x: depth, y: m, where: full}", "where must be a mapping"},
        {"{name: a, x: depth, y: m, where: {n: [5]}}", "n must be one value"},
        {"{name: a, x: depth, y: m, where: {nothing: 5}}", "'nothing' is neither"},
        {"{name: a, x: depth, y: m, where: {m: 1, n: 2, depth: 3, seed: 4, steps: 5}}",
         "where has more than"},
        {"{name: a, x: depth, y: m, series: [[a]]}", "a list of labels"},
        {"{name: a, x: depth, y: m, along: nothing}", "'nothing' is neither"},
        {"{name: a, x: depth, y: m, match: a, cost: nothing}", "'nothing' is neither"},
        {"{name: a, x: depth, y: m, cost: stored_bytes}", "both match and cost"},
    };
    for (size_t i = 0; i < sizeof figure / sizeof *figure; i++) {
        char report[256];
        snprintf(report, sizeof report, "  figures:\n    - %s\n", figure[i][0]);
        expect_refused(report, figure[i][1]);
    }
    expect_refused("  figures: {name: a}\n", "a list of mappings");
    expect_refused("  figures: []\n", "a list of mappings");
    expect_refused("  [figures]\n", "a mapping with figures");
    expect_refused("  title: [a]\n", "unknown key 'title'");
    expect_refused("  charts: a\n", "unknown key 'charts'");
}

/* ---- points ------------------------------------------------------------------------------------ */

enum { RUNS = 6 };

/* Two depths of one method on two seeds, one run of another, one that diverged. */
static void make_runs(sgn_run run[RUNS])
{
    static const struct {
        const char *label;
        int depth, diverged;
        double error;
    } of[RUNS] = {{"one-bit, depth=8", 8, 0, -20}, {"one-bit, depth=4", 4, 0, -9},
                  {"one-bit, depth=4", 4, 0, -11}, {"full, depth=4", 4, 0, -12},
                  {"full, depth=8", 8, 1, 3},      {"full, depth=16", 16, 0, (double)NAN}};
    for (int i = 0; i < RUNS; i++) {
        run[i] = (sgn_run){0};
        sgn_summary_init(&run[i].summary);
        sgn_config_presets(&run[i].config);
        snprintf(run[i].summary.label, sizeof run[i].summary.label, "%s", of[i].label);
        run[i].summary.depth = of[i].depth;
        run[i].summary.diverged = of[i].diverged;
        run[i].summary.nmse_test_db = of[i].error;
    }
}

static sgn_figure figure_of(const char *keys)
{
    char text[512];
    sgn_charts c;
    sgn_figure f;
    sgn_run run[RUNS];
    make_runs(run);
    snprintf(text, sizeof text,
             "report:\n  figures:\n    - {name: a, x: depth, y: nmse_test_db, caption: Low.%s}\n",
             keys);
    OK(sgn_charts_load(&c, file_of(text)));
    cr_assert_eq(c.n, 1);
    OK(sgn_chart_figure(&f, &c.chart[0], run, RUNS));
    sgn_charts_free(&c);  // series and caption are the figure's own
    return f;
}

Test(chart, seeds_are_one_point_with_their_mean_and_spread)
{
    sgn_figure f = figure_of("");
    cr_assert_eq(f.plot.n, 2);
    cr_assert_str_eq(f.series[0].label, "one-bit");
    cr_assert_eq(f.series[0].n, 2);
    cr_expect_eq(f.series[0].x[0], 4);
    cr_expect_float_eq(f.series[0].y[0], -10, 1e-12);
    cr_expect_float_eq(f.series[0].spread[0], sqrt(2), 1e-12);
    cr_expect_eq(f.series[0].x[1], 8, "points stand in the order of x");
    cr_expect_eq(f.series[0].spread[1], 0);
    cr_expect_eq(f.count[0], 2);
    sgn_figure_free(&f);
}

Test(chart, a_run_that_diverged_is_told_and_not_drawn)
{
    sgn_figure f = figure_of("");
    cr_expect_str_eq(f.series[1].label, "full");
    cr_expect_eq(f.series[1].n, 1, "one diverged, one has no error");
    cr_expect_str_eq(f.caption, "Low. 1 diverged run not drawn.");
    sgn_figure_free(&f);
}

Test(chart, only_the_runs_that_were_asked_for_are_shown)
{
    sgn_figure f = figure_of(", where: {depth: 8.0}");
    cr_assert_eq(f.points, 1);
    cr_expect_eq(f.y[0], -20);
    sgn_figure_free(&f);
    f = figure_of(", where: {problem.kind: toeplitz}");
    cr_expect_eq(f.points, 0);
    sgn_figure_free(&f);
}

Test(chart, the_front_joins_what_no_other_point_beats)
{
    sgn_figure f = figure_of(", front: true");
    const sgn_series *front = &f.series[f.plot.n - 1];
    cr_assert_str_eq(front->label, "front");
    cr_assert_eq(front->n, 2, "full at depth 4, one-bit at depth 8");
    cr_expect_eq(front->y[0], -12);
    cr_expect_eq(front->y[1], -20);
    sgn_figure_free(&f);
}

Test(chart, of_the_series_only_those_that_were_asked_for_are_shown)
{
    sgn_figure f = figure_of(", series: [full]");
    cr_assert_eq(f.plot.n, 1);
    cr_expect_str_eq(f.series[0].label, "full");
    sgn_figure_free(&f);
    expect_refused("  figures:\n    - {name: a, x: depth, y: gap_db, series: []}\n",
                   "list of labels");
}

/* Two seeds whose result on the x axis differs: one point, at their mean. */
Test(chart, seeds_are_one_point_where_x_is_a_result)
{
    sgn_run run[RUNS];
    sgn_charts c;
    sgn_figure f;
    make_runs(run);
    for (int i = 0; i < RUNS; i++) run[i].summary.stored_bytes = 100 * (i + 1);
    OK(sgn_charts_load(&c, file_of("report:\n  figures:\n    - {name: a, x: stored_bytes, y: "
                                   "nmse_test_db, along: network.depth}\n")));
    OK(sgn_chart_figure(&f, &c.chart[0], run, RUNS));
    sgn_charts_free(&c);
    cr_assert_str_eq(f.series[0].label, "one-bit");
    cr_assert_eq(f.series[0].n, 2, "depths 8 and 4");
    cr_expect_eq(f.series[0].x[0], 100);
    cr_expect_eq(f.series[0].x[1], 250);
    cr_expect_float_eq(f.series[0].y[1], -10, 1e-12);
    cr_expect_eq(f.count[1], 2);
    sgn_figure_free(&f);
}

Test(chart, a_match_is_the_least_x_that_is_as_low)
{
    sgn_run run[RUNS];
    sgn_charts c;
    sgn_table t;
    make_runs(run);
    for (int i = 0; i < RUNS; i++) run[i].summary.stored_bytes = 100 * (i + 1);
    OK(sgn_charts_load(&c,
                       file_of("report:\n  figures:\n    - {name: a, x: depth, y: nmse_test_db, "
                               "match: full, cost: stored_bytes}\n")));
    OK(sgn_chart_matches(&t, &c.chart[0], run, RUNS));
    sgn_charts_free(&c);
    static const char *const wanted[] = {"one-bit", "4",      "-12.00", "400.00",
                                         "8",       "-20.00", "100.00"};
    cr_assert_eq(t.cells, t.columns, "full has one depth that did not diverge");
    for (int i = 0; i < t.columns; i++)
        cr_expect_eq(strtod(t.cell[i], NULL), strtod(wanted[i], NULL), "%s", t.cell[i]);
    cr_expect_str_eq(t.cell[0], "one-bit");
    sgn_table_free(&t);
    expect_refused("  figures:\n    - {name: a, x: depth, y: gap_db, match: full}\n",
                   "both match and");
}

/* ---- tables ------------------------------------------------------------------------------------ */

static void expect_table(sgn_status (*write)(const sgn_table *, FILE *), const char *cell,
                         const char *wanted)
{
    static const sgn_column column[] = {{"a_b", 0}, {"x", 1}};
    char *text;
    size_t size;
    sgn_table t;
    sgn_table_init(&t, column, 2);
    sgn_table_add(&t, "%s", cell);
    sgn_table_add(&t, "1");
    FILE *to = open_memstream(&text, &size);
    OK(write(&t, to));
    fclose(to);
    cr_expect_str_eq(text, wanted);
    free(text);
    sgn_table_free(&t);
}

Test(chart, tables_for_papers_escape_what_would_be_a_command)
{
    expect_table(sgn_table_latex, "50 % \\input{a}",
                 "\\begin{tabular}{lr}\n\\toprule\na\\_b & x \\\\\n\\midrule\n"
                 "50 \\% \\textbackslash{}input\\{a\\} & 1 \\\\\n\\bottomrule\n\\end{tabular}\n");
    expect_table(sgn_table_markdown, "a|b <c>", "| a\\_b | x |\n|---|---:|\n| a\\|b \\<c> | 1 |\n");
}
