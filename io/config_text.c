/* The configuration written out: resolved, as YAML, and explained, as a table. */
#include "core/memstream.h"
#include "io/config.h"

#include <stdlib.h>
#include <string.h>

/* What `write` prints, as a string the caller gives to free(). */
static sgn_status to_text(void (*write)(FILE *f, const void *context), const void *context,
                          char **text)
{
    char *buffer = NULL;
    size_t size;
    FILE *f = sgn_memstream_open(&buffer, &size);
    if (!f) return SGN_EMEM;
    write(f, context);
    sgn_status s = sgn_memstream_close(f);
    if (s == SGN_OK) *text = buffer;
    else free(buffer);
    return s;
}

static void write_config(FILE *f, const void *config)
{
    char value[SGN_OPTION_TEXT_MAX];
    for (int i = 0; i < sgn_config_section_count; i++) {
        const sgn_option_section *s = &sgn_config_sections[i];
        const char *indent = *s->name ? "  " : "";
        if (*s->name) fprintf(f, "\n%s:\n", s->name);
        for (int j = 0; j < *s->n; j++) {
            sgn_option_print(&s->option[j], (const char *)config + s->at, value, sizeof value);
            fprintf(f, "%s%s: %s\n", indent, s->option[j].key, value);
        }
    }
}

sgn_status sgn_config_text(const sgn_config *c, char **text)
{
    return to_text(write_config, c, text);
}

/* Whether the setting is as `presets` has it; prints it. */
static int is_preset(const sgn_option *o, const void *at, const void *preset, char *value)
{
    char usual[SGN_OPTION_TEXT_MAX];
    sgn_option_print(o, at, value, SGN_OPTION_TEXT_MAX);
    sgn_option_print(o, preset, usual, sizeof usual);
    return !strcmp(value, usual);
}

static void write_short(FILE *f, const void *config)
{
    sgn_config presets;
    char value[SGN_OPTION_TEXT_MAX];
    sgn_config_presets(&presets);
    for (int i = 0; i < sgn_config_section_count; i++) {
        const sgn_option_section *s = &sgn_config_sections[i];
        const char *at = (const char *)config + s->at, *preset = (const char *)&presets + s->at;
        for (int j = 0, begun = !*s->name; j < *s->n; j++) {
            if (is_preset(&s->option[j], at, preset, value)) continue;
            if (!begun) fprintf(f, "%s:\n", s->name);
            begun = 1;
            fprintf(f, "%s%s: %s\n", *s->name ? " " : "", s->option[j].key, value);
        }
    }
}

sgn_status sgn_config_short_text(const sgn_config *c, char **text)
{
    return to_text(write_short, c, text);
}

/* ---- the schema ---- */

enum { KEY, TYPE, DEFAULT, RANGE, HELP, COLUMNS };
typedef char cells[COLUMNS][SGN_OPTION_TEXT_MAX];

static void describe_range(const sgn_option *o, char *text, size_t size)
{
    char least[32], most[32];
    text[0] = '\0';
    if (o->type == SGN_OPT_CHOICE) snprintf(text, size, "%s", o->choices);
    if (o->least == 0 && o->most == 0) return;
    sgn_text_real(o->least, least, sizeof least);
    sgn_text_real(o->most, most, sizeof most);
    if (isinf(o->most)) snprintf(text, size, "at least %s", least);
    else if (isinf(o->least)) snprintf(text, size, "at most %s", most);
    else snprintf(text, size, "%s to %s", least, most);
}

static void describe(const sgn_option_section *s, int row, const sgn_config *presets, cells c)
{
    static const char *const type[] = {"int", "seed", "real", "bool", "choice", "name", "path"};
    const sgn_option *o = &s->option[row];
    const size_t size = SGN_OPTION_TEXT_MAX;
    snprintf(c[KEY], size, "%s%s%s", s->name, *s->name ? "." : "", o->key);
    snprintf(c[TYPE], size, "%s", type[o->type]);
    sgn_option_print(o, (const char *)presets + s->at, c[DEFAULT], size);
    describe_range(o, c[RANGE], size);
    snprintf(c[HELP], size, "%s", o->help);
}

static void widen(int width[COLUMNS], cells c)
{
    for (int i = 0; i < COLUMNS; i++)
        if ((int)strlen(c[i]) > width[i]) width[i] = (int)strlen(c[i]);
}

static void write_row(FILE *f, const int width[COLUMNS], cells c)
{
    for (int i = 0; i < HELP; i++) fprintf(f, "%-*s  ", width[i], c[i]);
    fprintf(f, "%s\n", c[HELP]);
}

static void write_schema(FILE *f, const void *presets)
{
    cells c, title = {"key", "type", "default", "range", "help"};
    int width[COLUMNS] = {0};
    widen(width, title);
    for (int writing = 0; writing <= 1; writing++) {  // first the widths, then the lines
        if (writing) write_row(f, width, title);
        for (int i = 0; i < sgn_config_section_count; i++)
            for (int j = 0; j < *sgn_config_sections[i].n; j++) {
                describe(&sgn_config_sections[i], j, presets, c);
                if (writing) write_row(f, width, c);
                else widen(width, c);
            }
    }
}

sgn_status sgn_config_schema(char **text)
{
    sgn_config presets;
    sgn_config_presets(&presets);
    return to_text(write_schema, &presets, text);
}
