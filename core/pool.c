#include "core/pool.h"

#include "core/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

/* A training step is dozens of rounds a few hundred microseconds long, so that waiting begins with
   some looks at the counter, a few microseconds, before the thread goes to sleep. */
enum { LOOKS = 20, MOST_THREADS = 1024 };

struct sgn_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;  // `round` or `finished` has been counted up
    pthread_t *worker;       // (workers) besides the caller
    int workers, closing;

    void (*work)(void *context, int item);
    void *context;
    int items;

    atomic_uint round, finished;  // rounds of work announced, and those all workers are through
    atomic_int next, running;     // the first item nobody has taken; workers not yet through
};

static void count_up(sgn_pool *p, atomic_uint *counter)
{
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(counter, 1);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void wait_while(sgn_pool *p, atomic_uint *counter, unsigned value)
{
    for (int i = 0; i < LOOKS; i++) {
        if (atomic_load(counter) != value) return;
        sched_yield();
    }
    pthread_mutex_lock(&p->lock);
    while (atomic_load(counter) == value) pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static void take_items(sgn_pool *p)
{
    int i;
    while ((i = atomic_fetch_add(&p->next, 1)) < p->items) p->work(p->context, i);
}

static void *work_until_closed(void *context)
{
    sgn_pool *p = context;
    for (unsigned seen = 0;; seen++) {
        wait_while(p, &p->round, seen);
        if (p->closing) return NULL;
        take_items(p);
        if (atomic_fetch_sub(&p->running, 1) == 1) count_up(p, &p->finished);
    }
}

static sgn_status start_workers(sgn_pool *p, int workers)
{
    p->worker = sgn_alloc((size_t)workers, sizeof *p->worker);
    if (!p->worker) return SGN_EMEM;
    for (; p->workers < workers; p->workers++) {
        int fault = pthread_create(&p->worker[p->workers], NULL, work_until_closed, p);
        if (fault)
            return sgn_fail(SGN_EINTERNAL, "thread %d of %d could not be started: %s",
                            p->workers + 2, workers + 1, strerror(fault));
    }
    return SGN_OK;
}

sgn_status sgn_pool_new(sgn_pool **out, int threads)
{
    if (threads < 1 || threads > MOST_THREADS)
        return sgn_fail(SGN_ECONFIG, "threads is %d, must be 1 to %d", threads, MOST_THREADS);
    sgn_pool *p = sgn_alloc(1, sizeof *p);
    if (!p) return SGN_EMEM;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    sgn_status s = start_workers(p, threads - 1);
    if (s != SGN_OK) {
        sgn_pool_free(p);
        return s;
    }
    *out = p;
    return SGN_OK;
}

void sgn_pool_free(sgn_pool *p)
{
    if (!p) return;
    p->closing = 1;
    count_up(p, &p->round);
    for (int i = 0; i < p->workers; i++) pthread_join(p->worker[i], NULL);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    sgn_free(p->worker);
    sgn_free(p);
}

int sgn_pool_threads(const sgn_pool *p) { return p ? p->workers + 1 : 1; }

void sgn_pool_run(sgn_pool *p, void (*work)(void *context, int item), void *context, int items)
{
    if (!p || p->workers == 0 || items <= 1) {
        for (int i = 0; i < items; i++) work(context, i);
        return;
    }
    p->work = work, p->context = context, p->items = items;
    atomic_store(&p->next, 0);
    atomic_store(&p->running, p->workers);
    unsigned finished = atomic_load(&p->finished);
    count_up(p, &p->round);
    take_items(p);
    wait_while(p, &p->finished, finished);
}
