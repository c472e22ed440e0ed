#include "io/child.h"

#include "core/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* One that computes is stopped by the first limit; one that waits for itself, its memory being corrupt, by
   the second. */
enum { SECONDS = 10, SECONDS_OF_SILENCE = 60 };
static const rlim_t most_memory = (rlim_t)2 << 30;

struct sgn_child {
    int link;
    pid_t pid;  // 0: its end was seen
    int how;    // it ended, as waitpid says it
};

/* ---- both sides ----------------------------------------------------------------------------- */

int sgn_child_put(int link, const void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = send(link, (const char *)data + done, size - done, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) return -1;
        if (n > 0) done += (size_t)n;
    }
    return 0;
}

int sgn_child_get(int link, void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(link, (char *)data + done, size - done);
        if (n == 0 || (n < 0 && errno != EINTR)) return -1;
        if (n > 0) done += (size_t)n;
    }
    return 0;
}

/* ---- the child ------------------------------------------------------------------------------ */

/* The sanitizers map terabytes of address space: limiting it would only break them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

/* Counted from what the parent has mapped already. */
static void limit_memory(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f) return;
    if (fscanf(f, "%lu", &pages) != 1) pages = 0;
    fclose(f);
    rlim_t most = most_memory + (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
    if (!SANITIZED) setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
}

/* Nothing of the parent's is held open, its locks for instance, and a C library that aborts says so to
   nobody. */
static void let_go(int link)
{
    int nowhere = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; fd++) dup2(nowhere, fd);
    if (link > 3) close_range(3, (unsigned)link - 1, 0);
    close_range((unsigned)link + 1, ~0u, 0);
}

/* A crash is an answer, whoever listens for crashes in the parent.  What asks the parent to end does not
   concern the child: it ends with the parent. */
static void set_signals(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL},
                     others[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) signal(fatal[i], SIG_DFL);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) signal(others[i], SIG_IGN);
}

/* Of a coverage build alone: writes what was counted so far. */
void __gcov_dump(void) __attribute__((weak));

/* Leaves by _exit: buffers and exit handlers are the parent's. */
static _Noreturn void be_child(void (*work)(void *context, int link), void *context, int link)
{
    let_go(link);
    set_signals();
    limit_memory();
    setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS, SECONDS});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    work(context, link);
    if (__gcov_dump) __gcov_dump();
    _exit(0);
}

/* ---- the parent ----------------------------------------------------------------------------- */

static sgn_status start(sgn_child *c, void (*work)(void *context, int link), void *context)
{
    int ends[2];
    struct timeval silence = {.tv_sec = SECONDS_OF_SILENCE};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return sgn_fail(SGN_EINTERNAL, "no link to a child process: %s", strerror(errno));
    c->link = ends[0];
    c->pid = fork();
    if (c->pid == 0) {
        sgn_free(c);  // the parent's
        be_child(work, context, ends[1]);
    }
    int why = errno;
    close(ends[1]);
    if (c->pid < 0) {
        c->pid = 0;
        return sgn_fail(SGN_EINTERNAL, "no child process: %s", strerror(why));
    }
    setsockopt(c->link, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
    return SGN_OK;
}

sgn_status sgn_child_new(sgn_child **out, void (*work)(void *context, int link), void *context)
{
    sgn_child *c = sgn_alloc(1, sizeof *c);
    if (!c) return SGN_EMEM;
    c->link = -1;
    sgn_status status = start(c, work, context);
    if (status) sgn_child_free(c);
    else *out = c;
    return status;
}

int sgn_child_link(const sgn_child *c) { return c->link; }

/* The child sees the end of the questions; should it not leave then, it is killed. */
static void end(sgn_child *c)
{
    char nothing;
    if (!c->pid) return;
    shutdown(c->link, SHUT_WR);
    while (sgn_child_get(c->link, &nothing, 1) == 0) continue;
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &c->how, 0) < 0 && errno == EINTR) continue;
    c->pid = 0;
}

sgn_status sgn_child_blame(sgn_child *c, const char *path, sgn_status fault)
{
    end(c);
    if (WIFSIGNALED(c->how) && (WTERMSIG(c->how) == SIGXCPU || WTERMSIG(c->how) == SIGKILL))
        return sgn_fail(fault, "%s is damaged: reading it did not end within %d s", path, SECONDS);
    return sgn_fail(fault, "%s is damaged: HDF5 crashed over it", path);
}

void sgn_child_free(sgn_child *c)
{
    if (!c) return;
    end(c);
    if (c->link >= 0) close(c->link);
    sgn_free(c);
}
