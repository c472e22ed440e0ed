/* pool.h -- worker threads over a fixed list of work items.
 *
 * The caller cuts the work into items whose number and borders do not depend on the number of
 * threads; who runs an item never matters.  So 1, 2 and 4 threads give the same bits.
 */
#ifndef SGN_CORE_POOL_H
#define SGN_CORE_POOL_H

#include "core/base.h"

typedef struct sgn_pool sgn_pool;

/* `threads` workers, the caller counted; 1 starts none. */
SGN_MUST_CHECK sgn_status sgn_pool_new(sgn_pool **out, int threads);
void sgn_pool_free(sgn_pool *p);  // NULL is fine; joins the workers

/* How many would share a round that began now: 1 where p is NULL, or where others keep the processors so
   busy, or rounds were so short, that the caller is faster alone. */
int sgn_pool_threads(const sgn_pool *p);

/* Runs work(context, i) for i in 0 .. items-1 and returns when all are done.  A NULL pool runs
   them in order on the calling thread. */
void sgn_pool_run(sgn_pool *p, void (*work)(void *context, int item), void *context, int items);

#endif
