#include "core/rng.h"

#include <assert.h>
#include <math.h>

/* The multipliers and Weyl constants of Salmon et al. 2011, section 3.3 and the Random123 sources. */
enum { ROUNDS = 10 };
static const uint32_t multiplier[2] = {0xD2511F53u, 0xCD9E8D57u};
static const uint32_t weyl[2] = {0x9E3779B9u, 0xBB67AE85u};

void sgn_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++, k0 += weyl[0], k1 += weyl[1]) {
        uint64_t p0 = (uint64_t)multiplier[0] * c0;
        uint64_t p1 = (uint64_t)multiplier[1] * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

sgn_rng sgn_rng_stream(uint64_t seed, sgn_rng_purpose purpose, uint32_t epoch, uint32_t sample)
{
    return (sgn_rng){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .counter = {0, sample, epoch, (uint32_t)purpose},  // counter[0]: the block in the stream
    };
}

uint32_t sgn_rng_u32(sgn_rng *r)
{
    if (r->left == 0) {
        sgn_philox(r->counter, r->key, r->word);
        r->counter[0]++;
        r->left = 4;
    }
    return r->word[4 - r->left--];
}

/* 52 random bits and a half: the largest, 2^52 - 1/2, is still a double, so 1 is never returned. */
double sgn_rng_uniform(sgn_rng *r)
{
    uint64_t high = sgn_rng_u32(r);
    uint64_t bits = high << 32 | sgn_rng_u32(r);
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

/* Box and Muller 1958. */
double sgn_rng_normal(sgn_rng *r)
{
    if (r->has_normal) {
        r->has_normal = 0;
        return r->normal;
    }
    double radius = sqrt(-2 * log(sgn_rng_uniform(r)));
    double s, c;
    sincos(2 * M_PI * sgn_rng_uniform(r), &s, &c);
    r->normal = radius * s;
    r->has_normal = 1;
    return radius * c;
}

/* Lemire 2019, "Fast random integer generation in an interval", algorithm 5: the low word of the
   product is below 2^32 mod n for exactly the draws that would favour some results. */
uint32_t sgn_rng_below(sgn_rng *r, uint32_t n)
{
    assert(n > 0);
    uint32_t excess = (0u - n) % n;
    uint64_t product;
    do {
        product = (uint64_t)sgn_rng_u32(r) * n;
    } while ((uint32_t)product < excess);
    return (uint32_t)(product >> 32);
}

void sgn_rng_shuffle(sgn_rng *r, int *item, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = (int)sgn_rng_below(r, (uint32_t)i + 1);
        int other = item[j];
        item[j] = item[i];
        item[i] = other;
    }
}
