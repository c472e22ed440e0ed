/* option.h -- settings described by tables.
 *
 * One row is a setting's whole truth: the parser, the default, the range check, `config --schema`,
 * --help and the resolved config written beside every run all read it.  A new setting is one
 * field in a struct and one row here.
 */
#ifndef SGN_CORE_OPTION_H
#define SGN_CORE_OPTION_H

#include "core/words.h"

#include <math.h>
#include <stdio.h>

typedef enum {
    SGN_OPT_INT,     // field: int
    SGN_OPT_SEED,    // field: uint64_t
    SGN_OPT_REAL,    // field: double; "inf" is a number; "auto" is NAN, where the row allows it
    SGN_OPT_BOOL,    // field: int, 0 or 1
    SGN_OPT_CHOICE,  // field: int, the index in `choices`
    SGN_OPT_NAME,    // field: char[SGN_NAME_MAX], a registry's entry or "auto"
    SGN_OPT_PATH,    // field: char[SGN_PATH_MAX]
} sgn_option_type;

enum {
    SGN_NAME_MAX = 64,
    SGN_LABEL_MAX = 256,  // of what tables call a run: a name and what sets it apart
    SGN_PATH_MAX = 1024,
    SGN_OPTION_TEXT_MAX = 2 * SGN_PATH_MAX + 4  // any value printed, quotes and escapes included
};

typedef struct {
    const char *key;  // without the section: "lr"
    sgn_option_type type;
    size_t at;           // offsetof the field in the section's struct
    double preset;       // default of INT, SEED, REAL, BOOL and CHOICE
    double least, most;  // allowed range, both ends included; least < most or both 0 for none
    const char
        *choices;      // CHOICE: "one|two"; NAME and PATH: the default text; REAL: "auto" where it
    const char *help;  // one line, no full stop
} sgn_option;

/* A section of the configuration: `train` with its rows and its struct. */
typedef struct {
    const char *name;  // "train"; "" for the top level
    const sgn_option *option;
    const int *n;  // how many rows; a pointer, since the tables live in other files
    size_t at;     // offset of the section's struct in the whole configuration
} sgn_option_section;

/* Sets every field of `into` (the section's struct) to its default. */
void sgn_option_presets(const sgn_option *option, int n, void *into);

/* Parses `text` into the row's field.  SGN_ECONFIG with a sentence that names section.key, the
   value and what would be right. */
SGN_MUST_CHECK sgn_status sgn_option_parse(const char *section, const sgn_option *o,
                                           const char *text, void *into);

/* Writes the field as YAML reads it back, without line end: "0.003", "inf", "auto", "two". */
void sgn_option_print(const sgn_option *o, const void *from, char *text, size_t size);

#endif
