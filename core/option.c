#include "core/option.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void *field(const sgn_option *o, void *into) { return (char *)into + o->at; }

static void copy_text(char *into, size_t size, const char *text)
{
    snprintf(into, size, "%s", text ? text : "");
}

static void preset(const sgn_option *o, void *at)
{
    switch (o->type) {
    case SGN_OPT_INT:
    case SGN_OPT_BOOL:
    case SGN_OPT_CHOICE: *(int *)at = (int)o->preset; return;
    case SGN_OPT_SEED: *(uint64_t *)at = (uint64_t)o->preset; return;
    case SGN_OPT_REAL: *(double *)at = o->preset; return;
    case SGN_OPT_NAME: copy_text(at, SGN_NAME_MAX, o->choices); return;
    case SGN_OPT_PATH: copy_text(at, SGN_PATH_MAX, o->choices); return;
    }
}

void sgn_option_presets(const sgn_option *option, int n, void *into)
{
    for (int i = 0; i < n; i++) preset(&option[i], field(&option[i], into));
}

/* ---- parsing ---- */

static sgn_status wrong(const char *key, const char *text, const char *right)
{
    return sgn_fail(SGN_ECONFIG, "%s is %.80s, must be %s", key, *text ? text : "empty", right);
}

/* The whole of `text` as a number; nan is none.  YAML spells infinity .inf, C spells it inf. */
static int read_number(const char *text, double *out)
{
    const char *digits = text + (*text == '-' || *text == '+');
    if (strcasecmp(digits, ".inf") == 0) digits++;
    if (strchr(" +-", *digits)) return 0;  // "" too; strtod would take a blank or a second sign
    char *end;
    errno = 0;
    double v = strtod(digits, &end);
    if (end == digits || *end || isnan(v) || (isinf(v) && errno == ERANGE)) return 0;
    *out = *text == '-' ? -v : v;
    return 1;
}

static sgn_status check_range(const sgn_option *o, const char *key, const char *text, double v)
{
    int any = o->least == 0 && o->most == 0;
    if (any || (v >= o->least && v <= o->most)) return SGN_OK;
    int low = v < o->least;
    char bound[32];
    sgn_text_real(low ? o->least : o->most, bound, sizeof bound);
    return sgn_fail(SGN_ECONFIG, "%s is %.80s, must be at %s %s", key, text, low ? "least" : "most",
                    bound);
}

static sgn_status parse_int(const sgn_option *o, const char *key, const char *text, int *out)
{
    double v;
    if (!read_number(text, &v) || v != floor(v)) return wrong(key, text, "a whole number");
    SGN_TRY(check_range(o, key, text, v));
    if (fabs(v) > INT_MAX) return wrong(key, text, "a whole number within +-2147483647");
    *out = (int)v;
    return SGN_OK;
}

/* A double holds 53 bits of the 64, so plain digits are read as what they are. */
static int read_seed(const char *text, uint64_t *out)
{
    double v;
    if (*text && strspn(text, "0123456789") == strlen(text)) {
        errno = 0;
        *out = strtoull(text, NULL, 10);
        return errno == 0;
    }
    if (!read_number(text, &v) || v != floor(v) || v < 0 || v > 0x1p53) return 0;
    *out = (uint64_t)v;
    return 1;
}

static sgn_status parse_seed(const sgn_option *o, const char *key, const char *text, uint64_t *out)
{
    uint64_t v;
    if (!read_seed(text, &v))
        return wrong(key, text, "a whole number from 0 to 18446744073709551615");
    SGN_TRY(check_range(o, key, text, (double)v));
    *out = v;
    return SGN_OK;
}

static sgn_status parse_real(const sgn_option *o, const char *key, const char *text, double *out)
{
    int may_be_auto = isnan(o->preset) || o->choices;
    if (may_be_auto && strcmp(text, "auto") == 0) {
        *out = (double)NAN;
        return SGN_OK;
    }
    double v;
    if (!read_number(text, &v))
        return wrong(key, text, may_be_auto ? "a number or auto" : "a number");
    SGN_TRY(check_range(o, key, text, v));
    *out = v;
    return SGN_OK;
}

static sgn_status parse_bool(const char *key, const char *text, int *out)
{
    static const char *const word[] = {"false", "true", "no", "yes", "off", "on"};
    for (int i = 0; i < 6; i++) {
        if (strcasecmp(text, word[i]) != 0) continue;
        *out = i % 2;
        return SGN_OK;
    }
    return wrong(key, text, "true or false");
}

/* "one|two" cut at the bars into name[0], name[1], NULL; `copy` holds their text. */
enum { MOST_CHOICES = 32 };
static int split_choices(const char *choices, char copy[SGN_PATH_MAX],
                         const char *name[MOST_CHOICES + 1])
{
    int n = 0;
    char *rest = copy;
    copy_text(copy, SGN_PATH_MAX, choices);
    while (rest && n < MOST_CHOICES) name[n++] = strsep(&rest, "|");
    assert(!rest);
    name[n] = NULL;
    return n;
}

