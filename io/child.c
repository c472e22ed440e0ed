#include "io/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 10 };
static const rlim_t most_memory = (rlim_t)2 << 30;

/* What the child says first. */
typedef struct {
    sgn_status status;
    char sentence[1024];
} verdict;

int sgn_child_put(int pipe, const void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(pipe, (const char *)data + done, size - done);
        if (n < 0 && errno != EINTR) return -1;
        if (n > 0) done += (size_t)n;
    }
    return 0;
}

int sgn_child_get(int pipe, void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(pipe, (char *)data + done, size - done);
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

/* Leaves by _exit: buffers and exit handlers are the parent's. */
static _Noreturn void be_child(const sgn_child_job *job, void *context, int pipe)
{
    limit_memory();
    setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS, SECONDS});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGPIPE, SIG_IGN);
    verdict v = {.status = job->work(context)};
    snprintf(v.sentence, sizeof v.sentence, "%s", sgn_last_error());
    int bad = sgn_child_put(pipe, &v, sizeof v) != 0;
    if (!bad && v.status == SGN_OK) bad = job->send(context, pipe) != 0;
    _exit(bad);
}

/* ---- the parent ----------------------------------------------------------------------------- */

static sgn_status listen_to(const sgn_child_job *job, void *context, int pipe, int *heard)
{
    verdict v;
    *heard = sgn_child_get(pipe, &v, sizeof v) == 0;
    if (!*heard) return SGN_OK;
    if (v.status != SGN_OK) return sgn_fail(v.status, "%.*s", (int)sizeof v.sentence, v.sentence);
    return job->take(context, pipe);
}

static sgn_status blame(int how, const char *path, sgn_status fault)
{
    if (WIFSIGNALED(how) && (WTERMSIG(how) == SIGXCPU || WTERMSIG(how) == SIGKILL))
        return sgn_fail(fault, "%s is damaged: reading it did not end within %d s", path, SECONDS);
    return sgn_fail(fault, "%s is damaged: HDF5 crashed over it", path);
}

sgn_status sgn_child_run(const sgn_child_job *job, void *context, const char *path,
                         sgn_status fault)
{
    int ends[2], heard, how = 0;
    if (pipe(ends) != 0) return sgn_fail(SGN_EINTERNAL, "no pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        be_child(job, context, ends[1]);
    }
    int why = errno;
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return sgn_fail(SGN_EINTERNAL, "no child process: %s", strerror(why));
    }
    sgn_status s = listen_to(job, context, ends[0], &heard);
    close(ends[0]);
    while (waitpid(child, &how, 0) < 0 && errno == EINTR) continue;
    return heard ? s : blame(how, path, fault);
}
