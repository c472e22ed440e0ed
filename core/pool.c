#include "core/pool.h"

#include "core/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* Nanoseconds.  A training step is dozens of rounds, some a few microseconds long and many close together,
   so who waits looks for as long as falling asleep and waking up would take. */
static const long long looking = 50000;
enum { LOOKS = 16 };  // between two looks at the clock

/* Where other programs want the cores, a worker may be taken off its own in the middle of an item, for
   milliseconds, and the caller waits for it; and items of a microsecond are faster done than shared.  So the
   pool keeps an account of the time that threads saved.  Once it is spent, the caller works alone for a hundred
   times what was lost, and then they try again: all in all a hundredth is lost. */
static const long long first_credit = 1000000, most_credit = 20000000, rest_for_loss = 100;
static const long long taking_a_share = 1000;  // what it costs: no part of the work

enum { MOST_THREADS = 1024 };

/* A round is over when its items are finished, whoever did them: a worker that the scheduler keeps waiting
   costs nothing, since others take what is left. */
struct sgn_pool {
    int threads;        // the caller counted
    pthread_t *worker;  // (threads - 1)
    int workers;        // of them, started

    /* The round under way.  Who has won items of it may read this: it stays until they are finished. */
    void (*work)(void *context, int item);
    void *context;
    int items;

    atomic_uint untaken;     // items of the round that nobody has won
    atomic_uint unfinished;  // items of the round, won or not
    atomic_llong spent;      // on them, of the processors' time
    atomic_int closing;

    pthread_mutex_t lock;  // held from where `..._asleep` is raised until asleep
    pthread_cond_t begun, finished;
    atomic_int workers_asleep, caller_asleep;  // how many sleep; who is being woken does not count

    long long credit, alone_until;
};

static long long nanoseconds(clockid_t clock)
{
    struct timespec at;
    clock_gettime(clock, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

/* ---- doing items ------------------------------------------------------------------------------- */

typedef struct {
    int first, count;
} share;

/* Items that are this thread's alone; none where all are taken.  A share is smaller the fewer are left, so
   that threads rarely meet and end together (guided self-scheduling: Polychronopoulos & Kuck 1987,
   doi:10.1109/TC.1987.5009495).  What round they are of is read once they are won: a thread that slept since
   it looked may win items of a later one. */
static share win_share(sgn_pool *p)
{
    unsigned left = atomic_load(&p->untaken);
    while (left > 0) {
        unsigned fair = left / (2 * (unsigned)p->threads), count = fair > 0 ? fair : 1;
        if (atomic_compare_exchange_weak(&p->untaken, &left, left - count))
            return (share){p->items - (int)left, (int)count};
    }
    return (share){0, 0};
}

static void wake_caller(sgn_pool *p)
{
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->caller_asleep, 0);
    pthread_mutex_unlock(&p->lock);
    pthread_cond_signal(&p->finished);
}

static void do_items(sgn_pool *p)
{
    long long since = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    for (share s; (s = win_share(p)).count > 0;) {
        for (int i = 0; i < s.count; i++) p->work(p->context, s.first + i);
        long long now = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
        atomic_fetch_add(&p->spent, now - since - taking_a_share);
        since = now;
        unsigned before = atomic_fetch_sub(&p->unfinished, (unsigned)s.count);
        if (before == (unsigned)s.count && atomic_load(&p->caller_asleep)) wake_caller(p);
    }
}

/* ---- waiting ----------------------------------------------------------------------------------- */

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static int has_nothing_to_do(const sgn_pool *p)
{
    return atomic_load(&p->untaken) == 0 && !atomic_load(&p->closing);
}

static int has_unfinished(const sgn_pool *p) { return atomic_load(&p->unfinished) > 0; }

static int still_holds(const sgn_pool *p, int (*holds)(const sgn_pool *p))
{
    for (long long end = nanoseconds(CLOCK_MONOTONIC) + looking;
         nanoseconds(CLOCK_MONOTONIC) < end;)
        for (int i = 0; i < LOOKS; i++) {
            if (!holds(p)) return 0;
            pause_briefly();
        }
    return 1;
}

/* `asleep` is raised before the last look, and who ends the wait changes what is looked at before it reads
   `asleep`: one of the two sees the other. */
static void wait_while(sgn_pool *p, int (*holds)(const sgn_pool *p), pthread_cond_t *over,
                       atomic_int *asleep)
{
    if (!still_holds(p, holds)) return;
    pthread_mutex_lock(&p->lock);
    for (atomic_fetch_add(asleep, 1); holds(p); atomic_fetch_add(asleep, 1))
        pthread_cond_wait(over, &p->lock);
    atomic_fetch_sub(asleep, 1);
    pthread_mutex_unlock(&p->lock);
}

/* ---- workers ----------------------------------------------------------------------------------- */

static void *work_until_closed(void *context)
{
    sgn_pool *p = context;
    while (!atomic_load(&p->closing)) {
        do_items(p);
        wait_while(p, has_nothing_to_do, &p->begun, &p->workers_asleep);
    }
    return NULL;
}

static void wake_workers(sgn_pool *p, int most)
{
    pthread_mutex_lock(&p->lock);
    int asleep = atomic_load(&p->workers_asleep), woken = asleep < most ? asleep : most;
    atomic_store(&p->workers_asleep, asleep - woken);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < woken; i++) pthread_cond_signal(&p->begun);
}

