/* canvas.h -- where the parts of a figure stand.
 *
 * The drawing is SGN_PX_WIDTH wide and as high as its parts need, from the top: title, frame with the
 * data, ticks, title of the x axis, legend, note.
 */
#ifndef SGN_IO_CANVAS_H
#define SGN_IO_CANVAS_H

#include "io/axis.h"
#include "io/plot.h"

/* px of the drawing, which is scaled as a whole */
enum {
    SGN_PX_WIDTH = 960,
    SGN_PX_MARGIN = 16,
    SGN_PX_FONT = 14,
    SGN_PX_SMALL = 12,     // font of ticks and notes
    SGN_PX_TICKS = 24,     // height of the ticks' texts
    SGN_PX_KEY = 46,       // width of line and marker in the legend
    SGN_PX_KEY_LINE = 22,  // of a line of the legend
    SGN_PX_NAME = 480,     // widest name of a row
};

typedef struct {
    const sgn_plot *plot;
    sgn_scale x, y;
    double left, right, top, bottom;  // of the frame
    double zero;                      // width of the strip for x = 0; 0: there is none
    double legend, height;            // top of the legend; of the drawing
    int keys, key_columns;            // of the legend
    double key_width;
    int left_out;  // points that cannot be shown
} sgn_canvas;

sgn_canvas sgn_canvas_of(const sgn_plot *p);

double sgn_canvas_x(const sgn_canvas *c, double x);
double sgn_canvas_y(const sgn_canvas *c, double y);

/* Whether both axes can show point k of the series; not for one before the first or after the last. */
int sgn_canvas_shows(const sgn_plot *p, const sgn_series *s, int k);

/* A series stands in the legend when no series before it has its style. */
int sgn_canvas_is_key(const sgn_plot *p, int series);

#endif
