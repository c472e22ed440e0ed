/* yaml.h -- a YAML file as a small tree that remembers where everything stood.
 *
 * A configuration needs mappings, lists and scalars, and gets no more: anchors, aliases, tags, a
 * second document, duplicate keys, more than 16 levels, 5000 values or 1 MiB are refused with one
 * sentence, so that any bytes whatever are read or refused in bounded time and memory.
 */
#ifndef SGN_IO_YAML_H
#define SGN_IO_YAML_H

#include "core/base.h"

/* Where a text came from: "run.yml:3:7", or "command line" when there are no lines. */
typedef struct {
    const char *file;  // borrowed
    int line, column;  // from 1; line 0: none
} sgn_origin;

typedef enum { SGN_YAML_SCALAR, SGN_YAML_LIST, SGN_YAML_MAPPING } sgn_yaml_kind;

typedef struct sgn_yaml {
    sgn_yaml_kind kind;
    char *key;   // of an entry of a mapping, else NULL
    char *text;  // of a scalar, else NULL
    sgn_origin key_at, at;
    struct sgn_yaml *child, *next;  // the entries of a list or mapping, in order
} sgn_yaml;

/* `name` stands for the text in messages and is borrowed by the tree.  A text without a document
   (empty, or comments only) is an empty scalar.  SGN_ECONFIG when the text is not as said above. */
SGN_MUST_CHECK sgn_status sgn_yaml_parse(sgn_yaml **out, const char *text, size_t length,
                                         const char *name);

/* Reads and parses a file; `path` is borrowed by the tree. */
SGN_MUST_CHECK sgn_status sgn_yaml_load(sgn_yaml **out, const char *path);

void sgn_yaml_free(sgn_yaml *tree);  // NULL is fine

/* The entry of a mapping, or NULL; NULL too when `node` is NULL or no mapping. */
const sgn_yaml *sgn_yaml_find(const sgn_yaml *node, const char *key);

int sgn_yaml_is_empty(const sgn_yaml *node);  // a scalar with nothing in it

/* sgn_fail with the place in front of the sentence. */
sgn_status sgn_fail_at(sgn_origin at, sgn_status s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts the place in front of the sentence that `s` came with; SGN_OK stays what it is. */
sgn_status sgn_fail_from(sgn_origin at, sgn_status s);

#endif
