#include "experiments/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void catch (int number) { caught = number; }

void sgn_signals_catch(void)
{
    struct sigaction once = {.sa_handler = catch, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&once.sa_mask);
    sigaction(SIGINT, &once, NULL);
    sigaction(SIGTERM, &once, NULL);
}

int sgn_signal_caught(void) { return caught; }
