/* Rounds too short to be worth sharing, in contexts that change, on more threads than there are cores: every
 * item runs once, in the context of its own round, whoever comes late.  A plain program, because Criterion
 * cannot start under ThreadSanitizer.  Pools are made anew, since one that gains nothing stops sharing. */
#include "core/pool.h"

#include <stdio.h>
#include <string.h>

enum { POOLS = 40, ROUNDS = 100, MOST_ITEMS = 64, MOST_THREADS = 9 };

typedef struct {
    int by[MOST_ITEMS];
} tally;

static void add_one(void *context, int item) { ((tally *)context)->by[item] += 1; }

static void add_thousand(void *context, int item)
{
    for (volatile int i = 0; i < 200; i++) {
    }
    ((tally *)context)->by[item] += 1000;
}

static int faults_of_round(sgn_pool *p, int round)
{
    int items = 2 + round * 7 % (MOST_ITEMS - 1), faults = 0, is_short = round % 3 == 0;
    tally t = {{0}};
    sgn_pool_run(p, is_short ? add_one : add_thousand, &t, items);
    for (int i = 0; i < MOST_ITEMS; i++)
        faults += t.by[i] != (i >= items ? 0 : is_short ? 1 : 1000);
    memset(&t, 0xff, sizeof t);  // who still works on it leaves a mark
    for (int i = 0; i < MOST_ITEMS; i++) faults += t.by[i] != -1;
    return faults;
}

int main(void)
{
    int faults = 0;
    for (int threads = 2; threads <= MOST_THREADS; threads++)
        for (int i = 0; i < POOLS; i++) {
            sgn_pool *p = NULL;
            if (sgn_pool_new(&p, threads) != SGN_OK) {
                fprintf(stderr, "%s\n", sgn_last_error());
                return 1;
            }
            for (int round = 0; round < ROUNDS; round++) faults += faults_of_round(p, round + i);
            sgn_pool_free(p);
        }
    printf("%d faults\n", faults);
    return faults != 0;
}
