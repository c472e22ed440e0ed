/* Reports: nothing is fetched, nothing from a run folder is taken for markup, nothing is lost. */
#include "core/memory.h"
#include "io/file.h"
#include "io/metrics.h"
#include "io/report.h"
#include "io/results.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 4, EPOCHS = 5, RUNS = 4 };
static char folder[] = "/tmp/signroll-report-XXXXXX";
static char html[SGN_PATH_MAX];
static sgn_run run[RUNS];

static void fill(sgn_run *r, const char *label, uint64_t seed, double test_db, double bits)
{
    sgn_summary *s = &r->summary;
    sgn_summary_init(s);
    snprintf(s->label, sizeof s->label, "%s", label);
    strcpy(s->name, "test");
    s->seed = seed, s->depth = DEPTH, s->m = 50, s->n = 100;
    s->nmse_train_db = test_db - 1, s->nmse_test_db = test_db, s->gap_db = 1;
    s->nmse_test_median_db = test_db - 2, s->support_f1 = 0.95, s->seconds = 30;
    s->sign_bits_per_link = s->stored_bits_per_link = bits;
    s->physics_bits_per_link = 2, s->total_bits_per_link = bits + 2;
    s->stored_bytes = 1000 * bits, s->bits_per_weight = bits;
    s->compression_vs_fp32 = 32 / bits, s->multiplications = 4149, s->additions = 4663;
    s->layers = DEPTH;
    s->layer_nmse_db = sgn_alloc(DEPTH, sizeof(double));
    for (int k = 0; k < DEPTH; k++) s->layer_nmse_db[k] = test_db * (k + 1) / DEPTH;
    r->epochs = EPOCHS;
    r->epoch = sgn_alloc(EPOCHS, sizeof *r->epoch);
    for (int k = 0; k < EPOCHS; k++)
        r->epoch[k] = (sgn_epoch){.epoch = k, .step = 100 * k, .validation_db = test_db * k / 4};
}

static void set_up(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(sgn_path_join(html, folder, "report.html"), SGN_OK);
    fill(&run[0], "full precision", 1, -24, 32);
    fill(&run[1], "one-bit", 1, -20, 0.25);
    fill(&run[2], "one-bit", 2, -22, 0.25);
    fill(&run[3], "<script>alert('x')</script>\x01 & \xff", 3, -10, 0);
}

static void tear_down(void)
{
    for (int i = 0; i < RUNS; i++) sgn_run_free(&run[i]);
    DIR *dir = opendir(folder);
    for (struct dirent *e; (e = readdir(dir));) unlinkat(dirfd(dir), e->d_name, 0);
    closedir(dir);
    rmdir(folder);
}

TestSuite(report, .init = set_up, .fini = tear_down);
TestSuite(results, .init = set_up, .fini = tear_down);
TestSuite(run, .init = set_up, .fini = tear_down);

static char *text_of(const char *name)
{
    char path[SGN_PATH_MAX], *text;
    cr_assert_eq(sgn_path_join(path, folder, name), SGN_OK);
    cr_assert_eq(sgn_read_file(path, 1 << 24, &text, NULL), SGN_OK, "%s", sgn_last_error());
    return text;
}

static char *report(void)
{
    cr_assert_eq(sgn_report_write(html, "A <test>", run, RUNS, NULL), SGN_OK, "%s",
                 sgn_last_error());
    return text_of("report.html");
}

static int count(const char *text, const char *what)
{
    int n = 0;
    while ((text = strstr(text, what))) text += strlen(what), n++;
    return n;
}

Test(report, nothing_is_fetched)
{
    static const char *const outside[] = {"<script", "<link", "<img", "<iframe",
                                          "@import", "url(",  "src=", "https:"};
    char *page = report();
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        cr_assert_null(strstr(page, outside[i]), "%s", outside[i]);
    cr_assert_eq(count(page, "http:"), count(page, "xmlns=\"http://www.w3.org/2000/svg\""));
    sgn_free(page);
}

