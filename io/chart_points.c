/* chart_points.c -- from runs to the points of a chart: which runs, which series, mean and spread. */
#include "io/chart.h"

#include "core/memory.h"
#include "io/config_tree.h"
#include "io/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One number of one run. */
typedef struct {
    char series[SGN_SERIES_NAME];
    const char *label;  // the run's: seeds share it
    double x, y;
    int order;  // of the series: as the runs come
} sample;

typedef struct {
    sample *at;
    int n, diverged;
    int x_is_setting;
} samples;

/* ---- which runs ----------------------------------------------------------------------------------- */

/* As numbers where both are: "0.10" is 0.1. */
static int same(const char *a, const char *b)
{
    char *enda, *endb;
    double x = strtod(a, &enda), y = strtod(b, &endb);
    if (enda == a || endb == b || *enda || *endb) return !strcmp(a, b);
    return !(x < y) && !(x > y);
}

static int is_wanted(const sgn_chart *c, const sgn_run *run)
{
    char text[SGN_OPTION_TEXT_MAX];
    for (int i = 0; i < c->wheres; i++)
        if (!sgn_run_print(run, c->where[i], text, sizeof text) || !same(text, c->is[i])) return 0;
    return 1;
}

static double number(const sgn_run *run, const char *key)
{
    char text[SGN_OPTION_TEXT_MAX], *end;
    if (!sgn_run_print(run, key, text, sizeof text)) return (double)NAN;
    double value = strtod(text, &end);
    return end == text || *end ? (double)NAN : value;
}

/* ---- series --------------------------------------------------------------------------------------- */

/* Takes "key=value" out of a label made of parts between ", ". */
static void drop_setting(char *label, const char *key)
{
    size_t length = strlen(key);
    for (char *part = label; part;) {
        char *end = strstr(part, ", ");
        if (!strncmp(part, key, length) && part[length] == '=') {
            if (!end) part = part > label ? part - 2 : part, *part = '\0';
            else memmove(part, end + 2, strlen(end + 2) + 1);
            return;
        }
        part = end ? end + 2 : NULL;
    }
}

static void name_series(char name[SGN_LABEL_MAX], const sgn_chart *c, const sgn_run *run)
{
    snprintf(name, SGN_LABEL_MAX, "%s", run->summary.label);
    drop_setting(name, sgn_config_short_key(c->x));
    if (*c->along) drop_setting(name, sgn_config_short_key(c->along));
    for (int i = 0; i < c->wheres; i++) drop_setting(name, sgn_config_short_key(c->where[i]));
}

static int is_shown(const sgn_chart *c, const char *series)
{
    for (int i = 0; i < c->onlys; i++)
        if (!strcmp(c->only[i], series)) return 1;
    return !c->onlys;
}

static int order_of(const samples *s, const char *series)
{
    int next = 0;
    for (int i = 0; i < s->n; i++) {
        if (!strcmp(s->at[i].series, series)) return s->at[i].order;
        if (s->at[i].order >= next) next = s->at[i].order + 1;
    }
    return next;
}

static void add_run(samples *s, const sgn_chart *c, const sgn_run *run)
{
    char name[SGN_LABEL_MAX];
    name_series(name, c, run);
    if (!is_shown(c, name)) return;
    if (run->summary.diverged) {
        s->diverged++;
        return;
    }
    for (int y = 0; y < c->ys; y++) {
        sample *one = &s->at[s->n];
        one->x = number(run, c->x);
        one->y = number(run, c->y[y]);
        if (isnan(one->x) || isnan(one->y)) continue;
        one->label = run->summary.label;
        snprintf(one->series, sizeof one->series, "%s%s%s", name, y ? ": " : "", y ? c->y[y] : "");
        one->order = order_of(s, one->series);
        s->n++;
    }
}

/* ---- points --------------------------------------------------------------------------------------- */

