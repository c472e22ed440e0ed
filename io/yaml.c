#include "io/yaml.h"

#include "core/memory.h"
#include "core/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum { MOST_BYTES = 1 << 20, MOST_NODES = 5000, MOST_LEVELS = 16 };

/* ---- faults with a place ---- */

static sgn_status fail_with(sgn_origin at, sgn_status s, const char *sentence)
{
    if (at.line == 0) return sgn_fail(s, "%s: %s", at.file, sentence);
    return sgn_fail(s, "%s:%d:%d: %s", at.file, at.line, at.column, sentence);
}

sgn_status sgn_fail_at(sgn_origin at, sgn_status s, const char *fmt, ...)
{
    char sentence[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, ap);
    va_end(ap);
    return fail_with(at, s, sentence);
}

sgn_status sgn_fail_from(sgn_origin at, sgn_status s)
{
    char sentence[1024];
    if (s == SGN_OK) return SGN_OK;
    snprintf(sentence, sizeof sentence, "%s", sgn_last_error());
    return fail_with(at, s, sentence);
}

/* ---- reading: events of libyaml become nodes ---- */

typedef struct {
    const char *file;
    yaml_parser_t parser;
    yaml_event_t event;  // the one to be looked at
    int nodes, levels;
} reader;

static sgn_origin origin_of(const reader *r, yaml_mark_t mark)
{
    return (sgn_origin){r->file, (int)mark.line + 1, (int)mark.column + 1};
}

static sgn_origin here(const reader *r) { return origin_of(r, r->event.start_mark); }

static sgn_status not_yaml(const reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR) return sgn_fail(SGN_EMEM, "out of memory");
    if (p->error == YAML_READER_ERROR)  // libyaml counts bytes there, not lines
        return sgn_fail(SGN_ECONFIG, "%s: byte %zu: not readable as text: %s", r->file,
                        p->problem_offset + 1, p->problem);
    return sgn_fail_at(origin_of(r, p->problem_mark), SGN_ECONFIG, "not valid YAML: %s%s%s",
                       p->context ? p->context : "", p->context ? ", " : "", p->problem);
}

static sgn_status next(reader *r)
{
    yaml_event_delete(&r->event);
    if (!yaml_parser_parse(&r->parser, &r->event)) return not_yaml(r);
    return SGN_OK;
}

/* Anchors and aliases let ten lines stand for a billion values; a tag would be ignored. */
static sgn_status refuse_extras(const reader *r)
{
    const yaml_event_t *e = &r->event;
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (e->type == YAML_ALIAS_EVENT) anchor = e->data.alias.anchor;
    if (e->type == YAML_SCALAR_EVENT) anchor = e->data.scalar.anchor, tag = e->data.scalar.tag;
    if (e->type == YAML_SEQUENCE_START_EVENT)
        anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
    if (e->type == YAML_MAPPING_START_EVENT)
        anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
    if (anchor) return sgn_fail_at(here(r), SGN_ECONFIG, "anchors and aliases are not supported");
    if (tag) return sgn_fail_at(here(r), SGN_ECONFIG, "tags are not supported");
    return SGN_OK;
}

static sgn_status take_text(const reader *r, char **out)
{
    size_t length = r->event.data.scalar.length;
    const yaml_char_t *from = r->event.data.scalar.value;
    if (memchr(from, '\0', length))
        return sgn_fail_at(here(r), SGN_ECONFIG, "a NUL character is not text");
    char *text = sgn_alloc(length + 1, 1);
    if (!text) return SGN_EMEM;
    memcpy(text, from, length);
    *out = text;
    return SGN_OK;
}

static sgn_status new_entry(reader *r, sgn_yaml **out)
{
    if (++r->nodes > MOST_NODES)
        return sgn_fail_at(here(r), SGN_ECONFIG, "more than %d values", MOST_NODES);
    *out = sgn_alloc(1, sizeof **out);
    return *out ? SGN_OK : SGN_EMEM;
}

static sgn_status read_value(reader *r, sgn_yaml *into);

static sgn_status read_items(reader *r, sgn_yaml *list)
{
    for (sgn_yaml **end = &list->child; r->event.type != YAML_SEQUENCE_END_EVENT;
         end = &(*end)->next) {
        SGN_TRY(new_entry(r, end));
        SGN_TRY(read_value(r, *end));
    }
    return SGN_OK;
}

/* `entry` is the last of the mapping so far. */
static sgn_status read_key(reader *r, const sgn_yaml *mapping, sgn_yaml *entry)
{
    entry->key_at = here(r);
    if (r->event.type != YAML_SCALAR_EVENT)
        return sgn_fail_at(here(r), SGN_ECONFIG, "a key must be one word");
    SGN_TRY(refuse_extras(r));
    SGN_TRY(take_text(r, &entry->key));
    if (!sgn_text_printable(entry->key))
        return sgn_fail_at(here(r), SGN_ECONFIG, "a key must not hold control characters");
    for (const sgn_yaml *e = mapping->child; e != entry; e = e->next)
        if (strcmp(e->key, entry->key) == 0)
            return sgn_fail_at(here(r), SGN_ECONFIG, "duplicate key '%.80s', first in line %d",
                               entry->key, e->key_at.line);
    return next(r);
}

