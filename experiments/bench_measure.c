#include "experiments/bench_measure.h"

#include "experiments/machine.h"

static const double round_seconds = 200e-6;  // long enough for the clock
enum { LEAST_ROUNDS = 9, MOST_ROUNDS = 2000 };

sgn_bench_clock sgn_bench_clock_for(int threads) { return threads > 1 ? sgn_now : sgn_cpu_seconds; }

static double seconds_of(sgn_bench_clock clock, sgn_bench_work w, int times)
{
    w.work(w.context);
    double begin = clock();
    for (int i = 0; i < times; i++) w.work(w.context);
    return (clock() - begin) / times;
}

static int times_of(sgn_bench_clock clock, sgn_bench_work w)
{
    return 1 + (int)(round_seconds / seconds_of(clock, w, 3));
}

void sgn_bench_rounds(sgn_bench_clock clock, double seconds, sgn_bench_work ours,
                      const sgn_bench_work *theirs, sgn_bench_row *out)
{
    double our[MOST_ROUNDS], their[MOST_ROUNDS], ratio[MOST_ROUNDS], end = sgn_now() + seconds;
    int our_times = times_of(clock, ours), their_times = theirs ? times_of(clock, *theirs) : 0;
    int n = 0;
    for (; n < MOST_ROUNDS && (n < LEAST_ROUNDS || sgn_now() < end); n++) {
        their[n] = theirs ? seconds_of(clock, *theirs, their_times) : 0;
        our[n] = seconds_of(clock, ours, our_times);
        ratio[n] = their[n] / our[n];
    }
    out->seconds = sgn_quartiles_of(our, n);
    if (!theirs) return;
    out->theirs = sgn_quartiles_of(their, n);
    out->ratio = sgn_quartiles_of(ratio, n);
}

sgn_status sgn_bench_measure(const sgn_bench_case *c, const sgn_bench_effort *effort,
                             sgn_bench_row *out)
{
    *out = (sgn_bench_row){.what = c, .against = "none"};
    sgn_peak_restart();
    if (sgn_bench_is_product(c)) SGN_TRY(sgn_bench_product(c, effort, out));
    else if (c->kind == SGN_BENCH_STEP) SGN_TRY(sgn_bench_step(c, effort, out));
    else SGN_TRY(sgn_bench_inference(c, effort, out));
    out->peak_bytes = sgn_peak_bytes();
    return SGN_OK;
}
