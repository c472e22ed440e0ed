/* config_tree.h -- what io/config.c and io/sweep.c share: keys and values with their places.
 *
 * A key is dotted, "train.lr", and leads to one row of one section's table.
 */
#ifndef SGN_IO_CONFIG_TREE_H
#define SGN_IO_CONFIG_TREE_H

#include "io/config.h"
#include "io/yaml.h"

enum { SGN_KEY_MAX = 2 * SGN_NAME_MAX };

/* "lr" of section "train" is "train.lr"; "seed" of the top level, "", is "seed". */
void sgn_config_key(char dotted[SGN_KEY_MAX], const char *section, const char *key);

/* Parses `text` into the field that `key` leads to.  The fault of the key is told at `key_at`, the
   value's at `at`. */
SGN_MUST_CHECK sgn_status sgn_config_assign(sgn_config *into, const char *key, sgn_origin key_at,
                                            const char *text, sgn_origin at);
/* The same for a value that has to be a scalar. */
SGN_MUST_CHECK sgn_status sgn_config_assign_node(sgn_config *into, const char *key,
                                                 sgn_origin key_at, const sgn_yaml *value);

/* Cuts "key=value" at the first '='. */
SGN_MUST_CHECK sgn_status sgn_config_cut(const char *override, char key[SGN_KEY_MAX],
                                         const char **value);

/* The presets, then the tree (NULL: none), then the overrides. */
SGN_MUST_CHECK sgn_status sgn_config_resolve(sgn_config *out, const sgn_yaml *root,
                                             const char *const *override, int noverrides);

/* Checks the value of the top-level key `sweep`, `cases` or `report`: its shape, its keys, every value. */
SGN_MUST_CHECK sgn_status sgn_sweep_check_lists(const sgn_yaml *lists);
SGN_MUST_CHECK sgn_status sgn_sweep_check_cases(const sgn_yaml *cases);

SGN_MUST_CHECK sgn_status sgn_charts_check(const sgn_yaml *report);

extern const sgn_origin sgn_command_line;

#endif
