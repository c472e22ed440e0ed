#include "core/memory.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(memory, slabs_are_zero_and_begin_a_cache_line)
{
    for (size_t n = 1; n < 300; n += 37) {
        unsigned char *at = sgn_alloc(n, 3);
        cr_assert_not_null(at);
        cr_expect_eq((uintptr_t)at % 64, 0);
        for (size_t i = 0; i < 3 * n; i++) cr_expect_eq(at[i], 0);
        memset(at, 0xff, 3 * n);  // what the next one may be given
        sgn_free(at);
    }
}

Test(memory, nothing_of_nothing_is_a_slab_too)
{
    void *at = sgn_alloc(0, 8);
    cr_expect_not_null(at);
    sgn_free(at);
    sgn_free(NULL);
}

Test(memory, a_size_that_overflows_is_refused_in_words)
{
    cr_expect_null(sgn_alloc(SIZE_MAX / 2, 3));
    cr_expect_not_null(strstr(sgn_last_error(), "out of memory"), "%s", sgn_last_error());
    cr_expect_null(sgn_alloc(SIZE_MAX - 8, 1));
}

Test(memory, every_allocation_is_counted)
{
    uint64_t before = sgn_alloc_count();
    void *one = sgn_alloc(1, 1), *two = sgn_alloc(1, 1);
    cr_expect_eq(sgn_alloc_count(), before + 2);
    sgn_free(one), sgn_free(two);
    cr_expect_eq(sgn_alloc_count(), before + 2, "freeing is not allocating");
}