static sgn_status read_pairs(reader *r, sgn_yaml *mapping)
{
    for (sgn_yaml **end = &mapping->child; r->event.type != YAML_MAPPING_END_EVENT;
         end = &(*end)->next) {
        SGN_TRY(new_entry(r, end));
        SGN_TRY(read_key(r, mapping, *end));
        SGN_TRY(read_value(r, *end));
    }
    return SGN_OK;
}

static sgn_status read_inside(reader *r, sgn_yaml *into)
{
    if (r->levels == MOST_LEVELS)
        return sgn_fail_at(here(r), SGN_ECONFIG, "nested deeper than %d levels", MOST_LEVELS);
    r->levels++;
    SGN_TRY(next(r));
    SGN_TRY(into->kind == SGN_YAML_LIST ? read_items(r, into) : read_pairs(r, into));
    r->levels--;
    return SGN_OK;
}

/* From the event that begins the value to the one after it. */
static sgn_status read_value(reader *r, sgn_yaml *into)
{
    SGN_TRY(refuse_extras(r));
    into->at = here(r);
    if (r->event.type == YAML_SCALAR_EVENT) {
        SGN_TRY(take_text(r, &into->text));
    } else {
        int is_list = r->event.type == YAML_SEQUENCE_START_EVENT;
        into->kind = is_list ? SGN_YAML_LIST : SGN_YAML_MAPPING;
        SGN_TRY(read_inside(r, into));
    }
    return next(r);
}

static sgn_status read_document(reader *r, sgn_yaml *root)
{
    SGN_TRY(next(r));  // the stream begins
    SGN_TRY(next(r));
    if (r->event.type == YAML_STREAM_END_EVENT) {
        root->at = (sgn_origin){r->file, 1, 1};
        root->text = sgn_alloc(1, 1);
        return root->text ? SGN_OK : SGN_EMEM;
    }
    SGN_TRY(next(r));  // the document begins
    SGN_TRY(read_value(r, root));
    SGN_TRY(next(r));  // the document ends
    if (r->event.type != YAML_STREAM_END_EVENT)
        return sgn_fail_at(here(r), SGN_ECONFIG, "a second document begins here, must be one");
    return SGN_OK;
}

sgn_status sgn_yaml_parse(sgn_yaml **out, const char *text, size_t length, const char *name)
{
    reader r = {.file = name};
    if (length > MOST_BYTES)
        return sgn_fail(SGN_ECONFIG, "%s: larger than 1 MiB, so not a configuration", name);
    if (!yaml_parser_initialize(&r.parser)) return sgn_fail(SGN_EMEM, "out of memory");
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, length);
    sgn_yaml *root = sgn_alloc(1, sizeof *root);
    sgn_status s = root ? read_document(&r, root) : SGN_EMEM;
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    if (s == SGN_OK) *out = root;
    else sgn_yaml_free(root);
    return s;
}

sgn_status sgn_yaml_load(sgn_yaml **out, const char *path)
{
    sgn_status s = SGN_EMEM;
    char *text = NULL;
    FILE *f = fopen(path, "rb");
    if (!f)
        return sgn_fail(errno == ENOMEM ? SGN_EMEM : SGN_ECONFIG, "%s: %s", path, strerror(errno));
    if (!(text = sgn_alloc(MOST_BYTES + 1, 1))) goto done;
    size_t length = fread(text, 1, MOST_BYTES + 1, f);
    if (ferror(f)) s = sgn_fail(SGN_ECONFIG, "%s: %s", path, strerror(errno));
    else s = sgn_yaml_parse(out, text, length, path);
done:
    sgn_free(text);
    fclose(f);
    return s;
}

void sgn_yaml_free(sgn_yaml *tree)
{
    while (tree) {
        sgn_yaml *following = tree->next;
        sgn_yaml_free(tree->child);
        sgn_free(tree->key);
        sgn_free(tree->text);
        sgn_free(tree);
        tree = following;
    }
}

const sgn_yaml *sgn_yaml_find(const sgn_yaml *node, const char *key)
{
    if (!node || node->kind != SGN_YAML_MAPPING) return NULL;
    for (const sgn_yaml *e = node->child; e; e = e->next)
        if (strcmp(e->key, key) == 0) return e;
    return NULL;
}

int sgn_yaml_is_empty(const sgn_yaml *node)
{
    return node->kind == SGN_YAML_SCALAR && !*node->text;
}
