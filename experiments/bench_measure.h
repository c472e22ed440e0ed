/* bench_measure.h -- one case of `signroll bench`: checked, then timed.
 *
 * Times are those of rounds.  What is compared takes turns within a round, so that whatever else the
 * machine does meets both; a ratio is that of one round.  A round is as many calls as the clock can tell
 * from nothing, after one that brings memory into the caches.
 *
 * With one thread the clock is the processor's time.  Where other programs run, too, they take from a
 * long call on the wall's clock and from a short one hardly ever, and a ratio of the two would flatter.
 */
#ifndef SGN_EXPERIMENTS_BENCH_MEASURE_H
#define SGN_EXPERIMENTS_BENCH_MEASURE_H

#include "core/statistics.h"
#include "experiments/bench_case.h"

typedef struct {
    const sgn_bench_case *what;
    const char *against;    // "openblas" or "none"
    sgn_quartiles seconds;  // of one product, step or batch, over the rounds
    sgn_quartiles theirs;   // the same of `against`; n 0 where that is none
    sgn_quartiles ratio;    // how many times faster than `against`; likewise
    double bytes;           // the packed matrix; network and trainer; the packed network
    double peak_bytes;      // the most memory the process held meanwhile
} sgn_bench_row;

typedef struct {
    int threads;     // of networks; a product has one
    double seconds;  // of rounds, on the wall's clock; the least number of rounds may take longer
} sgn_bench_effort;

/* SGN_EINTERNAL when the result is wrong. */
SGN_MUST_CHECK sgn_status sgn_bench_measure(const sgn_bench_case *c, const sgn_bench_effort *effort,
                                            sgn_bench_row *out);

/* ---- inside ------------------------------------------------------------------------------------- */

SGN_MUST_CHECK sgn_status sgn_bench_product(const sgn_bench_case *c, const sgn_bench_effort *effort,
                                            sgn_bench_row *out);
SGN_MUST_CHECK sgn_status sgn_bench_step(const sgn_bench_case *c, const sgn_bench_effort *effort,
                                         sgn_bench_row *out);
SGN_MUST_CHECK sgn_status sgn_bench_inference(const sgn_bench_case *c,
                                              const sgn_bench_effort *effort, sgn_bench_row *out);

typedef struct {
    void (*work)(void *context);
    void *context;
} sgn_bench_work;

typedef double (*sgn_bench_clock)(void);
sgn_bench_clock sgn_bench_clock_for(int threads);

/* Rounds of our work and of what it is compared with (NULL: nothing) into the quartiles of `out`. */
void sgn_bench_rounds(sgn_bench_clock clock, double seconds, sgn_bench_work ours,
                      const sgn_bench_work *theirs, sgn_bench_row *out);

#endif
