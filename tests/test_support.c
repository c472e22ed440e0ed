#include "core/select.h"
#include "unroll/support.h"

#include "laws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the k-th largest -------------------------------------------------------------------------- */

static int descending(const void *a, const void *b)
{
    sgn_real x = *(const sgn_real *)a, y = *(const sgn_real *)b;
    return (x < y) - (x > y);
}

static void check_every_rank(const sgn_real *v, size_t n)
{
    sgn_real sorted[256];
    for (size_t i = 0; i < n; i++) sorted[i] = v[i] < 0 ? -v[i] : v[i];
    qsort(sorted, n, sizeof *sorted, descending);
    for (size_t k = 1; k <= n; k++)
        cr_expect_eq(sgn_kth_largest(v, n, k), sorted[k - 1], "%zu of %zu", k, n);
}

Test(support, the_kth_largest_is_where_sorting_puts_it)
{
    sgn_real v[200];
    for (size_t n = 1; n <= 200; n = 2 * n + 1) {
        fill_normal(v, n, 1, (uint32_t)n);
        check_every_rank(v, n);
    }
}

Test(support, the_kth_largest_of_values_that_repeat)
{
    sgn_real v[100];
    for (int values = 1; values < 8; values += 2) {
        for (int i = 0; i < 100; i++) v[i] = (sgn_real)(i * 7919 % values);
        check_every_rank(v, 100);
    }
    for (int i = 0; i < 100; i++) v[i] = (sgn_real)i;  // sorted, and the other way round
    check_every_rank(v, 100);
    for (int i = 0; i < 100; i++) v[i] = (sgn_real)-i;
    check_every_rank(v, 100);
}

/* ---- keeping the largest ----------------------------------------------------------------------- */

static void expect_kept(const sgn_real score[6], double density, const char *wanted)
{
    sgn_support *s = NULL;
    sgn_real scratch[6];
    char kept[7] = "";
    const sgn_support_kind *magnitude;
    OK(sgn_support_kind_find("magnitude", &magnitude));
    OK(sgn_support_new(&s, magnitude, 2, 3));
    sgn_support_choose(s, score, density, scratch);
    for (int i = 0; i < 6; i++) kept[i] = s->on[i] ? '1' : '0';
    cr_expect_str_eq(kept, wanted, "density %g", density);
    size_t active = s->active;
    sgn_support_count(s);
    cr_expect_eq(s->active, active);
    sgn_support_free(s);
}

Test(support, the_largest_scores_are_kept_and_of_equal_ones_the_first)
{
    const sgn_real distinct[6] = {3, 1, 6, 2, 5, 4}, equal[6] = {1, 2, 1, 1, 2, 1}, none[6] = {0};
    expect_kept(distinct, 0.5, "001011");
    expect_kept(distinct, 1, "111111");
    expect_kept(distinct, 1e-6, "001000");  // one at least
    expect_kept(equal, 0.5, "110010");
    expect_kept(equal, 2 / 3., "111010");
    expect_kept(none, 0.5, "111000");
}

/* ---- bits -------------------------------------------------------------------------------------- */

Test(support, the_number_of_choices_is_that_of_pascals_triangle)
{
    double row[33] = {1};
    for (int n = 1; n <= 32; n++)
        for (int k = n; k >= 1; k--) row[k] += row[k - 1];
    for (int k = 0; k <= 32; k++)
        cr_expect_float_eq(sgn_log2_choose(32, k), log2(row[k]), 1e-9, "32 over %d", k);
    cr_expect_float_eq(sgn_log2_choose(4, 2), log2(6), 1e-12);
    cr_expect_float_eq(sgn_log2_choose(1e6, 1e6), 0, 1e-6);
}

Test(support, one_that_follows_from_the_problem_costs_nothing)
{
    sgn_support *s = NULL;
    const sgn_support_kind *magnitude;
    OK(sgn_support_kind_find("magnitude", &magnitude));
    OK(sgn_support_new(&s, magnitude, 4, 5));
    s->on[7] = 0;
    cr_expect_eq(sgn_support_bits(s), 37 + 4, "seven links before the only absent one");
    s->derived = 1;
    cr_expect_eq(sgn_support_bits(s), 0);
    sgn_support_free(s);
    sgn_support_free(NULL);
}

