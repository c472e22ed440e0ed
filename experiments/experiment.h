/* experiment.h -- what is measured without a network that is trained: a question with figures of its own.
 *
 * An experiment is one file here and one line in experiments.def.  A config names it under
 * `experiment:`; its settings are a section of the config.
 */
#ifndef SGN_EXPERIMENTS_EXPERIMENT_H
#define SGN_EXPERIMENTS_EXPERIMENT_H

#include "core/pool.h"
#include "io/config.h"
#include "io/summary.h"

typedef struct {
    const char *name, *title, *cite;
    /* Fills what it measured into an initialised summary; names, seed, label and seconds are filled by
       the caller. */
    sgn_status (*run)(const sgn_config *c, sgn_pool *pool, sgn_summary *out);
} sgn_experiment;

const sgn_experiment *const *sgn_experiments(void);  // NULL-ended
SGN_MUST_CHECK sgn_status sgn_experiment_find(const char *name, const sgn_experiment **out);

#endif
