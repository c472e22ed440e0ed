#include "io/report.h"
#include "core/memstream.h"
#include "io/figures.h"
#include "io/file.h"
#include "io/results.h"
#include "io/text.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    ":root { color-scheme: light; }\n"
    "body { font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif;\n"
    "  color: #111; background: #fff; max-width: 1180px; margin: 2rem auto; padding: 0 1rem; }\n"
    "h1 { font-size: 1.6rem; line-height: 1.2; overflow-wrap: anywhere; }\n"
    "h2 { font-size: 1.15rem; margin-top: 2.2rem; }\n"
    ".wide { overflow-x: auto; }\n"
    "table { border-collapse: collapse; font-size: .82rem; font-variant-numeric: tabular-nums; }\n"
    "th, td { padding: .3em .6em; border-bottom: 1px solid #ddd; text-align: left;\n"
    "  white-space: nowrap; }\n"
    "th { vertical-align: bottom; border-bottom: 2px solid #666; }\n"
    "td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 13em; }\n"
    ".right { text-align: right; }\n"
    "tbody tr:nth-child(even) { background: #f6f6f6; }\n"
    "figure { margin: 1.8rem 0; max-width: 960px; }\n"
    "svg { width: 100%; height: auto; display: block; }\n"
    "figcaption, .note { color: #444; font-size: .88rem; max-width: 60em; }\n"
    "a { color: #0072B2; }\n"
    "@page { size: A4 landscape; margin: 12mm; }\n"
    "@media print {\n"
    "  body { max-width: none; margin: 0; padding: 0; font-size: 10pt; }\n"
    "  table { font-size: 7pt; }\n"
    "  th, td { padding: .2em .35em; }\n"
    "  .wide { overflow: visible; }\n"
    "  figure, tr { break-inside: avoid; }\n"
    "  h2 { break-after: avoid; }\n"
    "  figure svg { max-height: 165mm; }\n"
    "}\n";

static const char columns_note[] =
    "NMSE is 10 log10 of the summed squared error over the summed squared signal of the set; the "
    "gap is test minus training NMSE. Bits are counted per possible link: sign bits alone; stored "
    "bits with support, scales and scalars; physics bits for the sensing matrix where the layers "
    "use it; total is stored and physics. Bits per weight count a matrix shared by all layers "
    "once. Over several seeds: mean and sample standard deviation.";

static const char bits_note[] =
    "A possible link is an entry of a link matrix as the layers use it; weights and parameters "
    "count a matrix shared by all layers once. Compression is what full precision on every link "
    "would store over what is stored.";

static const char operations_note[] =
    "For one recovered signal. A link that is a sign takes an addition, and its scale a "
    "multiplication an output; weights are read by every layer, and so is the sensing matrix where "
    "a layer uses it. Energy is of 32-bit arithmetic and of reading these bytes from SRAM or from "
    "DRAM, in a 45 nm process (Horowitz 2014).";

static const char theory_note[] = "Each bound with what it bounds. Factor a layer: what the "
                                  "weights promise for the summed size of "
                                  "the error under the theorem's own thresholds, and what the "
                                  "layers do on average. Stability: the "
                                  "change of the estimate per change of y, at worst. Sensitivity: "
                                  "how far quantising the links moves "
                                  "the estimate, relative to the signal. Occam: test minus "
                                  "training error, of the NMSE of a signal "
                                  "capped at 1, from the stored bits; above 1 it says nothing.";

typedef struct {
    FILE *to;
    char stem[SGN_PATH_MAX];  // of the path, without .html
} page;

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- tables ---- */

static void put_heading(FILE *to, const sgn_column *c)
{
    fputs(c->right ? "<th class=\"right\">" : "<th>", to);
    const char *title = c->title;
    size_t length = strcspn(title, "\n");
    fprintf(to, "%.*s%s%s</th>", (int)length, title, title[length] ? "<br>" : "",
            title[length] ? title + length + 1 : "");
}

enum { LONG_TABLE = 60 };

/* A long one is folded away. */
static void put_table(FILE *to, const sgn_table *t)
{
    int rows = t->cells / t->columns;
    if (rows > LONG_TABLE) fprintf(to, "<details><summary>%d rows</summary>\n", rows);
    fputs("<div class=\"wide\"><table>\n<thead><tr>", to);
    for (int c = 0; c < t->columns; c++) put_heading(to, &t->column[c]);
    fputs("</tr></thead>\n<tbody>\n", to);
    for (int i = 0; i < t->cells; i++) {
        int c = i % t->columns;
        if (c == 0) fputs("<tr>", to);
        fputs(t->column[c].right ? "<td class=\"right\">" : "<td>", to);
        sgn_text_xml(to, t->cell[i]);
        fputs(c == t->columns - 1 ? "</td></tr>\n" : "</td>", to);
    }
    fputs("</tbody></table></div>\n", to);
    if (rows > LONG_TABLE) fputs("</details>\n", to);
}

