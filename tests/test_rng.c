#include "core/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Lines "philox4x32 10" of the file kat_vectors of Random123. */
static const struct {
    uint32_t counter[4], key[2], out[4];
} published[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

Test(rng, philox_gives_the_published_answers)
{
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        uint32_t out[4];
        sgn_philox(published[i].counter, published[i].key, out);
        for (int k = 0; k < 4; k++)
            cr_assert_eq(out[k], published[i].out[k], "vector %zu, word %d: %08x", i, k, out[k]);
    }
}

Test(rng, a_stream_is_philox_of_its_address)
{
    uint64_t seed = 0x0123456789abcdefu;
    sgn_rng r = sgn_rng_stream(seed, SGN_RNG_TRAIN, 7, 19);
    for (uint32_t block = 0; block < 3; block++) {
        uint32_t word[4];
        sgn_philox((uint32_t[]){block, 19, 7, SGN_RNG_TRAIN}, (uint32_t[]){0x89abcdef, 0x01234567},
                   word);
        for (int k = 0; k < 4; k++) cr_assert_eq(sgn_rng_u32(&r), word[k]);
    }
}

Test(rng, streams_that_differ_in_one_coordinate_share_no_block)
{
    enum { WORDS = 64, STREAMS = 6 };
    sgn_rng stream[STREAMS] = {
        sgn_rng_stream(1, SGN_RNG_TRAIN, 0, 0),          sgn_rng_stream(2, SGN_RNG_TRAIN, 0, 0),
        sgn_rng_stream(1ull << 32, SGN_RNG_TRAIN, 0, 0), sgn_rng_stream(1, SGN_RNG_TEST, 0, 0),
        sgn_rng_stream(1, SGN_RNG_TRAIN, 1, 0),          sgn_rng_stream(1, SGN_RNG_TRAIN, 0, 1),
    };
    uint32_t word[STREAMS][WORDS];
    for (int s = 0; s < STREAMS; s++)
        for (int i = 0; i < WORDS; i++) word[s][i] = sgn_rng_u32(&stream[s]);
    for (int s = 0; s < STREAMS; s++)
        for (int other = 0; other < s; other++)
            for (int i = 0; i < WORDS; i += 4)
                for (int j = 0; j < WORDS; j += 4)
                    cr_assert(memcmp(&word[s][i], &word[other][j], 4 * sizeof(uint32_t)) != 0,
                              "streams %d and %d share a block", s, other);
}

Test(rng, uniform_fills_the_open_unit_interval_evenly)
{
    enum { N = 200000, BINS = 20 };
    sgn_rng r = sgn_rng_stream(11, SGN_RNG_FREE, 0, 0);
    double sum = 0, squares = 0, chi2 = 0;
    int count[BINS] = {0};
    for (int i = 0; i < N; i++) {
        double u = sgn_rng_uniform(&r);
        cr_assert(u > 0 && u < 1);
        sum += u, squares += u * u, count[(int)(u * BINS)]++;
    }
    cr_expect_float_eq(sum / N, 0.5, 5 * sqrt(1.0 / 12 / N));
    cr_expect_float_eq(squares / N, 1.0 / 3, 5 * sqrt(4.0 / 45 / N));
    for (int k = 0; k < BINS; k++) chi2 += pow(count[k] - N / BINS, 2) / (N / BINS);
    cr_expect_lt(chi2, BINS - 1 + 5 * sqrt(2.0 * (BINS - 1)));
}

/* E z^k = 0, 1, 0, 3 with variances 1, 2, 15, 96. */
Test(rng, normal_has_the_moments_of_the_normal_distribution)
{
    enum { N = 200000 };
    static const double expected[] = {0, 1, 0, 3}, variance[] = {1, 2, 15, 96};
    sgn_rng r = sgn_rng_stream(12, SGN_RNG_FREE, 0, 0);
    double moment[4] = {0}, lag = 0, before = 0;
    for (int i = 0; i < N; i++) {
        double z = sgn_rng_normal(&r);
        for (int k = 0; k < 4; k++) moment[k] += pow(z, k + 1) / N;
        lag += z * before / N, before = z;
    }
    for (int k = 0; k < 4; k++)
        cr_expect_float_eq(moment[k], expected[k], 5 * sqrt(variance[k] / N), "moment %d: %g",
                           k + 1, moment[k]);
    cr_expect_float_eq(lag, 0, 5 / sqrt(N), "neighbours correlate: %g", lag);
}

Test(rng, below_gives_every_number_as_often)
{
    enum { N = 70000, SIDES = 7 };
    sgn_rng r = sgn_rng_stream(13, SGN_RNG_FREE, 0, 0);
    int count[SIDES] = {0};
    for (int i = 0; i < N; i++) {
        uint32_t k = sgn_rng_below(&r, SIDES);
        cr_assert_lt(k, SIDES);
        count[k]++;
    }
    for (int k = 0; k < SIDES; k++)
        cr_expect_float_eq(count[k], N / SIDES, 5 * sqrt(N / SIDES), "%d came %d times", k,
                           count[k]);
    for (int i = 0; i < 100; i++) cr_assert_eq(sgn_rng_below(&r, 1), 0);
}

/* Without rejection 2^31 of the 2^32 words would fall on the first third of 3 * 2^30 numbers. */
Test(rng, below_is_unbiased_where_the_range_does_not_divide_the_words)
{
    enum { N = 30000 };
    sgn_rng r = sgn_rng_stream(14, SGN_RNG_FREE, 0, 0);
    int thirds[3] = {0};
    for (int i = 0; i < N; i++) thirds[sgn_rng_below(&r, 3u << 30) % 3]++;
    for (int k = 0; k < 3; k++) cr_expect_float_eq(thirds[k], N / 3, 5 * sqrt(N / 3));
}

Test(rng, shuffle_gives_every_permutation_as_often)
{
    enum { N = 60000 };
    sgn_rng r = sgn_rng_stream(15, SGN_RNG_FREE, 0, 0);
    int count[27] = {0};
    for (int i = 0; i < N; i++) {
        int item[3] = {0, 1, 2};
        sgn_rng_shuffle(&r, item, 3);
        cr_assert_eq(1 << item[0] | 1 << item[1] | 1 << item[2], 7);
        count[9 * item[0] + 3 * item[1] + item[2]]++;
    }
    for (int k = 0; k < 27; k++)
        if (count[k]) cr_expect_float_eq(count[k], N / 6, 5 * sqrt(N / 6));
    sgn_rng_shuffle(&r, NULL, 0);
}