/* A key of the config, by its name in the section, too: what is no result. */
static int is_setting(const char *key)
{
    char dotted[SGN_KEY_MAX], text[SGN_OPTION_TEXT_MAX];
    sgn_config c;
    sgn_config_presets(&c);
    if (sgn_config_print(&c, key, text, sizeof text)) return 1;
    for (int i = 0; i < sgn_config_section_count; i++) {
        sgn_config_key(dotted, sgn_config_sections[i].name, key);
        if (sgn_config_print(&c, dotted, text, sizeof text)) return 1;
    }
    return 0;
}

static int compare(double a, double b) { return (a > b) - (a < b); }

static int by_point(const void *a, const void *b)
{
    const sample *p = a, *q = b;
    int label = strcmp(p->label, q->label);
    return p->order != q->order ? p->order - q->order : label ? label : compare(p->x, q->x);
}

/* A setting can differ under one label; a result does so from seed to seed. */
static int same_point(const samples *s, const sample *a, const sample *b)
{
    return a->order == b->order && !strcmp(a->label, b->label) &&
           (!s->x_is_setting || compare(a->x, b->x) == 0);
}

static int by_series_and_x(const void *a, const void *b)
{
    const sample *p = a, *q = b;
    if (p->order != q->order) return p->order - q->order;
    int x = compare(p->x, q->x);
    return x ? x : strcmp(p->label, q->label);
}

/* Gives the samples of every point their mean x, and puts them in the order of the figure. */
static void sort_points(samples *s)
{
    qsort(s->at, (size_t)s->n, sizeof *s->at, by_point);
    for (int i = 0, end; i < s->n; i = end) {
        double sum = 0;
        for (end = i; end < s->n && same_point(s, &s->at[i], &s->at[end]); end++)
            sum += s->at[end].x;
        for (int k = i; k < end && !s->x_is_setting; k++) s->at[k].x = sum / (end - i);
    }
    qsort(s->at, (size_t)s->n, sizeof *s->at, by_series_and_x);
}

/* The samples first .. end-1 as one point. */
static void add_point(sgn_figure *f, const sample *at, int count)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < count; i++) sum += at[i].y;
    double mean = sum / count;
    for (int i = 0; i < count; i++) squares += (at[i].y - mean) * (at[i].y - mean);
    f->x[f->points] = at->x;
    f->y[f->points] = mean;
    f->spread[f->points] = count > 1 ? sqrt(squares / (count - 1)) : 0;
    f->count[f->points++] = count;
    f->series[f->plot.n - 1].n++;
}

static void begin_series(sgn_figure *f, const sample *first)
{
    int k = f->plot.n++;
    snprintf(f->name[k], sizeof *f->name, "%s", first->series);
    f->series[k] = (sgn_series){.label = f->name[k],
                                .x = f->x + f->points,
                                .y = f->y + f->points,
                                .spread = f->spread + f->points,
                                .style = first->order};
}

static void add_points(sgn_figure *f, const samples *s)
{
    for (int i = 0, end; i < s->n; i = end) {
        if (i == 0 || s->at[i].order != s->at[i - 1].order) begin_series(f, &s->at[i]);
        for (end = i; end < s->n && same_point(s, &s->at[i], &s->at[end]); end++) {
        }
        add_point(f, &s->at[i], end - i);
    }
}

/* ---- the front ------------------------------------------------------------------------------------ */

static int by_x(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return p[0] < q[0] ? -1 : p[0] > q[0] ? 1 : (p[1] > q[1]) - (p[1] < q[1]);
}

/* Of all points sorted by x, those with less y than any before. */
static sgn_status add_front(sgn_figure *f)
{
    int points = f->points, style = f->plot.n;
    double(*sorted)[2] = sgn_alloc((size_t)points + 1, sizeof *sorted), least = HUGE_VAL;
    if (!sorted) return SGN_EMEM;
    for (int i = 0; i < points; i++) sorted[i][0] = f->x[i], sorted[i][1] = f->y[i];
    qsort(sorted, (size_t)points, sizeof *sorted, by_x);
    begin_series(f, &(sample){.series = "front", .order = style});
    f->series[f->plot.n - 1].joined = 1;
    for (int i = 0; i < points; i++) {
        if (!(sorted[i][1] < least)) continue;
        least = sorted[i][1];
        add_point(f, &(sample){.x = sorted[i][0], .y = least}, 1);
    }
    sgn_free(sorted);
    return SGN_OK;
}

