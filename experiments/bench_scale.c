#include "experiments/bench_scale.h"

#include "core/memory.h"
#include "core/memstream.h"
#include "core/option.h"
#include "io/file.h"
#include "io/plot.h"
#include "io/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_SERIES = 4, MOST_POINTS = 16, MOST_CURVES = 2 * MOST_SERIES, LABEL = 128, NUMBER = 32 };

/* ---- the sweeps ------------------------------------------------------------------------------------- */

static void set_size(sgn_bench_case *c, int n)
{
    c->m = (int)((long)n * c->m / c->n);
    c->n = n;
}
static void set_depth(sgn_bench_case *c, int depth) { c->depth = depth; }
static void set_batch(sgn_bench_case *c, int batch) { c->batch = batch; }
static void set_percent(sgn_bench_case *c, int percent) { c->percent = percent; }

typedef struct {
    const char *label;
    const char *name;  // of any case; its number is set to first, 2 first ... last
    int first, last;
} series;

typedef struct {
    const char *name, *letter, *axis;  // "size", "n", "columns n"
    void (*set)(sgn_bench_case *c, int to);
    series series[MOST_SERIES];  // as many as have a name
} sweep;

static const sweep sweeps[] = {
    {"size",
     "n",
     "columns n",
     set_size,
     {{"W x, W n x n, batch 1", "wx-512x512-b1-dense", 128, 16384},
      {"full step, 4 layers, batch 64", "step-full-cp-256x512-k4-b64", 128, 2048},
      {"one-bit step, 4 layers, batch 64", "step-onebit-cp-256x512-k4-b64", 128, 2048},
      {"one-bit estimate, 4 layers, batch 1", "infer-onebit-cp-256x512-k4-b1", 128, 2048}}},
    {"depth",
     "K",
     "layers K",
     set_depth,
     {{"full step, 250x500, batch 64", "step-full-cp-250x500-k4-b64", 1, 32},
      {"one-bit step, 250x500, batch 64", "step-onebit-cp-250x500-k4-b64", 1, 32},
      {"one-bit estimate, 250x500, batch 1", "infer-onebit-cp-250x500-k4-b1", 1, 32}}},
    {"batch",
     "B",
     "batch B",
     set_batch,
     {{"W X, 1000x2000", "wx-1000x2000-b1-dense", 1, 512},
      {"one-bit step, 250x500, 4 layers", "step-onebit-cp-250x500-k4-b64", 8, 512},
      {"one-bit estimates, 250x500, 4 layers", "infer-onebit-cp-250x500-k4-b1", 1, 512}}},
    {"density",
     "d",
     "links that are there (%)",
     set_percent,
     {{"support, W x, 1000x2000", "wx-1000x2000-b1-support10", 1, 64},
      {"support, W X, batch 64", "wx-1000x2000-b64-support10", 1, 64},
      {"blocks, W X, batch 64", "wx-1000x2000-b64-blocks10", 1, 64}}},
};
enum { SWEEPS = sizeof sweeps / sizeof *sweeps };

static sgn_status add_series(sgn_bench_cases *to, const sweep *w, const series *s)
{
    sgn_bench_cases base;
    SGN_TRY(sgn_bench_cases_match(&base, s->name));
    sgn_bench_case c = base.at[0];
    sgn_bench_cases_free(&base);
    for (int x = s->first; x <= s->last; x *= 2) {
        w->set(&c, x);
        if (!sgn_bench_case_name(&c))
            return sgn_fail(SGN_EINTERNAL, "%s cannot have %s %d", s->name, w->letter, x);
        to->at[to->n++] = c;
    }
    return SGN_OK;
}

sgn_status sgn_bench_scale_cases(sgn_bench_cases *out)
{
    sgn_bench_cases c = {.at = sgn_alloc(SWEEPS * MOST_SERIES * MOST_POINTS, sizeof *c.at)};
    sgn_status status = c.at ? SGN_OK : SGN_EMEM;
    for (int i = 0; i < SWEEPS; i++)
        for (int k = 0; k < MOST_SERIES && sweeps[i].series[k].name && !status; k++)
            status = add_series(&c, &sweeps[i], &sweeps[i].series[k]);
    if (status) sgn_bench_cases_free(&c);
    else *out = c;
    return status;
}

/* ---- the curves ------------------------------------------------------------------------------------- */

/* One of a sweep: ours, or what it is compared with. */
typedef struct {
    const char *label, *who;  // "W X, 1000x2000", ", OpenBLAS"
    double x[MOST_POINTS], seconds[MOST_POINTS], bytes[MOST_POINTS];
    int n;
    sgn_power_law time, memory;
} curve;

static void add_point(curve *c, double x, double seconds, double bytes)
{
    c->x[c->n] = x, c->seconds[c->n] = seconds, c->bytes[c->n] = bytes;
    c->n++;
}

static void fit(curve *c)
{
    int from = c->n / 2, n = c->n - from;
    c->time = sgn_power_law_through(c->x + from, c->seconds + from, n);
    c->memory = sgn_power_law_through(c->x + from, c->bytes + from, n);
}

