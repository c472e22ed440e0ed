/* schedule.h -- the step size inside a stage.
 *
 * Each stage warms up linearly and then follows a cosine to exactly zero.  One-bit links need the
 * zero: their signs only settle in the last steps (a constant step size costs them 3 to 7 dB).
 */
#ifndef SGN_TRAIN_SCHEDULE_H
#define SGN_TRAIN_SCHEDULE_H

typedef enum { SGN_SCHEDULE_COSINE, SGN_SCHEDULE_CONSTANT } sgn_schedule_kind;

typedef struct {
    sgn_schedule_kind kind;
    int steps, warmup;  // of the stage
} sgn_schedule;

/* In 0 .. 1, for step = 0 .. steps-1 of the stage; multiplies train.lr. */
double sgn_schedule_rate(const sgn_schedule *s, int step);

#endif
