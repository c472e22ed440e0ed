/* Streams into memory: all of what was written, or a word that it is not. */
#include "core/memstream.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

Test(memstream, holds_all_that_was_written)
{
    char *text;
    size_t size;
    FILE *f = sgn_memstream_open(&text, &size);
    cr_assert(f);
    for (int i = 0; i < 10000; i++) fprintf(f, "%05d\n", i);
    cr_assert_eq(sgn_memstream_close(f), SGN_OK);
    cr_assert_eq(size, 60000);
    cr_assert_eq(strlen(text), size);
    cr_assert(!strncmp(text + 6 * 9999, "09999\n", 6));
    free(text);
}

Test(memstream, nothing_written_is_a_text)
{
    char *text;
    size_t size;
    FILE *f = sgn_memstream_open(&text, &size);
    cr_assert_eq(sgn_memstream_close(f), SGN_OK);
    cr_assert_str_eq(text, "");
    cr_assert_eq(size, 0);
    free(text);
}

/* glibc's open_memstream would report success here. */
Test(memstream, says_when_memory_ends)
{
#ifdef __SANITIZE_ADDRESS__
    cr_skip_test("AddressSanitizer needs all of the address space");
#endif
    enum { MIB = 1 << 20, MOST = 512 };
    static char block[MIB];
    char *text;
    size_t size;
    struct rlimit limit = {(rlim_t)MOST * MIB, (rlim_t)MOST * MIB};
    FILE *f = sgn_memstream_open(&text, &size);
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    for (int i = 0; i < MOST; i++) fwrite(block, 1, sizeof block, f);
    cr_assert_eq(sgn_memstream_close(f), SGN_EMEM);
    cr_assert(size < (size_t)MOST * MIB);
    free(text);
}
