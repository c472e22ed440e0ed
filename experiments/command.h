/* command.h -- what a command of the program is, and the words it was called with.
 *
 * A command is one file here and one line in commands.def.  It returns a status; main() prints the
 * sentence and turns the status into the exit code.
 */
#ifndef SGN_EXPERIMENTS_COMMAND_H
#define SGN_EXPERIMENTS_COMMAND_H

#include "core/base.h"

typedef struct {
    const char **word;  // (words) configs, models, run folders
    int words;
    const char **override;  // (overrides) key=value
    int overrides;
    const char *out, *label;
    const char *c_source;
    const char *pattern;  // of case names; NULL: none was given
    int json, quiet, force, dry_run, schema, with_physics, theory, scale;
    int threads, jobs;
    int stop_after;     // -1: train to the end
    double save_every;  // seconds between two writes of last.h5
    int shard, shards;  // this machine does the points i with i % shards == shard
} sgn_arguments;

/* The options of the program; a command names those that make sense for it. */
typedef enum {
    SGN_TAKES_OUT = 1 << 0,
    SGN_TAKES_JSON = 1 << 1,
    SGN_TAKES_QUIET = 1 << 2,
    SGN_TAKES_THREADS = 1 << 3,
    SGN_TAKES_FORCE = 1 << 4,
    SGN_TAKES_DRY_RUN = 1 << 5,
    SGN_TAKES_JOBS = 1 << 6,
    SGN_TAKES_SHARD = 1 << 7,
    SGN_TAKES_SCHEMA = 1 << 8,
    SGN_TAKES_STOP = 1 << 9,
    SGN_TAKES_LABEL = 1 << 10,
    SGN_TAKES_PHYSICS = 1 << 11,
    SGN_TAKES_C_SOURCE = 1 << 12,
    SGN_TAKES_THEORY = 1 << 13,
    SGN_TAKES_CASE = 1 << 14,
    SGN_TAKES_SCALE = 1 << 15,
    SGN_TAKES_SAVE = 1 << 16,
} sgn_takes;

typedef struct {
    const char *name, *title;
    const char *usage;  // of what follows the name: "CONFIG [key=value ...]"
    const char *help;   // a paragraph
    int least, most;    // words
    int takes;          // SGN_TAKES_*
    sgn_status (*run)(const sgn_arguments *a);
} sgn_command;

const sgn_command *const *sgn_commands(void);  // NULL-ended

/* Parses what follows the command's name; prints help and exits by itself, and so it does (status 2)
   after the words of getopt on a wrong option.  The members are freed by sgn_arguments_free. */
SGN_MUST_CHECK sgn_status sgn_arguments_parse(const sgn_command *c, int argc, char **argv,
                                              sgn_arguments *a);
void sgn_arguments_free(sgn_arguments *a);

#endif
