#include "io/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPLACEMENT = 0xFFFD };

/* Bytes of the sequence that starts with `first`; 0: none does. */
static int sequence_length(unsigned char first)
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    if (first >= 0xF0 && first < 0xF5) return 4;
    return 0;
}

/* One character by RFC 3629: no overlong forms, no surrogates.  A malformed sequence costs one
   byte and yields U+FFFD. */
static uint32_t decode(const char **at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)*at;
    int length = sequence_length(s[0]);
    uint32_t c = length == 1 ? s[0] : s[0] & (0x7Fu >> length);
    *at += 1;
    for (int i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80) return REPLACEMENT;
        c = c << 6 | (s[i] & 0x3F);
    }
    int valid = length && c >= least[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    if (!valid || c == 0xFFFE || c == 0xFFFF) return REPLACEMENT;
    *at += length - 1;
    return c;
}

/* Control characters, and the marks that turn the reading direction of what follows. */
static int is_unseen(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

uint32_t sgn_text_next(const char **at)
{
    while (**at) {
        uint32_t c = decode(at);
        if (c == '\n' || c == '\t' || c == '\r') return ' ';
        if (!is_unseen(c)) return c;
    }
    return 0;
}

static void put(FILE *to, uint32_t c)
{
    if (c < 0x80) {
        fputc((int)c, to);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    fputc((int)((~(0xFFu >> (more + 1)) & 0xFF) | c >> (6 * more)), to);
    while (more-- > 0) fputc((int)(0x80 | (c >> (6 * more) & 0x3F)), to);
}

void sgn_text_plain(FILE *to, const char *text)
{
    for (uint32_t c; (c = sgn_text_next(&text));) put(to, c);
}

void sgn_text_xml(FILE *to, const char *text)
{
    for (uint32_t c; (c = sgn_text_next(&text));) switch (c) {
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '&': fputs("&amp;", to); break;
        case '"': fputs("&quot;", to); break;
        case '\'': fputs("&#39;", to); break;
        default: put(to, c);
        }
}

/* A spreadsheet takes a text that begins like this for a formula, and runs it. */
static int begins_a_formula(const char *text)
{
    char *end;
    const char *at = text;
    uint32_t first = sgn_text_next(&at);
    if (first == '=' || first == '@') return 1;
    if (first != '-' && first != '+') return 0;
    strtod(text, &end);  // "-22.35", "-22.35 ± 0.4" and "-", no number known, are none
    return *end != '\0' && *end != ' ' && strcmp(text, "-") != 0;
}

void sgn_text_csv(FILE *to, const char *text)
{
    const char *quote = strpbrk(text, ",\"") ? "\"" : "";
    fputs(quote, to);
    if (begins_a_formula(text)) fputc('\'', to);
    for (uint32_t c; (c = sgn_text_next(&text));) {
        if (c == '"') fputc('"', to);
        put(to, c);
    }
    fputs(quote, to);
}

void sgn_text_latex(FILE *to, const char *text)
{
    for (uint32_t c; (c = sgn_text_next(&text));) switch (c) {
        case '\\': fputs("\\textbackslash{}", to); break;
        case '~': fputs("\\textasciitilde{}", to); break;
        case '^': fputs("\\textasciicircum{}", to); break;
        case 0xB1: fputs("$\\pm$", to); break;
        default:
            if (c < 0x80 && strchr("#$%&_{}", (int)c)) fputc('\\', to);
            put(to, c);
        }
}

void sgn_text_markdown(FILE *to, const char *text)
{
    for (uint32_t c; (c = sgn_text_next(&text));) {
        if (c < 0x80 && strchr("|\\`*_<[", (int)c)) fputc('\\', to);
        put(to, c);
    }
}

/* The wide blocks of East Asian scripts and the pictographs; enough for labels. */
static int is_wide(uint32_t c)
{
    return (c >= 0x1100 && c < 0x1160) || (c >= 0x2E80 && c < 0xA4D0) ||
           (c >= 0xAC00 && c < 0xD7A4) || (c >= 0xF900 && c < 0xFB00) ||
           (c >= 0xFE30 && c < 0xFE70) || (c >= 0xFF00 && c < 0xFF61) ||
           (c >= 0x1F300 && c < 0x1FB00) || (c >= 0x20000 && c < 0x3FFFE);
}

static int is_combining(uint32_t c) { return c >= 0x300 && c < 0x370; }

int sgn_text_columns(const char *text)
{
    int columns = 0;
    for (uint32_t c; (c = sgn_text_next(&text));) columns += is_combining(c) ? 0 : 1 + is_wide(c);
    return columns;
}

/* Widths in units of the font size.  The reader's font is not known: these are the widths of a
   broad one (DejaVu Sans), so that text set in any common font fits. */
static double glyph_width(uint32_t c)
{
    if (is_combining(c)) return 0;
    if (is_wide(c)) return 1.05;
    if (c >= 0x80) return 0.85;
    if (strchr("iljI.,:;|!'`", (int)c)) return 0.34;
    if (strchr("ftr()[]{}/\\ -\"*", (int)c)) return 0.46;
    if (strchr("mMwW@%", (int)c)) return 1.0;
    if (strchr("+=<>#~_^", (int)c)) return 0.84;
    return c >= 'A' && c <= 'Z' ? 0.79 : 0.64;
}

double sgn_text_width(const char *text, double size)
{
    double width = 0;
    for (uint32_t c; (c = sgn_text_next(&text));) width += glyph_width(c);
    return width * size;
}

void sgn_text_number(char *out, size_t size, double value, int decimals)
{
    if (isnan(value)) {
        snprintf(out, size, "-");
        return;
    }
    if (fabs(value) < 0.5 * pow(10, -decimals)) value = 0;  // no "-0.00"
    snprintf(out, size, "%.*f", decimals, value);
}

void sgn_text_exact(char *out, double value)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, SGN_EXACT_MAX, "%.*g", digits, value);
        if (!(strtod(out, NULL) < value || strtod(out, NULL) > value)) return;
    }
}
