#include "train/schedule.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

int sgn_schedule_stage(const sgn_schedule *s, int step)
{
    return s->stages == SGN_STAGES_TWO && step >= s->steps / 2;
}

int sgn_schedule_stage_start(const sgn_schedule *s, int step)
{
    return sgn_schedule_stage(s, step) ? s->steps / 2 : 0;
}

static int stage_steps(const sgn_schedule *s, int step)
{
    if (s->stages == SGN_STAGES_ONE) return s->steps;
    return sgn_schedule_stage(s, step) ? s->steps - s->steps / 2 : s->steps / 2;
}

double sgn_schedule_rate(const sgn_schedule *s, int step)
{
    int steps = stage_steps(s, step), i = step - sgn_schedule_stage_start(s, step) + 1;
    int warmup = s->warmup < steps ? s->warmup : steps - 1;  // a short stage, too, ends at zero
    if (i <= warmup) return (double)i / (warmup + 1);
    if (s->kind == SGN_SCHEDULE_CONSTANT) return 1;
    return (1 + cos(pi * (i - warmup) / (steps - warmup))) / 2;
}
