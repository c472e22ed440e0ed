/* words.h -- questions about words: is it fit to print, or how is it made so, which one was meant, and
 * what is the shortest way to write this number.
 */
#ifndef SGN_CORE_WORDS_H
#define SGN_CORE_WORDS_H

#include "core/base.h"

/* 1 when `text` is one line of UTF-8 without control characters: safe in a message, in a file and
   on a terminal. */
int sgn_text_printable(const char *text);
/* Makes it so: question marks for what is not. */
void sgn_text_tame(char *text);

/* Writes the shortest decimal that strtod reads back to the same bits: "0.003", "250", "inf".  32
   characters always suffice. */
void sgn_text_real(double v, char *text, size_t size);

/* The name in `names` (NULL-ended) nearest to `word` by edit distance, or NULL when none is near
   enough to be what was meant. */
const char *sgn_nearest(const char *word, const char *const *names);

#endif
