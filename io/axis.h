/* axis.h -- the range of an axis and its ticks.
 *
 * Linear steps are 1, 2 or 5 times a power of ten (P. Heckbert, "Nice numbers for graph labels",
 * Graphics Gems, 1990); logarithmic ticks stand at 1, 2 and 5 of every decade, or at whole decades
 * when there are many.
 */
#ifndef SGN_IO_AXIS_H
#define SGN_IO_AXIS_H

#include <stddef.h>

enum { SGN_TICKS_MAX = 40 };

typedef struct {
    int log;
    double least, most;  // the range; logarithms of it when log
    double tick[SGN_TICKS_MAX];
    int ticks;
    int decimals;  // of a linear tick's text
} sgn_scale;

/* Values an axis can show: finite, of a size whose differences are finite too, above 0 when log. */
int sgn_scale_shows(int log, double value);

/* Both need least <= most that can be shown.  `whole`: steps are whole numbers and the range ends at
   the data; otherwise it ends at ticks. */
sgn_scale sgn_scale_linear(double least, double most, int whole);
sgn_scale sgn_scale_log(double least, double most);

double sgn_scale_place(const sgn_scale *s, double value);  // 0 at the least, 1 at the most
void sgn_scale_text(const sgn_scale *s, int tick, char *out, size_t size);

#endif