static sgn_status start_workers(sgn_pool *p)
{
    p->worker = sgn_alloc((size_t)p->threads, sizeof *p->worker);
    if (!p->worker) return SGN_EMEM;
    for (; p->workers < p->threads - 1; p->workers++) {
        int fault = pthread_create(&p->worker[p->workers], NULL, work_until_closed, p);
        if (fault)
            return sgn_fail(SGN_EINTERNAL, "thread %d of %d could not be started: %s",
                            p->workers + 2, p->threads, strerror(fault));
    }
    return SGN_OK;
}

/* ---- the pool ---------------------------------------------------------------------------------- */

sgn_status sgn_pool_new(sgn_pool **out, int threads)
{
    if (threads < 1 || threads > MOST_THREADS)
        return sgn_fail(SGN_ECONFIG, "threads is %d, must be 1 to %d", threads, MOST_THREADS);
    sgn_pool *p = sgn_alloc(1, sizeof *p);
    if (!p) return SGN_EMEM;
    p->threads = threads;
    p->credit = first_credit;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->begun, NULL);
    pthread_cond_init(&p->finished, NULL);
    sgn_status s = start_workers(p);
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
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->closing, 1);
    pthread_mutex_unlock(&p->lock);
    pthread_cond_broadcast(&p->begun);
    for (int i = 0; i < p->workers; i++) pthread_join(p->worker[i], NULL);
    pthread_cond_destroy(&p->begun);
    pthread_cond_destroy(&p->finished);
    pthread_mutex_destroy(&p->lock);
    sgn_free(p->worker);
    sgn_free(p);
}

static int works_alone(const sgn_pool *p)
{
    return p->threads == 1 || nanoseconds(CLOCK_MONOTONIC) < p->alone_until;
}

int sgn_pool_threads(const sgn_pool *p) { return p && !works_alone(p) ? p->threads : 1; }

static void announce(sgn_pool *p, void (*work)(void *context, int item), void *context, int items)
{
    p->work = work, p->context = context, p->items = items;
    atomic_store(&p->spent, 0);
    atomic_store(&p->unfinished, (unsigned)items);
    atomic_store(&p->untaken, (unsigned)items);
    if (atomic_load(&p->workers_asleep)) wake_workers(p, items - 1);
}

static void settle(sgn_pool *p, long long begin)
{
    long long now = nanoseconds(CLOCK_MONOTONIC);
    p->credit += atomic_load(&p->spent) - (now - begin);
    if (p->credit > most_credit) p->credit = most_credit;
    if (p->credit >= 0) return;
    p->alone_until = now + rest_for_loss * (first_credit - p->credit);
    p->credit = first_credit;
}

static void run_alone(void (*work)(void *context, int item), void *context, int items)
{
    for (int i = 0; i < items; i++) work(context, i);
}

void sgn_pool_run(sgn_pool *p, void (*work)(void *context, int item), void *context, int items)
{
    if (!p || items <= 1 || works_alone(p)) {
        run_alone(work, context, items);
        return;
    }
    long long begin = nanoseconds(CLOCK_MONOTONIC);
    announce(p, work, context, items);
    do_items(p);
    wait_while(p, has_unfinished, &p->finished, &p->caller_asleep);
    settle(p, begin);
}
