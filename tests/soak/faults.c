/* faults.c -- to be preloaded: one call of the program fails, as the environment says.
 *
 *     FAULT_CALL   write fsync rename link open close mkdir, alloc, or none
 *     FAULT_AT     which of its calls, from 1; 0: none.  With FAULT_ALL=1 this one and all after it
 *     FAULT_ERRNO  what errno is then
 *     FAULT_LOG    where the counts of calls and, for alloc, the blocks never given back are written
 *
 * A call counts when signroll makes it, or libc, libyaml, libcjson or liblapacke for it.  Streams of
 * files that are opened for writing are made to pass through `write`: inside libc no one could see them.
 * HDF5 and OpenBLAS make calls of their own: what they do where memory ends is not ours to mend.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What these calls are replaced by must not ask the dynamic linker first: others call them before this
   file is ready. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

/* ---- which call fails ------------------------------------------------------------------------ */

enum { MOST_OBJECTS = 8, MOST_FRAMES = 32, ROOM = 1 << 16 };

static const char *failing = "none";
static long fails_at, calls, live;
static int fails_all, fault, ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Whose code an address belongs to. */
typedef enum { OTHERS, OURS, LIBC } owner;

static struct {
    uintptr_t from, to;
    owner is;
} object[MOST_OBJECTS];
static int objects;

static owner owner_of_file(const char *name)
{
    if (strstr(name, "/libc.so") || strstr(name, "faults")) return LIBC;
    return !*name || strstr(name, "/libyaml") || strstr(name, "/libcjson") ||
                   strstr(name, "/liblapacke")
               ? OURS
               : OTHERS;
}

static int note_object(struct dl_phdr_info *o, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (int i = 0; i < o->dlpi_phnum && objects < MOST_OBJECTS; i++) {
        const ElfW(Phdr) *p = &o->dlpi_phdr[i];
        uintptr_t from = o->dlpi_addr + p->p_vaddr;
        owner is = owner_of_file(o->dlpi_name);
        if (p->p_type != PT_LOAD || !(p->p_flags & PF_X) || is == OTHERS) continue;
        object[objects].is = is;
        object[objects].from = from;
        object[objects++].to = from + p->p_memsz;
    }
    return 0;
}

static owner owner_of(const void *address)
{
    for (int i = 0; i < objects; i++)
        if ((uintptr_t)address >= object[i].from && (uintptr_t)address < object[i].to)
            return object[i].is;
    return OTHERS;
}

/* What libc does, it does for whoever called it. */
static int is_ours(const void *caller)
{
    static _Thread_local int looking;  // backtrace may ask for memory
    void *frame[MOST_FRAMES];
    owner is = owner_of(caller);
    if (is != LIBC || looking) return is == OURS;
    looking = 1;
    int n = backtrace(frame, MOST_FRAMES);
    for (int i = 0; i < n && is == LIBC; i++) is = owner_of(frame[i]);
    looking = 0;
    return is == OURS;
}

/* Whether this call is the one. */
static int fails(const char *call, void *caller)
{
    if (!ready || strcmp(call, failing) != 0 || !is_ours(caller)) return 0;
    pthread_mutex_lock(&lock);
    long now = ++calls;
    pthread_mutex_unlock(&lock);
    if (!(fails_all ? fails_at && now >= fails_at : now == fails_at)) return 0;
    errno = fault;
    return 1;
}

/* ---- memory: a table of the blocks that are out ---------------------------------------------- */

static void *out[ROOM];
static void *const gone = &ready;

static void note(void *at)
{
    size_t i = (uintptr_t)at >> 4;
    pthread_mutex_lock(&lock);
    while (out[i % ROOM] && out[i % ROOM] != gone) i++;
    out[i % ROOM] = at;
    live++;
    pthread_mutex_unlock(&lock);
}

