#include "experiments/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void catch (int number) { caught = number; }

static void handle(int number, void (*by)(int))
{
    struct sigaction once = {.sa_handler = by, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&once.sa_mask);
    sigaction(number, &once, NULL);
}

/* nohup has asked for it not to matter. */
static int hangups_matter(void)
{
    struct sigaction now;
    return sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler != SIG_IGN;
}

static void handle_all(void (*by)(int))
{
    handle(SIGINT, by);
    handle(SIGTERM, by);
    if (hangups_matter()) handle(SIGHUP, by);
}

static void ignore(int number)
{
    struct sigaction never = {.sa_handler = SIG_IGN};
    sigemptyset(&never.sa_mask);
    sigaction(number, &never, NULL);
}

void sgn_signals_prepare(void) { ignore(SIGXFSZ); }

void sgn_signals_catch(void)
{
    handle_all(catch);
    ignore(SIGPIPE);  // whoever looked on may go
}

void sgn_signals_release(void) { handle_all(SIG_DFL); }
int sgn_signal_caught(void) { return caught; }