static sgn_status parse_choice(const sgn_option *o, const char *key, const char *text, int *out)
{
    char copy[SGN_PATH_MAX];
    const char *name[MOST_CHOICES + 1];
    int n = split_choices(o->choices, copy, name);
    for (int i = 0; i < n; i++) {
        if (strcmp(text, name[i]) != 0) continue;
        *out = i;
        return SGN_OK;
    }
    const char *near = sgn_nearest(text, name);
    return sgn_fail(SGN_ECONFIG, "%s is %.80s, must be one of %s%s%s%s", key,
                    *text ? text : "empty", o->choices, near ? "; did you mean '" : "",
                    near ? near : "", near ? "'?" : "");
}

static sgn_status parse_text(const char *key, const char *text, char *out, size_t size)
{
    size_t length = strlen(text);
    if (length >= size)
        return sgn_fail(SGN_ECONFIG, "%s is %zu bytes long, must be at most %zu", key, length,
                        size - 1);
    memset(out, 0, size);       // equal settings are equal bytes
    memcpy(out, text, length);  // NOLINT(bugprone-not-null-terminated-result): by the line above
    return SGN_OK;
}

sgn_status sgn_option_parse(const char *section, const sgn_option *o, const char *text, void *into)
{
    char key[2 * SGN_NAME_MAX];
    void *at = field(o, into);
    snprintf(key, sizeof key, "%s%s%s", section, *section ? "." : "", o->key);
    if (!sgn_text_printable(text))
        return sgn_fail(SGN_ECONFIG, "%s must be one line of UTF-8 text without control characters",
                        key);
    switch (o->type) {
    case SGN_OPT_INT: return parse_int(o, key, text, at);
    case SGN_OPT_SEED: return parse_seed(o, key, text, at);
    case SGN_OPT_REAL: return parse_real(o, key, text, at);
    case SGN_OPT_BOOL: return parse_bool(key, text, at);
    case SGN_OPT_CHOICE: return parse_choice(o, key, text, at);
    case SGN_OPT_NAME:
        if (!*text) return wrong(key, text, "a name");
        return parse_text(key, text, at, SGN_NAME_MAX);
    case SGN_OPT_PATH: return parse_text(key, text, at, SGN_PATH_MAX);
    }
    return sgn_fail(SGN_EINTERNAL, "%s has no type", key);
}

/* ---- printing ---- */

/* Text that every YAML reader takes as text without quotes: it begins like a word or an absolute
   path and is none of the words that YAML 1.1 reads as something else. */
static int is_plain(const char *text)
{
    static const char *const special[] = {"y",  "n",   "yes",  "no",  "true", "false",
                                          "on", "off", "null", "inf", "nan"};
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_-.0123456789";
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcasecmp(text, special[i]) == 0) return 0;
    size_t starts = strcspn(word, "_");  // a letter or '/'
    return *text && memchr(word, *text, starts) && text[strspn(text, word)] == '\0';
}

static void print_text(const char *from, char *text, size_t size)
{
    if (is_plain(from)) {
        copy_text(text, size, from);
        return;
    }
    char *end = text + size - 4;  // room for an escaped character, the quote and the NUL
    *text++ = '"';
    for (; *from && text <= end; from++) {
        if (strchr("\"\\", *from)) *text++ = '\\';
        *text++ = *from;
    }
    memcpy(text, "\"", 2);
}

static void print_choice(const char *choices, int index, char *text, size_t size)
{
    char copy[SGN_PATH_MAX];
    const char *name[MOST_CHOICES + 1];
    int n = split_choices(choices, copy, name);
    assert(index >= 0 && index < n);
    copy_text(text, size, name[index]);
}

void sgn_option_print(const sgn_option *o, const void *from, char *text, size_t size)
{
    const void *at = (const char *)from + o->at;
    assert(size >= 32);
    switch (o->type) {
    case SGN_OPT_INT: snprintf(text, size, "%d", *(const int *)at); return;
    case SGN_OPT_SEED: snprintf(text, size, "%" PRIu64, *(const uint64_t *)at); return;
    case SGN_OPT_REAL:
        if (isnan(*(const double *)at)) copy_text(text, size, "auto");
        else sgn_text_real(*(const double *)at, text, size);
        return;
    case SGN_OPT_BOOL: copy_text(text, size, *(const int *)at ? "true" : "false"); return;
    case SGN_OPT_CHOICE: print_choice(o->choices, *(const int *)at, text, size); return;
    case SGN_OPT_NAME:
    case SGN_OPT_PATH: print_text(at, text, size); return;
    }
}
