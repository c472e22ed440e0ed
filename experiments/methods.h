/* methods.h -- which runs are seeds of one method, and which merely have the same name.
 *
 * Tables and figures average over runs that share a label.  Two runs of one config with different
 * settings on the command line share it too, and must not be averaged.
 */
#ifndef SGN_EXPERIMENTS_METHODS_H
#define SGN_EXPERIMENTS_METHODS_H

#include "io/run.h"

typedef struct {
    uint64_t hash;              // of the run's config but for seed and name
    char folder[SGN_NAME_MAX];  // the end of the run folder's name
    char label[SGN_LABEL_MAX];  // what tells it apart from other methods
} sgn_method;

SGN_MUST_CHECK sgn_status sgn_method_read(sgn_method *out, const char *folder);

/* Where runs share a label but not a method, each gets its method's first folder behind the label. */
void sgn_methods_tell_apart(sgn_method *method, sgn_run *run, int n);

#endif