Test(report, labels_are_text_and_never_markup)
{
    char *page = report();
    cr_assert(strstr(page, "<title>A &lt;test&gt;</title>"));
    cr_assert(strstr(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; \ufffd"));
    for (const char *at = page; *at; at++)
        cr_assert((unsigned char)*at >= ' ' || *at == '\n', "control character %d", *at);
    sgn_free(page);
}

Test(report, every_figure_is_there_with_its_data_beside_the_page)
{
    static const char *const name[] = {"results", "ledger",     "operations", "settings",
                                       "layers",  "validation", "bits",       "gap"};
    static const int lines[] = {
        1 + 3, 1 + 3, 1 + 3, 1 + RUNS, 1 + RUNS * DEPTH, 1 + RUNS * EPOCHS, 1 + RUNS, 1 + 2 * RUNS};
    char *page = report();
    cr_assert_eq(count(page, "<svg "), 4);
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        char file[64];
        snprintf(file, sizeof file, "report-%s.csv", name[i]);
        cr_assert(strstr(page, file), "%s is linked", file);
        char *csv = text_of(file);
        cr_assert_eq(count(csv, "\n"), lines[i], "%s", csv);
        sgn_free(csv);
    }
    sgn_free(page);
}

Test(report, the_ledger_has_bits_and_operations_of_every_method)
{
    char *page = report(), *bits = text_of("report-ledger.csv"),
         *operations = text_of("report-operations.csv");
    cr_assert_eq(count(page, "<h2>Ledger: "), 2);
    cr_assert_eq(count(page, ">4149<"), 3, "one row a label");
    cr_assert(strstr(bits, "one-bit,-,-,-,-,0.250,0.250,2.000,2.250,0.250,250,128.00"), "%s", bits);
    cr_assert(strstr(operations, "\none-bit,4149,4663,"), "%s", operations);
    sgn_free(page), sgn_free(bits), sgn_free(operations);
}

Test(report, a_figure_nobody_has_data_for_is_left_out)
{
    for (int i = 0; i < RUNS; i++) run[i].epochs = 0;
    char *page = report();
    cr_assert_eq(count(page, "<svg "), 3);
    cr_assert_null(strstr(page, "report-validation.csv"));
    sgn_free(page);
}

Test(report, runs_without_a_single_finite_figure_still_make_a_page)
{
    for (int i = 0; i < RUNS; i++) {
        sgn_summary *s = &run[i].summary;
        s->nmse_test_db = s->nmse_train_db = (double)NAN;
        s->stored_bits_per_link = -HUGE_VAL;
        for (int k = 0; k < DEPTH; k++) s->layer_nmse_db[k] = HUGE_VAL;
        s->diverged = 1;
    }
    char *page = report();
    cr_assert(strstr(page, "full precision (diverged)"));
    cr_assert(strstr(page, "8 points are not drawn"), "the gap figure's note");
    sgn_free(page);
}

Test(report, links_survive_any_file_name)
{
    cr_assert_eq(sgn_path_join(html, folder, "a #1%.html"), SGN_OK);
    cr_assert_eq(sgn_report_write(html, "t", run, RUNS, NULL), SGN_OK);
    char *page = text_of("a #1%.html"), *csv = text_of("a #1%-gap.csv");
    cr_assert(strstr(page, "href=\"./a%20%231%25-gap.csv\""));
    sgn_free(page), sgn_free(csv);
}

Test(report, a_folder_that_is_missing_is_an_error_that_names_the_file)
{
    cr_assert_eq(sgn_report_write("/nowhere/report.html", "t", run, RUNS, NULL), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), "/nowhere/report"));
}

