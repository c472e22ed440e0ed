#include "io/axis.h"
#include "io/text.h"

#include <assert.h>
#include <math.h>

static const double largest = 1e100;
enum { STEPS = 7 };  // about so many steps are aimed at

int sgn_scale_shows(int log, double value)
{
    return fabs(value) < largest && (!log || value > 1 / largest);
}

static double nice_step(double step)
{
    double power = pow(10, floor(log10(step))), part = step / power;
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

static void add_tick(sgn_scale *s, double value)
{
    if (s->ticks < SGN_TICKS_MAX) s->tick[s->ticks++] = value;
}

/* One value, or values that differ by rounding only, get room on both sides. */
static void widen(double *least, double *most)
{
    double size = fmax(fabs(*least), fabs(*most));
    if (*most - *least > 1e-9 * size) return;
    double room = fmax(0.5, 1e-6 * size);
    *least -= room;
    *most += room;
}

sgn_scale sgn_scale_linear(double least, double most, int whole)
{
    assert(least <= most);
    widen(&least, &most);
    double step = nice_step((most - least) / STEPS), slack = 1e-6;
    if (whole && step < 1) step = 1;
    double first = floor(least / step + slack), last = ceil(most / step - slack);
    if (whole) first = ceil(least / step - slack), last = floor(most / step + slack);
    sgn_scale s = {.least = whole ? least : first * step, .most = whole ? most : last * step};
    s.decimals = step < 1 ? (int)ceil(-log10(step) - slack) : 0;
    for (double k = first; k <= last && s.ticks < SGN_TICKS_MAX; k++) add_tick(&s, k * step);
    return s;
}

/* Member k of ... 0.5 1 2 5 10 20 ..., or of the powers of 10^stride. */
static double log_tick(int k, int stride)
{
    static const double mantissa[] = {1, 2, 5};
    if (stride) return pow(10, k * stride);
    int decade = (k >= 0 ? k : k - 2) / 3;
    int member = k - 3 * decade;
    assert(member >= 0 && member < 3);
    return mantissa[member] * pow(10, decade);
}

sgn_scale sgn_scale_log(double least, double most)
{
    assert(least > 0 && least <= most);
    double decades = log10(most) - log10(least);
    int stride = decades <= 4 ? 0 : (int)ceil(decades / 10);
    double per_decade = stride ? 1.0 / stride : 3, slack = 1e-9;
    int first = (int)floor(log10(least) * per_decade) + 1;
    while (log_tick(first, stride) > least * (1 + slack)) first--;
    int last = first + 1;
    while (log_tick(last, stride) < most * (1 - slack)) last++;
    sgn_scale s = {
        .log = 1, .least = log10(log_tick(first, stride)), .most = log10(log_tick(last, stride))};
    for (int k = first; k <= last; k++) add_tick(&s, log_tick(k, stride));
    return s;
}

double sgn_scale_place(const sgn_scale *s, double value)
{
    return ((s->log ? log10(value) : value) - s->least) / (s->most - s->least);
}

void sgn_scale_text(const sgn_scale *s, int tick, char *out, size_t size)
{
    double value = s->tick[tick];
    if (s->log || fabs(value) >= 1e7 || s->decimals > 6) snprintf(out, size, "%.10g", value);
    else sgn_text_number(out, size, value, s->decimals);
}