/* ---- kinds ------------------------------------------------------------------------------------- */

/* Column by column, '1' where the link exists. */
static void expect_pattern(const char *kind, int rows, int cols, const char *wanted)
{
    sgn_real a[12] = {1, 0, /**/ 0, 2, /**/ 0, -1, /**/ 3, 0, /**/ 4, 0, /**/ 0, 5};  // (2, 6)
    sgn_real given[12] = {0, 0, 1, 1, 0, -1, /**/ 2, 0, 0, 0, 1, 0};                  // (6, 2)
    const sgn_support_kind *found;
    sgn_support *s = NULL;
    char pattern[64] = "";
    OK(sgn_support_kind_find(kind, &found));
    OK(sgn_support_new(&s, found, rows, cols));
    sgn_support_wish wish = {
        .A = sgn_mat_view(a, 2, 6), .blocks = 2, .band = 3, .given = sgn_mat_view(given, 6, 2)};
    if (found->fill) OK(found->fill(s, &wish, NULL));
    for (int i = 0; i < rows * cols; i++) pattern[i] = s->on[i] ? '1' : '0';
    cr_expect_str_eq(pattern, wanted, "%s, %d x %d", kind, rows, cols);
    sgn_support_free(s);
}

Test(support, the_physics_are_the_pattern_of_the_matrix)
{
    expect_pattern("physics", 6, 2,
                   "100110"
                   "011001");  // A'
    expect_pattern("physics", 2, 6,
                   "10"
                   "01"
                   "01"
                   "10"
                   "10"
                   "01");  // A
    expect_pattern("physics", 6, 6,
                   "100110"
                   "011001"
                   "011001"
                   "100110"
                   "100110"
                   "011001");  // A'A
}

Test(support, the_blocks_lie_on_the_diagonal)
{
    expect_pattern("blocks", 6, 2,
                   "111000"
                   "000111");
    expect_pattern("blocks", 4, 4,
                   "1100"
                   "1100"
                   "0011"
                   "0011");
    expect_pattern("all", 2, 2, "1111");
}

Test(support, a_band_lies_around_the_diagonal_and_every_row_has_as_many_links)
{
    expect_pattern("band", 5, 5,
                   "11000"
                   "11100"
                   "11111"
                   "00111"
                   "00011");
    expect_pattern("band", 3, 6,  // rows begin at columns 0, 2, 3
                   "100"
                   "100"
                   "110"
                   "011"
                   "011"
                   "001");
    expect_pattern("band", 4, 2, "11111111");
}

Test(support, one_from_outside_is_what_is_given_either_way_round)
{
    expect_pattern("file", 6, 2,
                   "001101"
                   "100010");
    expect_pattern("file", 2, 6,
                   "01"
                   "00"
                   "10"
                   "10"
                   "01"
                   "10");
    expect_pattern("file", 3, 3, "111111111");
}

Test(support, a_random_one_has_its_density_and_follows_from_the_seed)
{
    const sgn_support_kind *random;
    sgn_support *s[3];
    OK(sgn_support_kind_find("random", &random));
    for (int i = 0; i < 3; i++) {
        sgn_rng rng = sgn_rng_stream(i == 2 ? 8 : 7, SGN_RNG_SUPPORT, 0, 0);
        OK(sgn_support_new(&s[i], random, 30, 20));
        OK(random->fill(s[i], &(sgn_support_wish){.density = 0.3}, &rng));
        sgn_support_count(s[i]);
        cr_expect_eq(s[i]->active, 180);
    }
    cr_expect_arr_eq(s[0]->on, s[1]->on, 600);
    cr_expect_arr_neq(s[0]->on, s[2]->on, 600);
    for (int i = 0; i < 3; i++) sgn_support_free(s[i]);
}

Test(support, an_unknown_kind_is_named_with_the_nearest)
{
    const sgn_support_kind *found;
    cr_expect_eq(sgn_support_kind_find("physic", &found), SGN_ENAME);
    cr_expect_not_null(strstr(sgn_last_error(), "physics"), "%s", sgn_last_error());
    cr_expect_not_null(strstr(sgn_last_error(), "weights.support"), "%s", sgn_last_error());
}
