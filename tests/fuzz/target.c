#include "tests/fuzz/target.h"

#include <assert.h>
#include <endian.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

enum { BLOCK = 512, LENGTH = 32, HASH = 40 };  // where they lie in a container

static void vouch(int fd, const uint8_t *bytes, size_t size)
{
    uint64_t length = htole64(size - BLOCK);
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(bytes + BLOCK, size - BLOCK));
    ssize_t put = pwrite(fd, &length, sizeof length, LENGTH) + pwrite(fd, &hash, sizeof hash, HASH);
    assert(put == sizeof length + sizeof hash);
}

/* The crash of a child that parses is an answer, and no finding: libFuzzer must not record it. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));
static void disarm(void)
{
    if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(NULL);
}

static int new_file(void)
{
    pthread_atfork(NULL, NULL, disarm);
    return memfd_create("fuzz", MFD_CLOEXEC);
}

const char *fuzz_file(const uint8_t *bytes, size_t size, int vouched)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) fd = new_file();
    snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), fd);
    int bad = fd < 0 || ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size;
    assert(!bad);
    if (vouched && size >= BLOCK) vouch(fd, bytes, size);
    return path;
}

void fuzz_judge(sgn_status status)
{
    if (status == SGN_OK) return;
    const char *words = sgn_last_error();
    int ours = status == SGN_EMEM || status == SGN_EINTERNAL || status == SGN_EIO;
    if (!ours && *words && !strpbrk(words, "\n\r\033")) return;
    fprintf(stderr, "status %d: %s\n", (int)status, words);
    abort();
}

sgn_status fuzz_problem(sgn_problem **out, const sgn_config *c, sgn_mat A)
{
    sgn_mat none = {0};
    return A.cols ? sgn_problem_from_data(out, &c->problem, A, none, none, none, none)
                  : sgn_problem_new(out, &c->problem, c->seed);
}