/* ---- the figure ----------------------------------------------------------------------------------- */

static sgn_status reserve(sgn_figure *f, int points)
{
    size_t n = 2 * (size_t)points + 1;  // the front may have as many again
    f->series = sgn_alloc(n, sizeof *f->series);
    f->name = sgn_alloc(n, sizeof *f->name);
    f->x = sgn_alloc(n, sizeof *f->x);
    f->y = sgn_alloc(n, sizeof *f->y);
    f->spread = sgn_alloc(n, sizeof *f->spread);
    f->count = sgn_alloc(n, sizeof *f->count);
    f->text = sgn_alloc(SGN_PATH_MAX + 64, 1);
    return f->series && f->name && f->x && f->y && f->spread && f->count && f->text ? SGN_OK
                                                                                    : SGN_EMEM;
}

static void say_diverged(sgn_figure *f, const sgn_chart *c, int diverged)
{
    if (diverged)
        snprintf(f->text, SGN_PATH_MAX + 64, "%s %d diverged run%s not drawn.", c->caption,
                 diverged, diverged == 1 ? "" : "s");
    else snprintf(f->text, SGN_PATH_MAX + 64, "%s", c->caption);
    f->caption = f->text;
}

static sgn_status fill(sgn_figure *f, const sgn_chart *c, samples *s)
{
    static const sgn_axis_kind axis[] = {SGN_AXIS_LINEAR, SGN_AXIS_WHOLE, SGN_AXIS_LOG};
    f->file = c->name;
    f->plot.title = c->title;
    f->plot.kind = c->kind ? SGN_PLOT_POINTS : SGN_PLOT_LINES;
    f->plot.x = (sgn_axis){.title = c->x_title, .kind = axis[c->x_axis]};
    if (c->x_axis == 2) f->plot.x.zero = "0";
    f->plot.y = (sgn_axis){.title = c->y_title, .kind = axis[c->y_axis]};
    SGN_TRY(reserve(f, s->n));
    f->plot.series = f->series;
    say_diverged(f, c, s->diverged);
    s->x_is_setting = is_setting(c->x);
    sort_points(s);
    add_points(f, s);
    return c->front && f->points ? add_front(f) : SGN_OK;
}

sgn_status sgn_chart_figure(sgn_figure *out, const sgn_chart *c, const sgn_run *run, int nruns)
{
    sgn_figure f = {0};
    samples s = {.at = sgn_alloc((size_t)nruns * SGN_CHART_KEYS, sizeof(sample))};
    if (!s.at) return SGN_EMEM;
    for (int i = 0; i < nruns; i++)
        if (is_wanted(c, &run[i])) add_run(&s, c, &run[i]);
    sgn_status status = fill(&f, c, &s);
    sgn_free(s.at);
    if (status) sgn_figure_free(&f);
    else *out = f;
    return status;
}

void sgn_chart_table(sgn_table *out, const sgn_figure *f)
{
    static const sgn_column column[] = {
        {"series", 0}, {"x", 1}, {"mean", 1}, {"spread", 1}, {"runs", 1}};
    char text[SGN_EXACT_MAX];
    sgn_table_init(out, column, sizeof column / sizeof *column);
    for (int i = 0; i < f->plot.n; i++)
        for (int k = 0; k < f->series[i].n; k++) {
            size_t at = (size_t)(f->series[i].x - f->x) + (size_t)k;
            sgn_table_add(out, "%s", f->series[i].label);
            sgn_table_add(out, "%.6g", f->x[at]);
            sgn_text_number(text, sizeof text, f->y[at], 3);
            sgn_table_add(out, "%s", text);
            sgn_text_number(text, sizeof text, f->count[at] > 1 ? f->spread[at] : (double)NAN, 3);
            sgn_table_add(out, "%s", text);
            sgn_table_add(out, "%d", f->count[at]);
        }
}
