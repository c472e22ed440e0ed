/* slow.h -- tests try less often where everything takes longer.
 *
 * SLOWER, in the environment, is how many times less often: ctest sets it for builds with sanitizers, and
 * valgrind.sh for itself.  Without it a test tries all that it has.
 */
#ifndef SGN_TESTS_SLOW_H
#define SGN_TESTS_SLOW_H

#include <stdlib.h>

static inline int slower(void)
{
    const char *times = getenv("SLOWER");
    int n = times ? atoi(times) : 1;
    return n > 1 ? n : 1;
}

#endif