static void forget(const void *at)
{
    size_t i = (uintptr_t)at >> 4, looked = 0;
    pthread_mutex_lock(&lock);
    while (out[i % ROOM] && out[i % ROOM] != at && looked++ < ROOM) i++;
    if (at && out[i % ROOM] == at) out[i % ROOM] = gone, live--;
    pthread_mutex_unlock(&lock);
}

static void *given(void *at, void *caller)
{
    if (at && ready && !strcmp(failing, "alloc") && is_ours(caller)) note(at);
    return at;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
    return fails("alloc", CALLER) ? NULL : given(__libc_malloc(size), CALLER);
}

void *calloc(size_t n, size_t size)
{
    return fails("alloc", CALLER) ? NULL : given(__libc_calloc(n, size), CALLER);
}

void *aligned_alloc(size_t to, size_t size)
{
    return fails("alloc", CALLER) ? NULL : given(__libc_memalign(to, size), CALLER);
}

static void *resize(void *at, size_t size, void *caller)
{
    if (fails("alloc", caller)) return NULL;
    forget(at);
    return given(__libc_realloc(at, size), caller);
}

void *realloc(void *at, size_t size) { return resize(at, size, CALLER); }
void *reallocarray(void *at, size_t n, size_t size) { return resize(at, n * size, CALLER); }

void free(void *at)
{
    if (at && ready) forget(at);
    __libc_free(at);
}

/* ---- files ----------------------------------------------------------------------------------- */

ssize_t write(int fd, const void *data, size_t size)
{
    return fails("write", CALLER) ? -1 : syscall(SYS_write, fd, data, size);
}

/* A stream that passes through here has no descriptor that its owner knows: it asks for -1. */
int fsync(int fd)
{
    if (fails("fsync", CALLER)) return -1;
    return fd < 0 ? 0 : (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
    return fails("rename", CALLER) ? -1 : (int)syscall(SYS_rename, from, to);
}
int link(const char *from, const char *to)
{
    return fails("link", CALLER) ? -1 : (int)syscall(SYS_link, from, to);
}
int mkdir(const char *path, mode_t mode)
{
    return fails("mkdir", CALLER) ? -1 : (int)syscall(SYS_mkdir, path, mode);
}

/* The file is closed all the same, as Linux does it. */
int close(int fd)
{
    int failed = fails("close", CALLER), result = (int)syscall(SYS_close, fd);
    if (failed) errno = fault;
    return failed ? -1 : result;
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return fails("open", CALLER) ? -1 : (int)syscall(SYS_open, path, flags, mode);
}

static ssize_t stream_write(void *fd, const char *data, size_t size)
{
    ssize_t n = write((int)(intptr_t)fd, data, size);
    return n < 0 ? 0 : n;
}

static int stream_close(void *fd) { return (int)syscall(SYS_close, (int)(intptr_t)fd); }

FILE *fopen(const char *path, const char *mode)
{
    static FILE *(*real)(const char *, const char *);
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "fopen");
    if (!ready || *mode == 'r') return real(path, mode);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (*mode == 'a' ? O_APPEND : O_TRUNC), 0666);
    if (fd < 0) return NULL;
    return fopencookie((void *)(intptr_t)fd, mode,
                       (cookie_io_functions_t){.write = stream_write, .close = stream_close});
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    if (getenv("FAULT_CALL")) failing = getenv("FAULT_CALL");
    fails_at = number("FAULT_AT");
    fails_all = number("FAULT_ALL") != 0;
    fault = (int)number("FAULT_ERRNO");
    void *frame[1];
    backtrace(frame, 1);  // it loads a library the first time
    dl_iterate_phdr(note_object, NULL);
    setvbuf(stdout, NULL, _IONBF,
            0);  // its buffer, which libc never gives back, would look like a leak
    ready = 1;
}

__attribute__((destructor)) static void end(void)
{
    char line[64];
    ready = 0;
    const char *path = getenv("FAULT_LOG");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    if (fd < 0) return;
    int length = snprintf(line, sizeof line, "%ld %ld\n", calls, live);
    if (write(fd, line, (size_t)length) < 0) abort();
    close(fd);
}
