#include "core/bitstream.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

/* ---- bits -------------------------------------------------------------------------------------- */

/* Bits of a number that lie in the byte at position `at`: up to its end, `count` at most. */
static int bits_here(size_t at, int count)
{
    int left = 8 - (int)(at % 8);
    return left < count ? left : count;
}

static unsigned lowest(int count) { return (1u << count) - 1; }

void sgn_bits_put(sgn_bitstream *b, uint64_t value, int count)
{
    assert(!b->byte || b->at + (size_t)count <= b->capacity);
    for (int done = 0, some; b->byte && done < count; done += some) {
        size_t at = b->at + (size_t)done;
        some = bits_here(at, count - done);
        unsigned part = (unsigned)(value >> done) & lowest(some);
        b->byte[at / 8] = (uint8_t)(b->byte[at / 8] | part << at % 8);
    }
    b->at += (size_t)count;
}

/* The bytes first .. first + count - 1 of what is read; NULL where they cannot be had. */
static const uint8_t *bytes_at(const sgn_bitstream *b, size_t first, size_t count)
{
    sgn_bitsource *s = b->source;
    if (!s) return b->byte + first;
    if (first < s->first || first + count > s->first + s->held) {
        size_t left = (b->capacity + 7) / 8 - first;
        s->first = first;
        s->held = left < s->room ? left : s->room;
        if (!s->fetch(s->from, first, s->held, b->byte)) s->held = 0;
    }
    return s->held ? b->byte + (first - s->first) : NULL;
}

uint64_t sgn_bits_get(sgn_bitstream *b, int count)
{
    enum { MOST = 9 };  // bytes that 64 bits can lie in
    uint8_t byte[MOST] = {0};
    uint64_t low, skipped = b->at % 8;
    size_t first = b->at / 8, bytes = (skipped + (size_t)count + 7) / 8;
    int is_there = (size_t)count <= b->capacity - b->at;
    const uint8_t *from = is_there ? bytes_at(b, first, bytes) : NULL;
    if (!from) {
        b->overrun = 1;
        b->at = b->capacity;
        return 0;
    }
    memcpy(byte, from, bytes);
    memcpy(&low, byte, sizeof low);
    low = le64toh(low) >> skipped;
    if (skipped) low |= (uint64_t)byte[MOST - 1] << (64 - skipped);
    b->at += (size_t)count;
    return count == 64 ? low : low & (((uint64_t)1 << count) - 1);
}

/* ---- which things are chosen ------------------------------------------------------------------- */

enum { PARAMETER_BITS = 5, PARAMETERS = 1 << PARAMETER_BITS, COUNT_BITS = 32, LONG_RUN = 32 };

static size_t count_chosen(const sgn_choice *c)
{
    size_t count = 0;
    for (size_t at = 0; (at = c->next(c, at, 1)) < c->n; at++) count++;
    return count;
}

/* Gaps lie between the rarer kind: 1 between those chosen, 0 between the others. */
static int rarer_kind(size_t chosen, size_t n) { return chosen <= n - chosen; }

static int best_parameter(const sgn_choice *c, int value)
{
    size_t bits[PARAMETERS] = {0};
    int best = 0;
    for (size_t from = 0, at; (at = c->next(c, from, value)) < c->n; from = at + 1)
        for (int k = 0; k < PARAMETERS; k++) bits[k] += ((at - from) >> k) + 1 + (size_t)k;
    for (int k = 1; k < PARAMETERS; k++)
        if (bits[k] < bits[best]) best = k;
    return best;
}

/* floor(gap / 2^k) zeros, a one, and the lowest k bits of the gap */
static void put_gap(sgn_bitstream *b, size_t gap, int k)
{
    size_t zeros = gap >> k;
    for (; zeros >= LONG_RUN; zeros -= LONG_RUN) sgn_bits_put(b, 0, LONG_RUN);
    sgn_bits_put(b, (uint64_t)1 << zeros, (int)zeros + 1);
    sgn_bits_put(b, gap, k);
}

