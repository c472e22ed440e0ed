/* text.h -- text and numbers made safe to show.
 *
 * Labels come from files, and anything may stand in those.  Whatever is shown goes through
 * sgn_text_next, which yields only valid characters: line breaks and tabs become spaces, other
 * control characters and direction overrides are dropped, and a malformed byte becomes U+FFFD.
 */
#ifndef SGN_IO_TEXT_H
#define SGN_IO_TEXT_H

#include "core/base.h"

#include <stdio.h>

/* The next character of UTF-8 text, moving *at past it; 0 at the end. */
uint32_t sgn_text_next(const char **at);

void sgn_text_plain(FILE *to, const char *text);
void sgn_text_xml(FILE *to, const char *text);       // <, >, &, " and ' escaped: SVG and HTML
void sgn_text_latex(FILE *to, const char *text);     // what LaTeX takes for commands escaped
void sgn_text_markdown(FILE *to, const char *text);  // a cell of a table
void sgn_text_csv(FILE *to, const char *text);  // one field, quoted where RFC 4180 asks for it;
                                                // what would be a formula has an apostrophe

int sgn_text_columns(const char *text);                // on a terminal
double sgn_text_width(const char *text, double size);  // in a sans-serif font, at most

/* "-22.35" with so many decimals; never "-0.00"; "-" for NAN. */
void sgn_text_number(char *out, size_t size, double value, int decimals);

/* The shortest %g that reads back as the same double; room for it is SGN_EXACT_MAX bytes. */
enum { SGN_EXACT_MAX = 32 };
void sgn_text_exact(char *out, double value);

#endif
