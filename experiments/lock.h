/* lock.h -- a run folder belongs to one process at a time.
 *
 * A record lock of POSIX on the file "lock" in it: the kernel lets go of it when the process ends,
 * however it ends, so that none is ever stale; it names its holder, works on NFS, and is not handed
 * down to children.
 */
#ifndef SGN_EXPERIMENTS_LOCK_H
#define SGN_EXPERIMENTS_LOCK_H

#include "core/option.h"

typedef struct {
    int fd;
    char path[SGN_PATH_MAX];
} sgn_lock;

/* Takes the folder, and removes what a killed process left half written in it.  SGN_ECONFIG names
   the process that has it. */
SGN_MUST_CHECK sgn_status sgn_lock_take(sgn_lock *out, const char *folder);
void sgn_lock_give(sgn_lock *lock);

#endif
