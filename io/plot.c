#include "io/plot.h"
#include "io/canvas.h"
#include "io/text.h"

#include <assert.h>
#include <math.h>

static const char *const colour[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                     "#E69F00", "#000000", "#56B4E9"};
static const char *const marker[] = {
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",               // circle
    "M-4-4h8v8h-8z",                                              // square
    "M0-5.5L5 3.5H-5z",                                           // triangle
    "M0-6L5 0 0 6-5 0z",                                          // diamond
    "M0 5.5L5-3.5H-5z",                                           // triangle upside down
    "M-1.7-5h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3v-3.4h3.3z",  // plus
    "M-5-5L5 5V-5L-5 5z",                                         // hourglass
    "M0-5.5L5.2-1.7 3.2 4.4H-3.2L-5.2-1.7z",                      // pentagon
};
static const char *const dash[] = {"none", "10 4", "3 3", "10 3 2 3"};
static const double line_width[] = {3.2, 2.2, 1.3};
#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

/* Attributes; 12 is SGN_PX_SMALL. */
#define GRID     "stroke=\"#dddddd\""
#define FRAME    "stroke=\"#666666\""
#define NUMBER   "font-size=\"12\" fill=\"#444444\""
#define CENTERED "text-anchor=\"middle\""
#define ENDING   " text-anchor=\"end\""

static void text(FILE *to, double x, double y, const char *as, const char *what)
{
    fprintf(to, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, as);
    sgn_text_xml(to, what);
    fputs("</text>\n", to);
}

static void line(FILE *to, double x0, double y0, double x1, double y1, const char *as)
{
    fprintf(to, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x0, y0, x1, y1, as);
}

static void draw_x_axis(FILE *to, const sgn_canvas *c)
{
    char label[32];
    double end = -HUGE_VAL;  // of the text before: one that would touch it is left out
    for (int k = 0; k < c->x.ticks; k++) {
        double x = sgn_canvas_x(c, c->x.tick[k]);
        line(to, x, c->top, x, c->bottom, GRID);
        sgn_scale_text(&c->x, k, label, sizeof label);
        double half = sgn_text_width(label, SGN_PX_SMALL) / 2;
        if (x - half < end + 6) continue;
        text(to, x, c->bottom + SGN_PX_TICKS - 6, NUMBER " " CENTERED, label);
        end = x + half;
    }
    if (c->zero > 0) {
        double x = c->left + c->zero;
        line(to, x, c->top, x, c->bottom, FRAME " stroke-dasharray=\"4 4\"");
        text(to, sgn_canvas_x(c, 0), c->bottom + SGN_PX_TICKS - 6, NUMBER " " CENTERED,
             c->plot->x.zero);
    }
    text(to, (c->left + c->right) / 2, c->bottom + SGN_PX_TICKS + SGN_PX_FONT + 2, CENTERED,
         c->plot->x.title);
}

