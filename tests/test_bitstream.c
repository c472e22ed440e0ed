#include "core/bitstream.h"

#include "laws.h"
#include "tests/slow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

TestSuite(bitstream, .timeout = 60);

enum { ROOM = 1 << 16 };

static uint8_t room[ROOM];

static sgn_bitstream blank(void)
{
    memset(room, 0, sizeof room);
    return (sgn_bitstream){.byte = room, .capacity = 8 * (size_t)ROOM};
}

/* The first `bits` of what was written, in memory of just that size: a sanitizer sees what lies beyond. */
static sgn_bitstream copy_of(const sgn_bitstream *written, size_t bits)
{
    size_t bytes = (bits + 7) / 8;
    uint8_t *copy = malloc(bytes + !bytes);
    return (sgn_bitstream){.byte = memcpy(copy, written->byte, bytes), .capacity = bits};
}

/* ---- bits -------------------------------------------------------------------------------------- */

static uint64_t number(int i, int bits)
{
    uint64_t random = 0x9e3779b97f4a7c15u * (uint64_t)(i + 1);
    return bits == 0 ? 0 : random >> (64 - bits);
}

Test(bitstream, numbers_of_every_width_come_back_wherever_they_stand)
{
    sgn_bitstream to = blank();
    for (int i = 0; i < 65 * 64; i++) sgn_bits_put(&to, number(i, i % 65), i % 65);
    sgn_bitstream from = {.byte = room, .capacity = to.at};
    for (int i = 0; i < 65 * 64; i++)
        cr_expect_eq(sgn_bits_get(&from, i % 65), number(i, i % 65), "number %d", i);
    cr_expect(from.at == to.at && !from.overrun);
    cr_expect_eq(sgn_bits_get(&from, 0), 0);
    cr_expect_not(from.overrun, "no bits are there at the end, too");
    cr_expect(sgn_bits_get(&from, 1) == 0 && from.overrun);
}

Test(bitstream, the_lowest_bit_comes_first_and_higher_ones_than_asked_for_are_left_out)
{
    sgn_bitstream to = blank();
    sgn_bits_put(&to, 5, 3);
    sgn_bits_put(&to, UINT64_MAX, 2);
    sgn_bits_put(&to, 0x100, 9);
    cr_expect(room[0] == 0x1d && room[1] == 0x20 && room[2] == 0 && to.at == 14);
}

/* ---- digits ------------------------------------------------------------------------------------ */

static int digit(int i, int base) { return i * 7919 % 10007 * 31 % base; }

static void put_digits(sgn_bitstream *to, int base, int count)
{
    sgn_digits d = sgn_digits_begin(to, base);
    for (int i = 0; i < count; i++) sgn_digits_put(&d, digit(i, base));
    sgn_digits_end(&d);
}

static int wrong_digits(sgn_bitstream *from, int base, int count)
{
    int wrong = 0;
    sgn_digits d = sgn_digits_begin(from, base);
    for (int i = 0; i < count; i++)
        wrong += sgn_digits_get(&d, (size_t)(count - i)) != digit(i, base);
    return wrong;
}

static void check_digits(int base, int count)
{
    sgn_bitstream to = blank(), counted = {0};
    sgn_bits_put(&to, 1, 3);
    put_digits(&to, base, count);
    put_digits(&counted, base, count);
    cr_expect_eq((double)(to.at - 3), sgn_digits_bits(base, (size_t)count));
    cr_expect_eq(counted.at, to.at - 3, "a stream without memory counts");
    sgn_bitstream from = {.byte = room, .capacity = to.at, .at = 3};
    cr_expect_eq(wrong_digits(&from, base, count), 0, "%d digits of base %d", count, base);
    cr_expect(from.at == to.at && !from.overrun, "%d digits of base %d", count, base);
}

Test(bitstream, digits_of_every_base_and_number_come_back_and_take_what_was_said)
{
    for (int base = 1; base <= 256; base++)
        for (int count = 0; count <= 200; count++) check_digits(base, count);
    check_digits(601080390, 50);  // 32 over 16
    check_digits(INT32_MAX, 50);
}

