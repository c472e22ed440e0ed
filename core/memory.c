#include "core/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64 };

static atomic_uint_fast64_t calls;

void *sgn_alloc(size_t count, size_t size)
{
    atomic_fetch_add(&calls, 1);
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        sgn_fail(SGN_EMEM, "out of memory: %zu x %zu bytes", count, size);
        return NULL;
    }
    bytes = (bytes + CACHE_LINE) / CACHE_LINE * CACHE_LINE;
    void *at = aligned_alloc(CACHE_LINE, bytes);
    if (!at) {
        sgn_fail(SGN_EMEM, "out of memory: %zu bytes", bytes);
        return NULL;
    }
    return memset(at, 0, bytes);
}

void sgn_free(void *at) { free(at); }

uint64_t sgn_alloc_count(void) { return atomic_load(&calls); }
