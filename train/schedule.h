/* schedule.h -- which stage a step belongs to, and its step size.
 *
 * Each stage warms up linearly and then follows a cosine to exactly zero.  One-bit links need the
 * zero: their signs only settle in the last steps (a constant step size costs them 3 to 7 dB).
 */
#ifndef SGN_TRAIN_SCHEDULE_H
#define SGN_TRAIN_SCHEDULE_H

typedef enum { SGN_STAGES_ONE, SGN_STAGES_TWO } sgn_stages;
typedef enum { SGN_SCHEDULE_COSINE, SGN_SCHEDULE_CONSTANT } sgn_schedule_kind;

typedef struct {
    sgn_schedule_kind kind;
    sgn_stages stages;
    int steps, warmup;
} sgn_schedule;

int sgn_schedule_stage(const sgn_schedule *s, int step);        // 0 or 1
int sgn_schedule_stage_start(const sgn_schedule *s, int step);  // the first step of its stage

/* In 0 .. 1, for step = 0 .. steps-1; multiplies train.lr. */
double sgn_schedule_rate(const sgn_schedule *s, int step);

#endif
