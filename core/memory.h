/* memory.h -- the one place that allocates: zeroed, 64-byte aligned slabs.
 *
 * Ownership: what sgn_alloc returns belongs to the caller, who gives it to sgn_free.
 */
#ifndef SGN_CORE_MEMORY_H
#define SGN_CORE_MEMORY_H

#include "core/base.h"

/* `count` zeroed objects of `size` bytes, aligned to a cache line; NULL when there is no memory
   or count * size overflows.  Records the error, so `return SGN_EMEM` is enough. */
void *sgn_alloc(size_t count, size_t size);
void sgn_free(void *at);  // NULL is fine

/* Calls of sgn_alloc so far in this process: a training step must not change it. */
uint64_t sgn_alloc_count(void);

#endif