Test(report, bounds_stand_beside_what_they_bound_where_a_run_has_them)
{
    char *page = report();
    cr_assert_null(strstr(page, "<h2>Theory</h2>"));
    sgn_free(page);
    for (int i = 0; i < RUNS; i++) {
        run[i].summary.occam_bound = 21.0660 - i;
        run[i].summary.bounded_gap = i < 3 ? 0.1 / (1 + i) : (double)NAN;
    }
    run[0].summary.stability_bound = 8535174.2;
    run[0].summary.stability_measured = 4.458;
    page = report();
    char *csv = text_of("report-theory.csv");
    cr_assert(strstr(page, "<h2>Theory</h2>"));
    cr_assert(strstr(page, "Over 3 runs the rank correlation (Spearman) of Occam's bound and the "
                           "measured gap is 1.00."));
    cr_assert(strstr(page, "8.54e+06") && strstr(page, ">4.46<") && strstr(page, ">21.1<"));
    cr_assert(strstr(csv, "Occam"));
    sgn_free(page), sgn_free(csv);
}

static char *results_text(void)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    cr_assert_eq(sgn_results_print(to, run, RUNS), SGN_OK);
    fclose(to);
    return text;
}

Test(results, seeds_of_one_label_become_mean_and_spread)
{
    char *text = results_text();
    cr_assert_eq(count(text, "one-bit"), 1);
    cr_assert(strstr(text, "-21.00 +- 1.41"), "%s", text);  // of -20 and -22: sqrt(2)
    cr_assert(strstr(text, "-24.00  "));
    cr_assert_eq(count(text, "+-"), 3, "train, test and median differ between seeds, no other");
    free(text);
}

Test(results, runs_that_diverged_are_said_and_left_out_of_the_mean)
{
    run[2].summary.diverged = 1;
    run[2].summary.nmse_test_db = (double)NAN;
    run[0].summary.diverged = 1;
    char *text = results_text();
    cr_assert(strstr(text, "one-bit (1 of 2 diverged)"), "%s", text);
    cr_assert(strstr(text, "full precision (diverged)"));
    cr_assert(strstr(text, "  -20.00  "));
    free(text);
}

Test(run, a_folder_is_read_with_its_metrics)
{
    char path[SGN_PATH_MAX];
    sgn_metrics *m;
    sgn_run back;
    cr_assert_eq(sgn_path_join(path, folder, "summary.json"), SGN_OK);
    cr_assert_eq(sgn_summary_save(&run[1].summary, path), SGN_OK);
    cr_assert_eq(sgn_run_load(&back, folder), SGN_OK, "%s", sgn_last_error());
    cr_assert_eq(back.epochs, 0, "a classical solver has no metrics");
    sgn_run_free(&back);
    cr_assert_eq(sgn_metrics_open(&m, folder, -1), SGN_OK);
    for (int k = 0; k < EPOCHS; k++) cr_assert_eq(sgn_metrics_append(m, &run[1].epoch[k]), SGN_OK);
    cr_assert_eq(sgn_metrics_close(m), SGN_OK);
    cr_assert_eq(sgn_run_load(&back, folder), SGN_OK, "%s", sgn_last_error());
    cr_assert_eq(back.epochs, EPOCHS);
    cr_assert_eq(back.epoch[4].validation_db, -20);
    cr_assert_str_eq(back.summary.label, "one-bit");
    sgn_run_free(&back);
    sgn_run_free(NULL);
}

Test(run, a_folder_without_a_summary_is_an_error_that_names_it)
{
    sgn_run back;
    cr_assert_eq(sgn_run_load(&back, folder), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), "summary.json"));
}

Test(run, broken_metrics_leave_nothing_behind)
{
    char path[SGN_PATH_MAX];
    sgn_run back;
    cr_assert_eq(sgn_path_join(path, folder, "summary.json"), SGN_OK);
    cr_assert_eq(sgn_summary_save(&run[1].summary, path), SGN_OK);
    cr_assert_eq(sgn_path_join(path, folder, "metrics.csv"), SGN_OK);
    cr_assert_eq(sgn_write_file(path, "header\nx\n", 9), SGN_OK);
    cr_assert_eq(sgn_run_load(&back, folder), SGN_EDATA);
}
