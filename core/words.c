#include "core/words.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The code point at *s, which moves past it; -1 when the bytes are not UTF-8 (RFC 3629). */
static int32_t next_code(const unsigned char **s)
{
    static const struct {
        int mask, lead, least;
    } form[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (int extra = 0; extra < 4; extra++) {
        if ((**s & form[extra].mask) != form[extra].lead) continue;
        int32_t code = *(*s)++ & ~form[extra].mask;
        for (int i = 0; i < extra; i++) {
            if ((**s & 0xc0) != 0x80) return -1;
            code = code << 6 | (*(*s)++ & 0x3f);
        }
        return code >= form[extra].least ? code : -1;
    }
    return -1;
}

/* YAML 1.2, production 1 (c-printable), without what breaks a line, marks a byte order or turns the
   direction in which the rest is shown (Unicode 15, annex 9). */
static int printable(int32_t c)
{
    if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)) return 0;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return 0;
    if (c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff) return 0;
    return c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
}

int sgn_text_printable(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s)
        if (!printable(next_code(&s))) return 0;
    return 1;
}

void sgn_text_tame(char *text)
{
    for (size_t length; *text; text += length) {
        const unsigned char *next = (const unsigned char *)text;
        int fit = printable(next_code(&next));
        length = (size_t)(next - (const unsigned char *)text);
        if (length == 0) length = 1;  // no sequence begins with this byte
        if (!fit) memset(text, '?', length);
    }
}

void sgn_text_real(double v, char *text, size_t size)
{
    if (fabs(v) < 1e15 && v == trunc(v)) {  // %.1g would write 250 as 2e+02
        snprintf(text, size, "%.0f", v);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {  // 17 always read back: IEEE 754, 5.12.2
        snprintf(text, size, "%.*g", digits, v);
        if (strtod(text, NULL) == v) return;
    }
}

static size_t least_of(size_t a, size_t b) { return a < b ? a : b; }

/* Insertions, deletions and replacements that turn `a` into `b`: Wagner & Fischer 1974, one row of
   the table at a time. */
enum { LONGEST_NAME = 127 };
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[LONGEST_NAME + 1], length = strlen(b);
    assert(length <= LONGEST_NAME);
    for (size_t j = 0; j <= length; j++) row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least_of(replaced, 1 + least_of(row[j], row[j - 1]));
        }
    }
    return row[length];
}

/* Near enough: at most 2 edits, or a third of the word, and not the whole word. */
const char *sgn_nearest(const char *word, const char *const *names)
{
    size_t length = strlen(word);
    if (length > LONGEST_NAME) return NULL;
    size_t best = (length / 3 > 2 ? length / 3 : 2) + 1;
    if (best > length) best = length;
    const char *nearest = NULL;
    for (; *names; names++) {
        size_t distance = edit_distance(word, *names);
        if (distance >= best) continue;
        best = distance;
        nearest = *names;
    }
    return nearest;
}
