/* config.h -- one YAML file (and key=value on the command line) says everything about a run.
 *
 * The tables of core/option.h are the schema; nothing here knows a key but `name`, `seed`,
 * `sweep`, `cases` and `report`.
 */
#ifndef SGN_IO_CONFIG_H
#define SGN_IO_CONFIG_H

#include "solvers/classical.h"
#include "solvers/problem.h"
#include "train/random_features.h"
#include "train/trainer.h"
#include "unroll/net.h"

typedef struct {
    char name[SGN_NAME_MAX];
    char experiment[SGN_NAME_MAX];  // "none": the config is of a network or a solver
    uint64_t seed;
    sgn_problem_settings problem;
    sgn_condition test;
    sgn_net_settings net;  // sections `network` and `weights`
    sgn_train_settings train;
    sgn_classical_settings solve;
    sgn_feature_settings features;
} sgn_config;

int sgn_config_is_experiment(const sgn_config *c);  // it names one

/* Every section: "", problem, test, network, weights, train, solve, features. */
extern const sgn_option_section sgn_config_sections[];
extern const int sgn_config_section_count;

void sgn_config_presets(sgn_config *c);

/* Reads `path` (NULL: presets only), then the overrides "train.lr=0.01" in order.  `sweep`, `cases`
   are checked for shape and values and otherwise left to sgn_sweep_load, as `report` is to
   sgn_charts_load.
   SGN_ECONFIG with "file:line:column: ..." or "command line: ..." and, for an unknown key, the
   nearest known one; also when the file cannot be read. */
SGN_MUST_CHECK sgn_status sgn_config_load(sgn_config *out, const char *path,
                                          const char *const *override, int noverrides);

/* The overrides alone, on a config that is there: all of them or, on failure, none. */
SGN_MUST_CHECK sgn_status sgn_config_override(sgn_config *c, const char *const *override,
                                              int noverrides);

/* The same from text that stands in a checkpoint; `name` stands for the file in messages. */
SGN_MUST_CHECK sgn_status sgn_config_parse(sgn_config *out, const char *text, size_t length,
                                           const char *name, const char *const *override,
                                           int noverrides);

/* The resolved config as YAML that sgn_config_parse reads back to the same values.  The caller
   gives *text to free(). */
SGN_MUST_CHECK sgn_status sgn_config_text(const sgn_config *c, char **text);
/* The same, of the settings that are not as preset: as short as can be. */
SGN_MUST_CHECK sgn_status sgn_config_short_text(const sgn_config *c, char **text);

/* The value of "section.key" as the config's text has it; 0 when there is no such key. */
int sgn_config_print(const sgn_config *c, const char *key, char *text, size_t size);

/* What labels call a key: without its section, but for that of `test`, whose keys are named as those of
   `problem` are. */
const char *sgn_config_short_key(const char *key);

/* Every key with type, default, range and help: a table for a reader. The caller frees *text. */
SGN_MUST_CHECK sgn_status sgn_config_schema(char **text);

/* ---- sweeps ---------------------------------------------------------------------------------
   sweep:                          cases:
     network.depth: [8, 16]          - {label: dense one-bit, weights.constraint: onebit}
     seed: [1, 2, 3]                 - {label: ISTA-16, command: solve, network.solver: ista}

   The points are every case (one unnamed case when there is none) times every combination of the
   lists; the last list moves fastest.  A list of such mappings is one grid after another.  The command line wins: a list key=a,b,c or a value key=a
   replaces the file's list of that key, a list of another key is added as the last, and a value of
   another key holds for every point, the cases that set it included. */
typedef struct {
    char label[SGN_NAME_MAX];  // of the case, or "" without cases
    char command
        [SGN_NAME_MAX];  // "train", "solve" or "experiment"; by default the first, or the last
                         // of a config that names an experiment
    char **override;     // (noverrides) "key=value", for sgn_config_load
    int noverrides;
} sgn_sweep_point;

typedef struct {
    sgn_sweep_point *point;
    int n;
} sgn_sweep;

/* Every value is checked: each point's overrides resolve to a valid config, or SGN_ECONFIG.  `path`
   may be NULL: presets and the command line only. */
SGN_MUST_CHECK sgn_status sgn_sweep_load(sgn_sweep *out, const char *path,
                                         const char *const *override, int noverrides);
void sgn_sweep_free(sgn_sweep *s);  // the members; NULL is fine

#endif
