/* rng.h -- random numbers that depend on nothing but their address.
 *
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") is a keyed
 * bijection of a counter.  A stream is addressed by (seed, purpose, epoch, sample), so neither
 * the number of threads nor a resumed run can change what sample 17 of step 400 looks like.
 */
#ifndef SGN_CORE_RNG_H
#define SGN_CORE_RNG_H

#include "core/base.h"

#define SGN_RNG_NAME "philox4x32-10"

/* What a stream is drawn for: two purposes never share a number. */
typedef enum {
    SGN_RNG_MATRIX = 1,
    SGN_RNG_TRAIN,
    SGN_RNG_TEST,
    SGN_RNG_VALIDATION,
    SGN_RNG_NOISE,
    SGN_RNG_SUPPORT,
    SGN_RNG_WEIGHTS,
    SGN_RNG_ORDER,
    SGN_RNG_FREE,  // tests and examples
    SGN_RNG_MATRIX_ERROR,
} sgn_rng_purpose;

typedef struct {
    uint32_t key[2], counter[4], word[4];
    int left;        // words of `word` not yet used
    int has_normal;  // Box-Muller makes two at a time
    double normal;
} sgn_rng;

sgn_rng sgn_rng_stream(uint64_t seed, sgn_rng_purpose purpose, uint32_t epoch, uint32_t sample);

uint32_t sgn_rng_u32(sgn_rng *r);
double sgn_rng_uniform(sgn_rng *r);                  // in (0, 1)
double sgn_rng_normal(sgn_rng *r);                   // mean 0, variance 1
uint32_t sgn_rng_below(sgn_rng *r, uint32_t n);      // in 0 .. n-1, unbiased
void sgn_rng_shuffle(sgn_rng *r, int *item, int n);  // Fisher-Yates

/* The bijection itself: ten rounds on counter[4] with key[2] into out[4]. */
void sgn_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