Test(bitstream, digits_take_less_than_a_bit_a_word_more_than_they_must)
{
    for (int base = 2; base <= 256; base++) {
        double words = ceil(10000 / floor(64 / log2(base))), least = 10000 * log2(base);
        cr_expect_geq(sgn_digits_bits(base, 10000), least - 1e-6, "base %d", base);
        cr_expect_lt(sgn_digits_bits(base, 10000), least + words, "base %d", base);
        cr_expect_lt(sgn_digits_bits(base, 10000), 1.018 * least, "base %d", base);
    }
    cr_expect_eq(sgn_digits_bits(2, 1000), 1000);
    cr_expect_eq(sgn_digits_bits(3, 1000), 1600);
    cr_expect_eq(sgn_digits_bits(1, 1000), 0);
}

Test(bitstream, digits_cut_off_are_noticed_and_still_digits)
{
    sgn_bitstream to = blank();
    put_digits(&to, 6, 100);
    for (size_t bits = 0; bits < to.at; bits++) {
        sgn_bitstream from = copy_of(&to, bits);
        sgn_digits d = sgn_digits_begin(&from, 6);
        for (size_t left = 100; left > 0; left--) {
            int got = sgn_digits_get(&d, left);
            cr_expect(got >= 0 && got < 6);
        }
        cr_expect(from.overrun, "%zu bits of %zu", bits, to.at);
        free(from.byte);
    }
}

/* ---- which things are chosen ------------------------------------------------------------------- */

enum { MANY = 100000 };

static uint8_t chosen[MANY], back[MANY];

static size_t draw(size_t n, double density, uint32_t stream)
{
    size_t count = 0;
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, stream);
    for (size_t i = 0; i < n; i++) count += chosen[i] = sgn_rng_uniform(&rng) < density;
    return count;
}

static const double densities[] = {0,   1e-4, 1e-3, 0.01, 0.05, 0.1,  0.2,  0.25, 0.3,   0.4, 0.45,
                                   0.5, 0.55, 0.6,  0.7,  0.75, 0.85, 0.95, 0.99, 0.999, 1};
enum { DENSITIES = sizeof densities / sizeof *densities };

static void check_chosen(size_t n, double density)
{
    sgn_bitstream to = blank(), counted = {0};
    draw(n, density, (uint32_t)n);
    sgn_rice_put(&to, chosen, n);
    sgn_rice_put(&counted, chosen, n);
    cr_expect_eq(counted.at, to.at);
    sgn_bitstream from = copy_of(&to, to.at);
    memset(back, 2, n);
    OK(sgn_rice_get(&from, back, n));
    cr_expect_arr_eq(back, chosen, n, "%zu at density %g", n, density);
    cr_expect(from.at == to.at, "%zu at density %g", n, density);
    free(from.byte);
}

Test(bitstream, what_was_chosen_comes_back_at_every_density)
{
    const size_t sizes[] = {0, 1, 2, 7, 1000, MANY / (size_t)slower()};
    for (int k = 0; k < DENSITIES; k++)
        for (int i = 0; i < 6; i++) check_chosen(sizes[i], densities[k]);
}

/* By how much, relative to log2 (n over chosen). */
static double excess(double density)
{
    sgn_bitstream counted = {0};
    size_t count = draw(MANY, density, 3);
    sgn_rice_put(&counted, chosen, MANY);
    return (double)counted.at / sgn_log2_choose(MANY, (double)count) - 1;
}

Test(bitstream, what_is_chosen_takes_little_more_than_the_number_of_choices_says)
{
    static const double usual[][2] = {{0.05, 0.013}, {0.1, 0.017}, {0.25, 0.015}, {0.5, 0.001}};
    for (int k = 0; k < 4; k++) {
        double rare = excess(usual[k][0]), others = excess(1 - usual[k][0]);
        cr_expect_lt(rare, usual[k][1], "density %g: %g", usual[k][0], rare);
        cr_expect_lt(others, usual[k][1], "density %g: %g", 1 - usual[k][0], others);
    }
    for (double d = 0.02; d < 0.98; d += 0.01 * slower()) {
        double more = excess(d);
        cr_expect(more > 0 && more < 0.044, "density %g: %g", d, more);
    }
}