/* The curves of a sweep from its rows, which begin at *row and are passed over. */
static int curves_of(const sweep *w, const sgn_bench_row **row, curve *out)
{
    int n = 0;
    for (int k = 0; k < MOST_SERIES && w->series[k].name; k++) {
        const series *s = &w->series[k];
        curve *ours = &out[n], *theirs = &out[n + 1];
        int compared = (*row)->theirs.n > 0;
        *ours = (curve){.label = s->label, .who = compared ? ", packed" : ""};
        *theirs = (curve){.label = s->label, .who = ", OpenBLAS"};
        for (int x = s->first; x <= s->last; x *= 2, (*row)++) {
            const sgn_bench_row *r = *row;
            add_point(ours, x, r->seconds.median, r->bytes);
            add_point(theirs, x, r->theirs.median,
                      (double)r->what->m * r->what->n * (double)sizeof(sgn_real));
        }
        fit(ours), fit(theirs);
        n += 1 + compared;
    }
    return n;
}

static void add_exponent(sgn_table *to, sgn_power_law law)
{
    char text[NUMBER];
    sgn_text_number(text, sizeof text, law.exponent, 2);
    sgn_table_add(to, "%s", text);
}

void sgn_bench_scale_table(sgn_table *out, const sgn_bench_row *row)
{
    static const sgn_column column[] = {{"sweep", 0},
                                        {"curve", 0},
                                        {"from", 1},
                                        {"to", 1},
                                        {"time\nexponent", 1},
                                        {"memory\nexponent", 1},
                                        {"last time\n(us)", 1},
                                        {"last memory\n(KB)", 1}};
    curve c[MOST_CURVES + 1];
    sgn_table_init(out, column, sizeof column / sizeof *column);
    for (int i = 0; i < SWEEPS; i++) {
        int n = curves_of(&sweeps[i], &row, c);
        for (int k = 0; k < n; k++) {
            int last = c[k].n - 1;
            sgn_table_add(out, "%s %s", sweeps[i].name, sweeps[i].letter);
            sgn_table_add(out, "%s%s", c[k].label, c[k].who);
            sgn_table_add(out, "%g", c[k].x[0]);
            sgn_table_add(out, "%g", c[k].x[last]);
            add_exponent(out, c[k].time);
            add_exponent(out, c[k].memory);
            sgn_table_add(out, "%.1f", 1e6 * c[k].seconds[last]);
            sgn_table_add(out, "%.0f", 1e-3 * c[k].bytes[last]);
        }
    }
}

/* ---- files ------------------------------------------------------------------------------------------ */

static sgn_status put_svg(FILE *to, const void *plot)
{
    sgn_plot_svg(to, plot);
    return SGN_OK;
}

static sgn_status put_csv(FILE *to, const void *plot)
{
    sgn_plot_csv(to, plot);
    return SGN_OK;
}

static sgn_status put_table(FILE *to, const void *table) { return sgn_table_csv(table, to); }

static sgn_status save(const char *folder, const char *file,
                       sgn_status (*put)(FILE *to, const void *what), const void *what)
{
    char path[SGN_PATH_MAX], *text = NULL;
    size_t size = 0;
    SGN_TRY(sgn_path_join(path, folder, file));
    FILE *to = sgn_memstream_open(&text, &size);
    if (!to) return SGN_EMEM;
    sgn_status status = put(to, what), closed = sgn_memstream_close(to);
    if (!status) status = closed;
    if (!status) status = sgn_write_file(path, text, size);
    free(text);
    return status;
}

static sgn_status save_plot(const sgn_plot *p, const char *folder, const char *sweep_name,
                            const char *what)
{
    char svg[LABEL], csv[LABEL];
    snprintf(svg, sizeof svg, "%s-%s.svg", sweep_name, what);
    snprintf(csv, sizeof csv, "%s-%s.csv", sweep_name, what);
    SGN_TRY(save(folder, svg, put_svg, p));
    return save(folder, csv, put_csv, p);
}

static sgn_status save_figure(const sweep *w, const curve *c, int n, int of_memory,
                              const char *folder)
{
    sgn_series line[MOST_CURVES];
    char label[MOST_CURVES][LABEL], title[LABEL], exponent[NUMBER];
    for (int k = 0; k < n; k++) {
        sgn_power_law law = of_memory ? c[k].memory : c[k].time;
        sgn_text_number(exponent, sizeof exponent, law.exponent, 2);
        snprintf(label[k], sizeof label[k], "%s%s: %s^%s", c[k].label, c[k].who, w->letter,
                 exponent);
        line[k] = (sgn_series){label[k], c[k].x, of_memory ? c[k].bytes : c[k].seconds, c[k].n, k};
    }
    snprintf(title, sizeof title, "%s against %s", of_memory ? "Memory" : "Time", w->name);
    sgn_plot p = {.title = title,
                  .kind = SGN_PLOT_LINES,
                  .x = {w->axis, SGN_AXIS_LOG},
                  .y = {of_memory ? "memory (bytes)" : "time (s)", SGN_AXIS_LOG},
                  .series = line,
                  .n = n};
    return save_plot(&p, folder, w->name, of_memory ? "memory" : "time");
}

static sgn_status save_exponents(const sgn_bench_row *row, const char *folder)
{
    sgn_table t;
    sgn_bench_scale_table(&t, row);
    sgn_status status = save(folder, "exponents.csv", put_table, &t);
    sgn_table_free(&t);
    return status;
}

sgn_status sgn_bench_scale_write(const sgn_bench_row *row, const char *folder)
{
    curve c[MOST_CURVES + 1];
    SGN_TRY(sgn_mkdirs(folder));
    SGN_TRY(save_exponents(row, folder));
    for (int i = 0; i < SWEEPS; i++) {
        int n = curves_of(&sweeps[i], &row, c);
        SGN_TRY(save_figure(&sweeps[i], c, n, 0, folder));
        SGN_TRY(save_figure(&sweeps[i], c, n, 1, folder));
    }
    return SGN_OK;
}
