/* naming.h -- what a sweep calls its points: in tables, and as folders.
 */
#ifndef SGN_EXPERIMENTS_NAMING_H
#define SGN_EXPERIMENTS_NAMING_H

#include "io/config.h"

typedef struct {
    char label[SGN_LABEL_MAX];  // "dense one-bit, depth=16": the same for all seeds
    char folder[160];           // "dense-one-bit-depth-16-0123abcd"
    int trained;                // the first point that trains the same network, perhaps this one
} sgn_point_name;

/* Fills name (sweep->n).  A label is the case's with the values that lists vary, seeds left out; a
   folder is the label and a hash of the resolved config: a point is found again when lists get
   longer, and one whose config has been edited since is another. */
SGN_MUST_CHECK sgn_status sgn_points_name(const sgn_sweep *sweep, const char *config_path,
                                          sgn_point_name *name);

#endif