Test(bitstream, a_choice_that_is_cut_off_is_refused)
{
    for (double density = 0.1; density < 1; density += 0.4) {
        sgn_bitstream to = blank();
        draw(300, density, 5);
        sgn_rice_put(&to, chosen, 300);
        for (size_t bits = 0; bits < to.at; bits++) {
            sgn_bitstream from = copy_of(&to, bits);
            cr_expect_eq(sgn_rice_get(&from, back, 300), SGN_EFORMAT, "%zu of %zu", bits, to.at);
            free(from.byte);
        }
    }
}

Test(bitstream, a_choice_of_more_than_there_are_is_refused)
{
    sgn_bitstream to = blank();
    memset(chosen, 1, 300);
    sgn_rice_put(&to, chosen, 300);
    sgn_bitstream from = {.byte = room, .capacity = to.at};
    cr_expect_eq(sgn_rice_get(&from, back, 299), SGN_EFORMAT);
    draw(300, 0.3, 5);
    chosen[299] = 1;
    to = blank();
    sgn_rice_put(&to, chosen, 300);
    from = (sgn_bitstream){.byte = room, .capacity = to.at};
    cr_expect_eq(sgn_rice_get(&from, back, 299), SGN_EFORMAT, "a place beyond the end");
}

/* Each byte may be anything: it is refused or read, and nothing outside is touched. */
Test(bitstream, random_bytes_do_no_harm)
{
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, 11);
    int read = 0;
    for (int k = 0; k < 20000 / slower(); k++) {
        for (int i = 0; i < 64; i++) room[i] = (uint8_t)(256 * sgn_rng_uniform(&rng));
        if (k % 2) memset(room + 1, 0, 4), room[0] &= 0x1f;  // a parameter and a small number
        sgn_bitstream random = {.byte = room}, from = copy_of(&random, (size_t)(k % 512));
        size_t n = (size_t)(k % 300);
        memset(back, 2, n + 1);
        int good = sgn_rice_get(&from, back, n) == SGN_OK;
        for (size_t i = 0; good && i < n; i++) cr_expect_leq(back[i], 1);
        cr_expect(back[n] == 2 && from.at <= from.capacity);
        read += good;
        free(from.byte);
    }
    cr_expect(read > 100 / slower() && read < 19900 / slower(), "%d could be read", read);
}

/* ---- from elsewhere ------------------------------------------------------------------------------ */

static int fetches;

static int fetch(void *from, size_t first, size_t count, uint8_t *to)
{
    memcpy(to, (const uint8_t *)from + first, count);
    return ++fetches < 1000;
}

Test(bitstream, bytes_that_are_fetched_in_pieces_are_those_in_memory)
{
    uint8_t all[100], some[11];
    for (int i = 0; i < 100; i++) all[i] = (uint8_t)(i * 37 + 11);
    for (int count = 1; count <= 64; count++) {
        sgn_bitsource source = {.fetch = fetch, .from = all, .room = sizeof some};
        sgn_bitstream a = {.byte = all, .capacity = 800},
                      b = {.byte = some, .capacity = 800, .source = &source};
        while (!a.overrun) {
            cr_assert_eq(sgn_bits_get(&b, count), sgn_bits_get(&a, count), "%d bits", count);
            cr_assert_eq(b.at, a.at);
        }
        cr_assert(b.overrun);
    }
}

Test(bitstream, what_cannot_be_fetched_reads_as_beyond_the_end)
{
    uint8_t all[100] = {0}, some[11];
    sgn_bitsource source = {.fetch = fetch, .from = all, .room = sizeof some};
    sgn_bitstream b = {.byte = some, .capacity = 800, .source = &source};
    fetches = 1000;
    cr_expect_eq(sgn_bits_get(&b, 8), 0);
    cr_expect(b.overrun);
}
