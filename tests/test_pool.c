#include "core/pool.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { ITEMS = 100 };

typedef struct {
    atomic_int runs[ITEMS];
    double result[ITEMS];
} tally;

static void work(void *context, int item)
{
    tally *t = context;
    atomic_fetch_add(&t->runs[item], 1);
    double x = item + 1;
    for (int i = 0; i < 50; i++) x = x / 3 + 1 / x;
    t->result[item] = x;
}

static sgn_pool *pool_of(int threads)
{
    sgn_pool *p = NULL;
    cr_assert_eq(sgn_pool_new(&p, threads), SGN_OK, "%s", sgn_last_error());
    return p;
}

Test(pool, every_item_runs_exactly_once)
{
    static const int threads[] = {1, 2, 4, 9};
    for (int k = 0; k < 4; k++) {
        sgn_pool *p = pool_of(threads[k]);
        for (int items = 0; items <= ITEMS; items++) {
            tally t = {0};
            sgn_pool_run(p, work, &t, items);
            for (int i = 0; i < ITEMS; i++)
                cr_assert_eq(t.runs[i], i < items, "%d threads, %d items: item %d ran %d times",
                             threads[k], items, i, t.runs[i]);
        }
        sgn_pool_free(p);
    }
}

Test(pool, the_number_of_threads_changes_no_bit)
{
    static tally alone, together;
    sgn_pool_run(NULL, work, &alone, ITEMS);
    sgn_pool *p = pool_of(4);
    sgn_pool_run(p, work, &together, ITEMS);
    sgn_pool_free(p);
    cr_assert(memcmp(alone.result, together.result, sizeof alone.result) == 0);
}

static void work_late(void *context, int item)
{
    usleep(item % 2 ? 300 : 10);
    work(context, item);
}

/* A round must neither return before its slowest item nor hand items to the next round. */
static void check_rounds(void (*item)(void *, int), int rounds)
{
    sgn_pool *p = pool_of(4);
    static tally t;
    memset(&t, 0, sizeof t);
    for (int round = 1; round <= rounds; round++) {
        sgn_pool_run(p, item, &t, 7);
        for (int i = 0; i < 7; i++) cr_assert_eq(t.runs[i], round);
    }
    sgn_pool_free(p);
}

Test(pool, rounds_do_not_overlap, .timeout = 60)
{
    check_rounds(work, 2000);
    check_rounds(work_late, 100);
}

Test(pool, without_a_pool_items_run_in_order_on_the_caller)
{
    tally t = {0};
    sgn_pool_run(NULL, work, &t, 3);
    cr_assert(t.runs[0] == 1 && t.runs[2] == 1 && t.runs[3] == 0);
}

Test(pool, can_be_freed_unused_and_null)
{
    sgn_pool_free(NULL);
    for (int i = 0; i < 50; i++) sgn_pool_free(pool_of(4));
}

Test(pool, refuses_a_number_of_threads_that_makes_no_sense)
{
    sgn_pool *p = NULL;
    cr_assert_eq(sgn_pool_new(&p, 0), SGN_ECONFIG);
    cr_assert(strstr(sgn_last_error(), "threads is 0"));
    cr_assert_eq(sgn_pool_new(&p, 1000000), SGN_ECONFIG);
    cr_assert_null(p);
}