/* ---- files beside the page ---- */

/* Ends a memory stream and writes what it holds to `path`. */
static sgn_status save(FILE *from, char **text, const size_t *size, const char *path, sgn_status s)
{
    sgn_status closed = sgn_memstream_close(from);
    if (s == SGN_OK) s = closed;
    if (s == SGN_OK) s = sgn_write_file(path, *text, *size);
    free(*text);
    return s;
}

static sgn_status data_path(const page *p, const char *name, const char *ending, char *path)
{
    if (snprintf(path, SGN_PATH_MAX, "%s-%s.%s", p->stem, name, ending) >= SGN_PATH_MAX)
        return sgn_fail(SGN_EIO, "the path %s-%s.%s is too long", p->stem, name, ending);
    return SGN_OK;
}

/* A relative link; what is no plain letter or digit of the file's name is percent-encoded. */
static void put_link(const page *p, const char *name, const char *ending, const char *what)
{
    fputs(" <a href=\"./", p->to);
    for (const char *at = base_name(p->stem); *at; at++)
        fprintf(p->to, isalnum((unsigned char)*at) || strchr("-_.", *at) ? "%c" : "%%%02X",
                (unsigned char)*at);
    fprintf(p->to, "-%s.%s\">%s</a>", name, ending, what);
}

static void put_csv_link(const page *p, const char *name)
{
    put_link(p, name, "csv", "Data as CSV");
}

static sgn_status write_table(const page *p, const char *name, const char *ending,
                              sgn_status (*write)(const sgn_table *, FILE *), const sgn_table *t)
{
    char path[SGN_PATH_MAX], *text = NULL;
    size_t size = 0;
    SGN_TRY(data_path(p, name, ending, path));
    FILE *to = sgn_memstream_open(&text, &size);
    if (!to) return SGN_EMEM;
    return save(to, &text, &size, path, write(t, to));
}

static sgn_status write_plot(const page *p, const char *ending,
                             void (*write)(FILE *, const sgn_plot *), const sgn_figure *f)
{
    char path[SGN_PATH_MAX], *text = NULL;
    size_t size = 0;
    SGN_TRY(data_path(p, f->file, ending, path));
    FILE *to = sgn_memstream_open(&text, &size);
    if (!to) return SGN_EMEM;
    write(to, &f->plot);
    return save(to, &text, &size, path, SGN_OK);
}

/* ---- the page ---- */

static void put_head(FILE *to, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          to);
    sgn_text_xml(to, title);
    fprintf(to, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
    sgn_text_xml(to, title);
    fputs("</h1>\n", to);
}

static sgn_status put_section(const page *p, const char *name, const char *heading,
                              const char *note, sgn_table *t)
{
    sgn_status s = write_table(p, name, "csv", sgn_table_csv, t);
    if (s == SGN_OK) {
        fprintf(p->to, "<h2>%s</h2>\n", heading);
        put_table(p->to, t);
        fprintf(p->to, "<p class=\"note\">%s", note);
        put_csv_link(p, name);
        fputs("</p>\n", p->to);
    }
    sgn_table_free(t);
    return s;
}

/* Leaves the caption open. */
static void put_drawing(const page *p, const sgn_figure *f)
{
    fputs("<figure>\n", p->to);
    sgn_plot_svg(p->to, &f->plot);
    fputs("<figcaption>", p->to);
    sgn_text_xml(p->to, f->caption);
    put_csv_link(p, f->file);
}

static sgn_status put_figure(const page *p, int which, const sgn_run *run, int nruns)
{
    sgn_figure f;
    SGN_TRY(sgn_figure_new(&f, which, run, nruns));
    sgn_status s = f.points ? write_plot(p, "csv", sgn_plot_csv, &f) : SGN_OK;
    if (s == SGN_OK && f.points) {
        put_drawing(p, &f);
        fputs("</figcaption>\n</figure>\n", p->to);
    }
    sgn_figure_free(&f);
    return s;
}

static sgn_status write_for_papers(const page *p, const char *name, const sgn_table *t)
{
    SGN_TRY(write_table(p, name, "tex", sgn_table_latex, t));
    return write_table(p, name, "md", sgn_table_markdown, t);
}

static void put_paper_links(const page *p, const char *name)
{
    put_link(p, name, "tex", "LaTeX");
    put_link(p, name, "md", "Markdown");
}

static sgn_status write_chart_table(const page *p, const sgn_figure *f)
{
    sgn_table t;
    sgn_chart_table(&t, f);
    sgn_status s = write_for_papers(p, f->file, &t);
    sgn_table_free(&t);
    return s;
}

