/* chart_match.c -- what it takes to be as good as another: the table of a chart's `match`. */
#include "io/chart.h"

#include "core/memory.h"
#include "io/text.h"

#include <string.h>

/* Two figures of the same runs: what is compared, and what it costs, point by point. */
typedef struct {
    sgn_figure of, cost;
} pair;

static sgn_status draw_both(pair *p, const sgn_chart *c, const sgn_run *run, int nruns)
{
    sgn_chart *cost = sgn_alloc(1, sizeof *cost);
    if (!cost) return SGN_EMEM;
    *cost = *c;
    cost->front = 0;
    cost->ys = 1;
    snprintf(cost->y[0], sizeof cost->y[0], "%s", c->cost);
    sgn_status status = sgn_chart_figure(&p->of, c, run, nruns);
    if (status == SGN_OK) status = sgn_chart_figure(&p->cost, cost, run, nruns);
    sgn_free(cost);
    return status;
}

static const sgn_series *find(const sgn_figure *f, const char *label)
{
    for (int k = 0; k < f->plot.n; k++)
        if (!strcmp(f->series[k].label, label)) return &f->series[k];
    return NULL;
}

/* The first point, in the order of x, that is as low as y; -1: none. */
static int first_as_low(const sgn_series *s, double y)
{
    for (int i = 0; i < s->n; i++)
        if (s->y[i] <= y) return i;
    return -1;
}

static void add_number(sgn_table *t, const double *value)
{
    char text[SGN_EXACT_MAX] = "-";
    if (value) sgn_text_number(text, sizeof text, *value, 2);
    sgn_table_add(t, "%s", text);
}

/* The cost of a series at x; NULL where it is not known. */
static const double *cost_at(const pair *p, const char *label, double x)
{
    const sgn_series *s = find(&p->cost, label);
    for (int i = 0; s && i < s->n; i++)
        if (!(s->x[i] < x) && !(s->x[i] > x)) return &s->y[i];
    return NULL;
}

static void add_side(sgn_table *t, const pair *p, const sgn_series *s, int i)
{
    add_number(t, i < 0 ? NULL : &s->x[i]);
    add_number(t, i < 0 ? NULL : &s->y[i]);
    add_number(t, i < 0 ? NULL : cost_at(p, s->label, s->x[i]));
}

static void add_matches(sgn_table *t, const pair *p, const sgn_series *model)
{
    for (int k = 0; model && k < p->of.plot.n; k++) {
        const sgn_series *s = &p->of.series[k];
        for (int i = 0; s != model && i < model->n; i++) {
            sgn_table_add(t, "%s", s->label);
            add_side(t, p, model, i);
            add_side(t, p, s, first_as_low(s, model->y[i]));
        }
    }
}

sgn_status sgn_chart_matches(sgn_table *out, const sgn_chart *c, const sgn_run *run, int nruns)
{
    static const sgn_column column[] = {{"series", 0},        {"matching x", 1}, {"matching y", 1},
                                        {"matching cost", 1}, {"x", 1},          {"y", 1},
                                        {"cost", 1}};
    pair p = {0};
    sgn_table_init(out, column, sizeof column / sizeof *column);
    if (!*c->match) return SGN_OK;
    sgn_status status = draw_both(&p, c, run, nruns);
    if (status == SGN_OK) add_matches(out, &p, find(&p.of, c->match));
    sgn_figure_free(&p.of);
    sgn_figure_free(&p.cost);
    return status;
}