void sgn_rice_put_choice(sgn_bitstream *b, const sgn_choice *c)
{
    size_t chosen = count_chosen(c);
    int value = rarer_kind(chosen, c->n), k = best_parameter(c, value);
    assert(c->n <= UINT32_MAX);
    sgn_bits_put(b, (uint64_t)k, PARAMETER_BITS);
    sgn_bits_put(b, chosen, COUNT_BITS);
    for (size_t from = 0, at; (at = c->next(c, from, value)) < c->n; from = at + 1)
        put_gap(b, at - from, k);
}

static size_t next_byte(const sgn_choice *c, size_t from, int value)
{
    const uint8_t *chosen = c->things;
    const uint8_t *at = from < c->n ? memchr(chosen + from, value, c->n - from) : NULL;
    return at ? (size_t)(at - chosen) : c->n;
}

void sgn_rice_put(sgn_bitstream *b, const uint8_t *chosen, size_t n)
{
    sgn_rice_put_choice(b, &(sgn_choice){n, next_byte, chosen});
}

/* Above `most` when the stream says so; anything when it ends. */
static size_t get_gap(sgn_bitstream *b, int k, size_t most)
{
    size_t zeros = 0;
    while (!b->overrun && zeros <= most && !sgn_bits_get(b, 1)) zeros++;
    return (zeros << k) + (size_t)sgn_bits_get(b, k);
}

sgn_status sgn_rice_get(sgn_bitstream *b, uint8_t *chosen, size_t n)
{
    int k = (int)sgn_bits_get(b, PARAMETER_BITS);
    size_t count = (size_t)sgn_bits_get(b, COUNT_BITS), at = 0;
    if (b->overrun || count > n)
        return sgn_fail(SGN_EFORMAT, "which of %zu things are chosen is damaged", n);
    int value = rarer_kind(count, n);
    memset(chosen, !value, n);
    for (size_t left = value ? count : n - count; left > 0; left--, at++) {
        at += get_gap(b, k, n);
        if (at >= n || b->overrun)
            return sgn_fail(SGN_EFORMAT, "which %zu of %zu things are chosen is damaged", count, n);
        chosen[at] = (uint8_t)value;
    }
    return SGN_OK;
}

/* ---- digits ------------------------------------------------------------------------------------ */

enum { WORD = 64 };

static uint64_t largest_number(int base, int digits)
{
    uint64_t largest = 0;
    for (int i = 0; i < digits; i++) largest = largest * (uint64_t)base + (uint64_t)(base - 1);
    return largest;
}

static int digits_of_a_word(int base)
{
    uint64_t last = (uint64_t)(base - 1), largest = 0;
    int digits = 0;
    for (; digits < WORD && largest <= (UINT64_MAX - last) / (uint64_t)base; digits++)
        largest = largest * (uint64_t)base + last;
    return digits;
}

static int bits_of(int base, int digits)
{
    int bits = 0;
    for (uint64_t largest = largest_number(base, digits); largest > 0; largest >>= 1) bits++;
    return bits;
}

sgn_digits sgn_digits_begin(sgn_bitstream *b, int base)
{
    assert(base >= 1);
    return (sgn_digits){.stream = b, .base = base, .room = digits_of_a_word(base), .place = 1};
}

void sgn_digits_put(sgn_digits *d, int digit)
{
    assert(digit >= 0 && digit < d->base);
    d->word += (uint64_t)digit * d->place;
    d->place *= (uint64_t)d->base;
    if (++d->count == d->room) sgn_digits_end(d);
}

void sgn_digits_end(sgn_digits *d)
{
    sgn_bits_put(d->stream, d->word, bits_of(d->base, d->count));
    d->word = 0;
    d->place = 1;
    d->count = 0;
}

int sgn_digits_get(sgn_digits *d, size_t remaining)
{
    if (d->count == 0) {
        d->count = remaining < (size_t)d->room ? (int)remaining : d->room;
        d->word = sgn_bits_get(d->stream, bits_of(d->base, d->count));
    }
    int digit = (int)(d->word % (uint64_t)d->base);
    d->word /= (uint64_t)d->base;
    d->count--;
    return digit;
}

double sgn_digits_bits(int base, size_t count)
{
    size_t room = (size_t)digits_of_a_word(base), whole = count / room;
    return (double)whole * bits_of(base, (int)room) + bits_of(base, (int)(count % room));
}
