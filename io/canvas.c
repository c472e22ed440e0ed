#include "io/canvas.h"
#include "io/text.h"

#include <math.h>

enum {
    TITLE_HEIGHT = 44,
    PLOT_HEIGHT = 380,
    ROW_HEIGHT = 28,   // of a named row
    INSET = 12,        // data keep away from the frame, so that markers stay inside
    ZERO_WIDTH = 150,  // the strip left of a logarithmic axis
    AXIS_HEIGHT = 54,  // tick texts and the title of the x axis
};

/* ---- where a point stands ---- */

static int shows(const sgn_axis *a, double value)
{
    if (a->zero && fabs(value) <= 0) return 1;
    return sgn_scale_shows(a->kind == SGN_AXIS_LOG, value);
}

int sgn_canvas_shows(const sgn_plot *p, const sgn_series *s, int k)
{
    return k >= 0 && k < s->n && shows(&p->x, s->x[k]) && shows(&p->y, s->y[k]);
}

double sgn_canvas_x(const sgn_canvas *c, double x)
{
    if (c->plot->x.zero && fabs(x) <= 0) return c->left + c->zero / 2;
    double from = c->left + c->zero + INSET;
    return from + sgn_scale_place(&c->x, x) * (c->right - INSET - from);
}

double sgn_canvas_y(const sgn_canvas *c, double y)
{
    if (c->plot->y.kind == SGN_AXIS_NAMES) return c->top + ROW_HEIGHT * (y + 0.5);
    return c->bottom - INSET - sgn_scale_place(&c->y, y) * (c->bottom - c->top - 2 * INSET);
}

/* The range of what can be seen; 0 is not on a logarithmic axis but beside it. */
static sgn_scale scale_of(const sgn_plot *p, const sgn_axis *a)
{
    double least = HUGE_VAL, most = -least;
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->series[i].n; k++) {
            double v = (a == &p->x ? p->series[i].x : p->series[i].y)[k];
            if (!sgn_canvas_shows(p, &p->series[i], k)) continue;
            if (a->kind == SGN_AXIS_LOG && !(v > 0)) continue;
            double bar = a == &p->y && p->series[i].spread ? p->series[i].spread[k] : 0;
            int fits = sgn_scale_shows(a->kind == SGN_AXIS_LOG, v - bar);
            least = fmin(least, fits ? v - bar : v);
            most = fmax(most, v + bar);
        }
    if (!(least <= most)) least = 1, most = 10;
    return a->kind == SGN_AXIS_LOG ? sgn_scale_log(least, most)
                                   : sgn_scale_linear(least, most, a->kind == SGN_AXIS_WHOLE);
}

static int has_zeros(const sgn_plot *p)
{
    for (int i = 0; i < p->n && p->x.zero; i++)
        for (int k = 0; k < p->series[i].n; k++)
            if (sgn_canvas_shows(p, &p->series[i], k) && fabs(p->series[i].x[k]) <= 0) return 1;
    return 0;
}

/* ---- layout ---- */

int sgn_canvas_is_key(const sgn_plot *p, int i)
{
    for (int k = 0; k < i; k++)
        if (p->series[k].n && p->series[k].style == p->series[i].style) return 0;
    return p->series[i].n > 0;
}

static double tick_text_width(const sgn_canvas *c)
{
    const sgn_axis *a = &c->plot->y;
    double width = 0;
    char text[32];
    for (int k = 0; k < a->names; k++)
        width = fmax(width, sgn_text_width(a->name[k], SGN_PX_SMALL));
    for (int k = 0; k < c->y.ticks && a->kind != SGN_AXIS_NAMES; k++) {
        sgn_scale_text(&c->y, k, text, sizeof text);
        width = fmax(width, sgn_text_width(text, SGN_PX_SMALL));
    }
    return fmin(width, SGN_PX_NAME);
}

static void lay_out_legend(sgn_canvas *c)
{
    const sgn_plot *p = c->plot;
    double widest = 0;
    for (int i = 0; i < p->n; i++) {
        if (!sgn_canvas_is_key(p, i)) continue;
        widest = fmax(widest, sgn_text_width(p->series[i].label, SGN_PX_FONT));
        c->keys++;
    }
    c->key_width = widest + SGN_PX_KEY + SGN_PX_MARGIN;
    c->key_columns = (int)((SGN_PX_WIDTH - 2 * SGN_PX_MARGIN) / c->key_width);
    if (c->key_columns > c->keys) c->key_columns = c->keys;
    if (c->key_columns < 1) c->key_columns = 1;
}

static int key_rows(const sgn_canvas *c) { return (c->keys + c->key_columns - 1) / c->key_columns; }

sgn_canvas sgn_canvas_of(const sgn_plot *p)
{
    sgn_canvas c = {.plot = p, .right = SGN_PX_WIDTH - SGN_PX_MARGIN, .top = TITLE_HEIGHT};
    c.x = scale_of(p, &p->x);
    if (p->y.kind != SGN_AXIS_NAMES) c.y = scale_of(p, &p->y);
    double title = *p->y.title ? 2 * SGN_PX_FONT : 0;
    c.left = SGN_PX_MARGIN + title + tick_text_width(&c) + 8;
    c.bottom = c.top + (p->y.kind == SGN_AXIS_NAMES ? ROW_HEIGHT * p->y.names : PLOT_HEIGHT);
    c.zero = has_zeros(p) ? ZERO_WIDTH : 0;
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->series[i].n; k++)
            c.left_out += !sgn_canvas_shows(p, &p->series[i], k);
    lay_out_legend(&c);
    c.legend = c.bottom + AXIS_HEIGHT;
    c.height = c.legend + SGN_PX_KEY_LINE * (key_rows(&c) + (c.left_out > 0)) + SGN_PX_MARGIN;
    return c;
}