/* A name that is wider than its place is set narrower; nothing of it is lost. */
static void draw_name(FILE *to, double x, double y, const char *name)
{
    char narrowed[128];
    snprintf(narrowed, sizeof narrowed,
             NUMBER ENDING " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"", SGN_PX_NAME);
    int wide = sgn_text_width(name, SGN_PX_SMALL) > SGN_PX_NAME;
    text(to, x, y, wide ? narrowed : NUMBER ENDING, name);
}

static void draw_y_axis(FILE *to, const sgn_canvas *c)
{
    const sgn_axis *a = &c->plot->y;
    char label[32], turned[96];
    int names = a->kind == SGN_AXIS_NAMES;
    for (int k = 0; k < (names ? a->names : c->y.ticks); k++) {
        double y = sgn_canvas_y(c, names ? k : c->y.tick[k]);
        line(to, c->left, y, c->right, y, GRID);
        if (!names) sgn_scale_text(&c->y, k, label, sizeof label);
        if (names) draw_name(to, c->left - 8, y + 4, a->name[k]);
        else text(to, c->left - 8, y + 4, NUMBER ENDING, label);
    }
    if (!*a->title) return;
    double x = SGN_PX_MARGIN + SGN_PX_SMALL, y = (c->top + c->bottom) / 2;
    snprintf(turned, sizeof turned, CENTERED " transform=\"rotate(-90 %.1f %.1f)\"", x, y);
    text(to, x, y, turned, a->title);
}

/* Leaves the element open, for a tooltip.  On lines it is white inside and stands out from the
   curves it lies on; points let those below shine through; of a pair the first is full. */
static void open_marker(FILE *to, const sgn_canvas *c, int style, double x, double y)
{
    const char *own = colour[style % COUNT(colour)];
    sgn_plot_kind kind = c->plot->kind;
    double size = kind == SGN_PLOT_POINTS ? 1.4 : 1;
    double opaque = kind == SGN_PLOT_POINTS ? 0.25 : kind == SGN_PLOT_PAIRS ? style == 0 : 1;
    fprintf(to,
            "<path d=\"%s\" transform=\"translate(%.1f %.1f) scale(%g)\" stroke=\"%s\" "
            "stroke-width=\"1.6\" fill=\"%s\" fill-opacity=\"%g\">",
            marker[style % COUNT(marker)], x, y, size, own,
            kind == SGN_PLOT_LINES ? "#ffffff" : own, opaque);
}

static void open_line(FILE *to, int style)
{
    fprintf(to,
            "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-dasharray=\"%s\" "
            "stroke-linejoin=\"round\" d=\"",
            colour[style % COUNT(colour)], line_width[style / COUNT(dash) % COUNT(line_width)],
            dash[style % COUNT(dash)]);
}

/* A gap where points cannot be shown: no line is drawn across what was not measured. */
static void draw_line(FILE *to, const sgn_canvas *c, const sgn_series *s)
{
    open_line(to, s->style);
    for (int k = 0; k < s->n; k++)
        if (sgn_canvas_shows(c->plot, s, k))
            fprintf(to, "%c%.1f %.1f", sgn_canvas_shows(c->plot, s, k - 1) ? 'L' : 'M',
                    sgn_canvas_x(c, s->x[k]), sgn_canvas_y(c, s->y[k]));
    fputs("\"/>\n", to);
}

/* Long curves have about eight markers each, and curves of different style have them at different
   points.  A point without neighbours has no line, so it has its marker. */
static int is_marked(const sgn_plot *p, const sgn_series *s, int k)
{
    if (!sgn_canvas_shows(p, s, k)) return 0;
    if (p->kind != SGN_PLOT_LINES) return 1;
    int every = 1 + s->n / 8;
    return k % every == s->style % every ||
           (!sgn_canvas_shows(p, s, k - 1) && !sgn_canvas_shows(p, s, k + 1));
}

static void draw_points(FILE *to, const sgn_canvas *c, const sgn_series *s)
{
    char x[SGN_EXACT_MAX], y[SGN_EXACT_MAX];
    for (int k = 0; k < s->n; k++) {
        if (!is_marked(c->plot, s, k)) continue;
        open_marker(to, c, s->style, sgn_canvas_x(c, s->x[k]), sgn_canvas_y(c, s->y[k]));
        snprintf(x, sizeof x, "%.6g", s->x[k]);
        snprintf(y, sizeof y, "%.6g", s->y[k]);
        fputs("<title>", to);
        sgn_text_xml(to, s->label);
        if (c->plot->y.kind == SGN_AXIS_NAMES) fprintf(to, ": %s</title></path>\n", x);
        else fprintf(to, ": %s, %s</title></path>\n", x, y);
    }
}

/* A bar that a logarithmic axis cannot show to its end stops at the frame. */
static void draw_spread(FILE *to, const sgn_canvas *c, const sgn_series *s)
{
    char as[64];
    snprintf(as, sizeof as, "stroke=\"%s\" stroke-width=\"1.4\"", colour[s->style % COUNT(colour)]);
    for (int k = 0; s->spread && k < s->n; k++) {
        if (!(s->spread[k] > 0) || !sgn_canvas_shows(c->plot, s, k)) continue;
        double x = sgn_canvas_x(c, s->x[k]), low = s->y[k] - s->spread[k];
        int shown = sgn_scale_shows(c->plot->y.kind == SGN_AXIS_LOG, low);
        double top = sgn_canvas_y(c, s->y[k] + s->spread[k]),
               bottom = shown ? sgn_canvas_y(c, low) : c->bottom;
        line(to, x, top, x, bottom, as);
        line(to, x - 4, top, x + 4, top, as);
        if (shown) line(to, x - 4, bottom, x + 4, bottom, as);
    }
}

static void draw_bars(FILE *to, const sgn_canvas *c)
{
    const sgn_series *a = &c->plot->series[0], *b = &c->plot->series[1];
    for (int k = 0; k < a->n && k < b->n; k++)
        if (sgn_canvas_shows(c->plot, a, k) && sgn_canvas_shows(c->plot, b, k))
            line(to, sgn_canvas_x(c, a->x[k]), sgn_canvas_y(c, a->y[k]), sgn_canvas_x(c, b->x[k]),
                 sgn_canvas_y(c, b->y[k]), "stroke=\"#999999\" stroke-width=\"3\"");
}

static void draw_data(FILE *to, const sgn_canvas *c)
{
    const sgn_plot *p = c->plot;
    if (p->kind == SGN_PLOT_PAIRS) draw_bars(to, c);
    for (int i = 0; i < p->n; i++) draw_spread(to, c, &p->series[i]);
    for (int i = 0; i < p->n; i++)
        if (p->kind == SGN_PLOT_LINES || p->series[i].joined) draw_line(to, c, &p->series[i]);
    for (int i = 0; i < p->n; i++)
        if (!p->series[i].joined) draw_points(to, c, &p->series[i]);
}

static void draw_legend(FILE *to, const sgn_canvas *c)
{
    const sgn_plot *p = c->plot;
    for (int i = 0, key = 0; i < p->n; i++) {
        if (!sgn_canvas_is_key(p, i)) continue;
        int row = key / c->key_columns, column = key % c->key_columns;
        double x = SGN_PX_MARGIN + c->key_width * column;
        double y = c->legend + SGN_PX_KEY_LINE * (row + 0.5);
        int style = p->series[i].style;
        if (p->kind == SGN_PLOT_LINES || p->series[i].joined) {
            open_line(to, style);
            fprintf(to, "M%.1f %.1fh38\"/>\n", x, y);
        }
        if (!p->series[i].joined) {
            open_marker(to, c, style, x + 19, y);
            fputs("</path>\n", to);
        }
        text(to, x + SGN_PX_KEY, y + 5, "", p->series[i].label);
        key++;
    }
}

static void draw_note(FILE *to, const sgn_canvas *c)
{
    char note[160];
    if (!c->left_out) return;
    snprintf(note, sizeof note,
             "%d point%s not drawn: not a number, infinite, or not positive on a logarithmic axis.",
             c->left_out, c->left_out == 1 ? " is" : "s are");
    text(to, SGN_PX_MARGIN, c->height - SGN_PX_MARGIN / 2.0, NUMBER, note);
}

void sgn_plot_svg(FILE *to, const sgn_plot *p)
{
    assert(p->x.kind != SGN_AXIS_NAMES && !p->y.zero);
    assert(p->kind != SGN_PLOT_PAIRS || p->n == 2);
    sgn_canvas c = sgn_canvas_of(p);
    fprintf(to,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" role=\"img\" "
            "font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\" "
            "font-size=\"%d\" fill=\"#111111\">\n<title>",
            SGN_PX_WIDTH, c.height, SGN_PX_FONT);
    sgn_text_xml(to, p->title);
    fprintf(to, "</title>\n<rect width=\"%d\" height=\"%.0f\" fill=\"#ffffff\"/>\n", SGN_PX_WIDTH,
            c.height);
    text(to, SGN_PX_MARGIN, 28, "font-size=\"16\" font-weight=\"600\"", p->title);
    draw_x_axis(to, &c);
    draw_y_axis(to, &c);
    fprintf(to,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" " FRAME
            "/>\n",
            c.left, c.top, c.right - c.left, c.bottom - c.top);
    draw_data(to, &c);
    draw_legend(to, &c);
    draw_note(to, &c);
    fputs("</svg>\n", to);
}

/* ---- the data ---- */

static void put_value(FILE *to, const sgn_axis *a, double value)
{
    char number[SGN_EXACT_MAX];
    sgn_text_exact(number, value);
    int named = a->kind == SGN_AXIS_NAMES && value >= 0 && value < a->names;
    sgn_text_csv(to, named ? a->name[(int)value] : number);
}

void sgn_plot_csv(FILE *to, const sgn_plot *p)
{
    fputs("label,", to);
    sgn_text_csv(to, p->x.title);
    fputc(',', to);
    sgn_text_csv(to, *p->y.title ? p->y.title : "run");
    int spread = p->n && p->series->spread;
    fputs(spread ? ",spread\n" : "\n", to);
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->series[i].n; k++) {
            sgn_text_csv(to, p->series[i].label);
            fputc(',', to);
            put_value(to, &p->x, p->series[i].x[k]);
            fputc(',', to);
            put_value(to, &p->y, p->series[i].y[k]);
            if (spread) fputc(',', to), put_value(to, &p->x, p->series[i].spread[k]);
            fputc('\n', to);
        }
}
