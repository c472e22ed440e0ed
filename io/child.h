/* child.h -- work that may crash, hang or grow without bound, done in a process of its own.
 *
 * A file that others wrote carries no hash of ours, and a damaged HDF5 file can crash the library
 * that parses it.  So a child parses it, with 2 GiB and 10 s at most, and sends plain numbers back.
 */
#ifndef SGN_IO_CHILD_H
#define SGN_IO_CHILD_H

#include "core/base.h"

typedef struct {
    sgn_status (*work)(void *context);            // in the child
    int (*send)(const void *context, int pipe);   // in the child, after work succeeded; 0 or -1
    sgn_status (*take)(void *context, int pipe);  // in the parent, what send sent
} sgn_child_job;

/* `context` is the parent's in take() and the child's copy of it in work() and send().  An error of
   work() is passed on with its sentence; `fault` when the child did not survive reading `path`. */
SGN_MUST_CHECK sgn_status sgn_child_run(const sgn_child_job *job, void *context, const char *path,
                                        sgn_status fault);

/* For send and take: 0, or -1 when the other side is gone. */
int sgn_child_put(int pipe, const void *data, size_t size);
int sgn_child_get(int pipe, void *data, size_t size);

#endif
