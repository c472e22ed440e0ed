/* dry_run.h -- what a training would be: shapes, bits, memory and time, nothing written.
 */
#ifndef SGN_EXPERIMENTS_DRY_RUN_H
#define SGN_EXPERIMENTS_DRY_RUN_H

#include "experiments/model.h"

SGN_MUST_CHECK sgn_status sgn_dry_run(const sgn_model *m, const char *folder);

/* A row per parameter, then the ledger of bits and operations: also what `inspect` prints. */
SGN_MUST_CHECK sgn_status sgn_print_network(const sgn_net *net);

#endif
