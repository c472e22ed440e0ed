/* bitstream.h -- whole numbers, packed bit by bit.
 *
 * A stream without memory counts what writing would take, so that a size that is quoted is the size
 * that is written.  Bits are appended lowest first.
 */
#ifndef SGN_CORE_BITSTREAM_H
#define SGN_CORE_BITSTREAM_H

#include "core/base.h"

typedef struct {
    uint8_t *byte;    // zero at first; NULL: only count
    size_t capacity;  // in bits; of what is read: the bits there are
    size_t at;        // bits written or read so far
    int overrun;      // something was read beyond the end; what came out there is 0
} sgn_bitstream;

void sgn_bits_put(sgn_bitstream *b, uint64_t value, int count);  // count 0 .. 64
uint64_t sgn_bits_get(sgn_bitstream *b, int count);

/* Which of n things are chosen, as the gaps between them.  With parameter k a gap g takes
   floor(g / 2^k) + 1 + k bits (Rice 1979): within a few per cent of log2 (n over chosen).  The best k
   stands in front, in 5 bits, and their number in 32. */
void sgn_rice_put(sgn_bitstream *b, const uint8_t *chosen, size_t n);
SGN_MUST_CHECK sgn_status sgn_rice_get(sgn_bitstream *b, uint8_t *chosen, size_t n);

/* Digits 0 .. base-1, as many to a word of 64 bits as fit (40 of base 3: 1.6 bits each); the last word
   is as short as its digits allow.  base 2 .. 256. */
typedef struct {
    sgn_bitstream *stream;
    int base;
    uint64_t word, place;  // the digits gathered, and what the next one counts
    int left;              // digits that still fit, or that are still to be taken
} sgn_digits;

sgn_digits sgn_digits_begin(sgn_bitstream *b, int base);
void sgn_digits_put(sgn_digits *d, int digit);
void sgn_digits_end(sgn_digits *d);  // after the last put
int sgn_digits_get(sgn_digits *d,
                   size_t remaining);            // remaining: digits to come, this one included
double sgn_digits_bits(int base, size_t count);  // what `count` digits take

#endif
