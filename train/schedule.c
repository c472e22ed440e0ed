#include "train/schedule.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

double sgn_schedule_rate(const sgn_schedule *s, int step)
{
    int steps = s->steps, i = step + 1;
    int warmup = s->warmup < steps ? s->warmup : steps - 1;  // a short stage, too, ends at zero
    if (i <= warmup) return (double)i / (warmup + 1);
    if (s->kind == SGN_SCHEDULE_CONSTANT) return 1;
    return (1 + cos(pi * (i - warmup) / (steps - warmup))) / 2;
}