/* What it takes to be as good as the series that the chart names. */
static sgn_status put_matches(const page *p, const sgn_chart *c, const sgn_run *run, int nruns)
{
    char name[2 * SGN_NAME_MAX];
    sgn_table t;
    snprintf(name, sizeof name, "%s-match", c->name);
    sgn_status s = sgn_chart_matches(&t, c, run, nruns);
    if (s == SGN_OK && t.cells) s = write_table(p, name, "csv", sgn_table_csv, &t);
    if (s == SGN_OK && t.cells) s = write_for_papers(p, name, &t);
    if (s == SGN_OK && t.cells) {
        put_table(p->to, &t);
        fputs("<p class=\"note\">The least x at which each series is as low as ", p->to);
        sgn_text_xml(p->to, c->match);
        fputs("; the cost is ", p->to);
        sgn_text_xml(p->to, c->cost);
        fputs(".", p->to);
        put_csv_link(p, name);
        put_paper_links(p, name);
        fputs("</p>\n", p->to);
    }
    sgn_table_free(&t);
    return s;
}

static sgn_status put_chart(const page *p, const sgn_chart *c, const sgn_run *run, int nruns)
{
    sgn_figure f;
    SGN_TRY(sgn_chart_figure(&f, c, run, nruns));
    sgn_status s = f.points ? write_plot(p, "csv", sgn_plot_csv, &f) : SGN_OK;
    if (s == SGN_OK && f.points) s = write_chart_table(p, &f);
    if (s == SGN_OK && f.points)
        s = write_plot(p, "svg", sgn_plot_svg, &f);  // for a paper of one's own
    if (s == SGN_OK && f.points) {
        put_drawing(p, &f);
        put_link(p, f.file, "svg", "SVG");
        put_paper_links(p, f.file);
        fputs("</figcaption>\n</figure>\n", p->to);
    }
    sgn_figure_free(&f);
    return s == SGN_OK ? put_matches(p, c, run, nruns) : s;
}

static sgn_status put_figures(const page *p, const sgn_run *run, int nruns,
                              const sgn_charts *charts)
{
    fputs("<h2>Figures</h2>\n", p->to);
    for (int k = 0; charts && k < charts->n; k++)
        SGN_TRY(put_chart(p, &charts->chart[k], run, nruns));
    if (charts && charts->n) return SGN_OK;
    for (int k = 0; k < SGN_FIGURES; k++) SGN_TRY(put_figure(p, k, run, nruns));
    return SGN_OK;
}

/* The note, and whether the bound puts the runs in the order that was measured. */
static sgn_status put_theory(const page *p, const sgn_run *run, int nruns)
{
    char note[2 * SGN_PATH_MAX];
    sgn_table t;
    int pairs;
    double agreement;
    SGN_TRY(sgn_results_agreement(&agreement, &pairs, run, nruns));
    if (!sgn_results_theory(&t, run, nruns, "\u00b1")) {
        sgn_table_free(&t);
        return SGN_OK;
    }
    int n = snprintf(note, sizeof note, "%s", theory_note);
    if (!isnan(agreement))
        snprintf(
            note + n, sizeof note - (size_t)n,
            " Over %d runs the rank correlation (Spearman) of Occam's bound and the measured gap "
            "is %.2f.",
            pairs, agreement);
    return put_section(p, "theory", "Theory", note, &t);
}

static sgn_status put_page(const page *p, const char *title, const sgn_run *run, int nruns,
                           const sgn_charts *charts)
{
    sgn_table t;
    int asked = charts && charts->n;  // what the config asks for comes first
    put_head(p->to, title);
    if (asked) SGN_TRY(put_figures(p, run, nruns, charts));
    sgn_results(&t, run, nruns, "\u00b1");
    SGN_TRY(put_section(p, "results", "Results", columns_note, &t));
    sgn_results_bits(&t, run, nruns, "\u00b1");
    SGN_TRY(put_section(p, "ledger", "Ledger: bits", bits_note, &t));
    sgn_results_operations(&t, run, nruns, "\u00b1");
    SGN_TRY(put_section(p, "operations", "Ledger: operations", operations_note, &t));
    if (!asked) SGN_TRY(put_figures(p, run, nruns, charts));
    SGN_TRY(put_theory(p, run, nruns));
    sgn_results_settings(&t, run, nruns);
    SGN_TRY(put_section(p, "settings", "Settings", "One row per run.", &t));
    fputs("</body>\n</html>\n", p->to);
    return SGN_OK;
}

sgn_status sgn_report_write(const char *html_path, const char *title, const sgn_run *run, int nruns,
                            const sgn_charts *charts)
{
    assert(nruns > 0);
    page p;
    char *text = NULL;
    size_t size = 0;
    if (snprintf(p.stem, sizeof p.stem, "%s", html_path) >= SGN_PATH_MAX)
        return sgn_fail(SGN_EIO, "the path %s is too long", html_path);
    char *dot = strrchr(p.stem, '.');
    if (dot && strcmp(dot, ".html") == 0) *dot = '\0';
    if (!(p.to = sgn_memstream_open(&text, &size))) return SGN_EMEM;
    return save(p.to, &text, &size, html_path, put_page(&p, title, run, nruns, charts));
}
