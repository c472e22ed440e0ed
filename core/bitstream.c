#include "core/bitstream.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void sgn_bits_put(sgn_bitstream *b, uint64_t value, int count)
{
    for (int i = 0; b->byte && i < count; i++) {
        size_t at = b->at + (size_t)i;
        assert(at < b->capacity);
        b->byte[at / 8] = (uint8_t)(b->byte[at / 8] | (value >> i & 1) << at % 8);
    }
    b->at += (size_t)count;
}

uint64_t sgn_bits_get(sgn_bitstream *b, int count)
{
    uint64_t value = 0;
    if ((size_t)count > b->capacity - b->at) {
        b->overrun = 1;
        b->at = b->capacity;
        return 0;
    }
    for (int i = 0; i < count; i++, b->at++)
        value |= (uint64_t)(b->byte[b->at / 8] >> b->at % 8 & 1) << i;
    return value;
}

/* ---- chosen things ---------------------------------------------------------------------------- */

enum { PARAMETER_BITS = 5, COUNT_BITS = 32 };

static size_t next_chosen(const uint8_t *chosen, size_t from, size_t n)
{
    const uint8_t *at = from < n ? memchr(chosen + from, 1, n - from) : NULL;
    return at ? (size_t)(at - chosen) : n;
}

/* Bits of all gaps, and how many there are. */
static size_t gap_bits(const uint8_t *chosen, size_t n, int k, size_t *count)
{
    size_t bits = 0, from = 0, at;
    for (*count = 0; (at = next_chosen(chosen, from, n)) < n; from = at + 1, ++*count)
        bits += ((at - from) >> k) + 1 + (size_t)k;
    return bits;
}

static int best_parameter(const uint8_t *chosen, size_t n, size_t *count)
{
    int best = 0;
    size_t least = gap_bits(chosen, n, 0, count);
    for (int k = 1; k < 1 << PARAMETER_BITS; k++) {
        size_t bits = gap_bits(chosen, n, k, count);
        if (bits >= least) break;  // convex in k
        least = bits;
        best = k;
    }
    return best;
}

static void put_gap(sgn_bitstream *b, size_t gap, int k)
{
    size_t zeros = gap >> k;
    for (; zeros >= 32; zeros -= 32) sgn_bits_put(b, 0, 32);
    sgn_bits_put(b, (uint64_t)1 << zeros, (int)zeros + 1);
    sgn_bits_put(b, gap & (((size_t)1 << k) - 1), k);
}

void sgn_rice_put(sgn_bitstream *b, const uint8_t *chosen, size_t n)
{
    size_t count, from = 0, at;
    int k = best_parameter(chosen, n, &count);
    sgn_bits_put(b, (uint64_t)k, PARAMETER_BITS);
    sgn_bits_put(b, count, COUNT_BITS);
    for (; (at = next_chosen(chosen, from, n)) < n; from = at + 1) put_gap(b, at - from, k);
}

/* At most `most`, or more than that when the stream says so or ends. */
static size_t get_gap(sgn_bitstream *b, int k, size_t most)
{
    size_t zeros = 0;
    while (!b->overrun && zeros <= most && !sgn_bits_get(b, 1)) zeros++;
    return (zeros << k) + (size_t)sgn_bits_get(b, k);
}

sgn_status sgn_rice_get(sgn_bitstream *b, uint8_t *chosen, size_t n)
{
    memset(chosen, 0, n);
    int k = (int)sgn_bits_get(b, PARAMETER_BITS);
    size_t count = (size_t)sgn_bits_get(b, COUNT_BITS), at = 0;
    for (size_t i = 0; i < count && !b->overrun; i++) {
        at += get_gap(b, k, n);
        if (at >= n) break;
        chosen[at++] = 1;
        if (i + 1 == count) return SGN_OK;
    }
    if (count == 0 && !b->overrun) return SGN_OK;
    return sgn_fail(SGN_EFORMAT, "the places of %zu links among %zu are damaged", count, n);
}

/* ---- digits ------------------------------------------------------------------------------------ */

enum { WORD = 64 };

static int digits_of_a_word(int base)
{
    int digits = 0;
    for (uint64_t room = UINT64_MAX; room >= (uint64_t)base - 1; digits++) {
        room = (room - ((uint64_t)base - 1)) / (uint64_t)base;
        if (room == 0) return digits + 1;
    }
    return digits;
}

static int bits_of(int base, int digits) { return (int)ceil(digits * log2(base) - 1e-9); }

sgn_digits sgn_digits_begin(sgn_bitstream *b, int base)
{
    assert(base >= 2 && base <= 256);
    return (sgn_digits){.stream = b, .base = base, .place = 1};
}

/* `left` counts down from a full word; 0 also before the first digit. */
void sgn_digits_put(sgn_digits *d, int digit)
{
    if (d->left == 0) d->left = digits_of_a_word(d->base);
    d->word += (uint64_t)digit * d->place;
    d->place *= (uint64_t)d->base;
    if (--d->left > 0) return;
    sgn_bits_put(d->stream, d->word, bits_of(d->base, digits_of_a_word(d->base)));
    d->word = 0;
    d->place = 1;
}

void sgn_digits_end(sgn_digits *d)
{
    if (d->left == 0) return;
    int digits = digits_of_a_word(d->base) - d->left;
    sgn_bits_put(d->stream, d->word, bits_of(d->base, digits));
    *d = sgn_digits_begin(d->stream, d->base);
}

int sgn_digits_get(sgn_digits *d, size_t remaining)
{
    if (d->left == 0) {
        int full = digits_of_a_word(d->base);
        d->left = remaining < (size_t)full ? (int)remaining : full;
        d->word = sgn_bits_get(d->stream, bits_of(d->base, d->left));
    }
    int digit = (int)(d->word % (uint64_t)d->base);
    d->word /= (uint64_t)d->base;
    d->left--;
    return digit;
}

double sgn_digits_bits(int base, size_t count)
{
    size_t full = (size_t)digits_of_a_word(base);
    return (double)(count / full) * bits_of(base, (int)full) + bits_of(base, (int)(count % full));
}
