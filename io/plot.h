/* plot.h -- line and scatter figures as SVG.
 *
 * Colours are Okabe and Ito's, which stay apart for colour-blind readers (M. Okabe, K. Ito, "Color
 * Universal Design", 2008).  Colour never stands alone: every style has its marker too, and lines
 * differ in dash and width, so that of two curves that coincide both are seen.  The legend stands
 * below the axes, where no data can run into it.  Points that an axis cannot show (not a number,
 * infinite, not positive on a logarithmic axis) are left out and a note says how many.
 */
#ifndef SGN_IO_PLOT_H
#define SGN_IO_PLOT_H

#include <stdio.h>

typedef enum {
    SGN_AXIS_LINEAR,
    SGN_AXIS_WHOLE,  // steps are whole numbers: layers
    SGN_AXIS_LOG,
    SGN_AXIS_NAMES,  // y only: row k is name[k], the first on top
} sgn_axis_kind;

typedef struct {
    const char *title;  // with its unit: "NMSE (dB)"
    sgn_axis_kind kind;
    const char *zero;         // x, LOG: what values of 0 are called, which stand left of the axis
    const char *const *name;  // NAMES: (names)
    int names;
} sgn_axis;

/* Curves that share a style share one line in the legend, called as the first of them. */
typedef struct {
    const char *label;
    const double *x, *y;  // (n)
    int n;
    int style;
    const double *spread;  // (n) half the height of an error bar; NULL: none
    int joined;            // a line even where the plot is of points
} sgn_series;

typedef enum {
    SGN_PLOT_LINES,
    SGN_PLOT_POINTS,
    SGN_PLOT_PAIRS,  // two series; a bar joins their k-th points
} sgn_plot_kind;

typedef struct {
    const char *title;
    sgn_plot_kind kind;
    sgn_axis x, y;
    const sgn_series *series;
    int n;
} sgn_plot;

/* Writes one <svg> element.  The caller checks the stream for errors. */
void sgn_plot_svg(FILE *to, const sgn_plot *p);

/* The same points, all of them, as CSV: label, x, y, and the spread where there is one. */
void sgn_plot_csv(FILE *to, const sgn_plot *p);

#endif
