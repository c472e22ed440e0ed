/* bitstream.h -- whole numbers, packed bit by bit.
 *
 * A stream without memory counts what writing would take, so that a size that is quoted is the size
 * that is written.  Bits are appended lowest first.  Reading beyond the end gives 0 and is remembered:
 * whatever bytes are read, nothing outside them is touched.
 */
#ifndef SGN_CORE_BITSTREAM_H
#define SGN_CORE_BITSTREAM_H

#include "core/base.h"

#include <stddef.h>

/* Where the bytes of a stream are that is too long to be in memory as a whole: `byte` then has room for
   some, of which `held` from number `first` on are there. */
typedef struct {
    /* Reads `count` bytes from number `first` on; whether that was possible. */
    int (*fetch)(void *from, size_t first, size_t count, uint8_t *to);
    void *from;
    size_t room, first, held;
} sgn_bitsource;

typedef struct {
    uint8_t *byte;          // zero at first; NULL: only count
    size_t capacity;        // in bits; of what is read: the bits there are
    size_t at;              // bits written or read so far
    int overrun;            // something was read beyond the end
    sgn_bitsource *source;  // NULL: all bytes are in memory; borrowed
} sgn_bitstream;

void sgn_bits_put(sgn_bitstream *b, uint64_t value, int count);  // the lowest `count` bits, 0 .. 64
uint64_t sgn_bits_get(sgn_bitstream *b, int count);

/* ---- which things are chosen ---- */

/* n things, fewer than 2^32.  next: the first from `from` on that is chosen (value 1), or that is not
   (value 0); n where there is none. */
typedef struct sgn_choice {
    size_t n;
    size_t (*next)(const struct sgn_choice *c, size_t from, int value);
    const void *things;
} sgn_choice;

/* Writes which things are chosen, as the gaps between them, or between the others where these are
   fewer.  With parameter k a gap g takes floor(g / 2^k) + 1 + k bits (Rice 1979).  The best k stands in
   front, in 5 bits, and the number of those chosen in 32.  Among 10^5 things chosen at random that is
   1.2, 1.6, 1.4 and 0.1 % more than log2 (n over chosen) at densities of 0.05, 0.1, 0.25 and 0.5, and
   4.4 % at worst, at 0.38. */
void sgn_rice_put_choice(sgn_bitstream *b, const sgn_choice *c);
void sgn_rice_put(sgn_bitstream *b, const uint8_t *chosen, size_t n);  // chosen[i]: 0 or 1
/* Reads either into chosen[0 .. n-1].  SGN_EFORMAT, and anything in `chosen`, when the stream ends too
   soon or says what cannot be; it takes no longer than n and the stream are long. */
SGN_MUST_CHECK sgn_status sgn_rice_get(sgn_bitstream *b, uint8_t *chosen, size_t n);

/* ---- digits ---- */

/* Digits 0 .. base-1, as many to a word of 64 bits as fit (40 of base 3: 1.6 bits each); a word is as
   short as its digits allow.  Any base from 1 (no bits at all) on. */
typedef struct {
    sgn_bitstream *stream;
    int base;
    int room;              // digits of a full word
    int count;             // digits gathered in the word, or still to be taken from it
    uint64_t word, place;  // the digits, and what the next one counts
} sgn_digits;

sgn_digits sgn_digits_begin(sgn_bitstream *b, int base);
void sgn_digits_put(sgn_digits *d, int digit);
void sgn_digits_end(sgn_digits *d);  // after the last put
/* The next digit, never one that cannot be; `remaining` counts the digits to come, this one included. */
int sgn_digits_get(sgn_digits *d, size_t remaining);
double sgn_digits_bits(int base, size_t count);  // what `count` digits take

#endif
