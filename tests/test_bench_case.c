/* The names of what `signroll bench` measures. */
#include "experiments/bench_case.h"

#include <criterion/criterion.h>
#include <string.h>

static sgn_bench_case one(const char *name)
{
    sgn_bench_cases found;
    cr_assert_eq(sgn_bench_cases_match(&found, name), SGN_OK, "%s: %s", name, sgn_last_error());
    cr_assert_eq(found.n, 1, "%s matches %d cases", name, found.n);
    sgn_bench_case c = found.at[0];
    sgn_bench_cases_free(&found);
    cr_assert_str_eq(c.name, name);
    return c;
}

static int count(const char *pattern)
{
    sgn_bench_cases found;
    cr_assert_eq(sgn_bench_cases_match(&found, pattern), SGN_OK, "%s", sgn_last_error());
    int n = found.n;
    sgn_bench_cases_free(&found);
    return n;
}

Test(bench_case, a_product_of_any_size_is_read)
{
    sgn_bench_case c = one("wx-8192x4096-b3-support10");
    cr_assert_eq(c.kind, SGN_BENCH_PRODUCT);
    cr_assert(c.format == SGN_BENCH_SUPPORT && c.percent == 10);
    cr_assert(c.m == 8192 && c.n == 4096 && c.batch == 3);
    cr_assert(sgn_bench_is_product(&c));
    cr_assert_eq(one("wtx-1x16384-b65536-blocks10").kind, SGN_BENCH_TRANSPOSED);
}

Test(bench_case, a_network_of_any_size_is_read)
{
    sgn_bench_case c = one("step-onebit-cp-17x33-k5-b7");
    cr_assert_eq(c.kind, SGN_BENCH_STEP);
    cr_assert(c.links == SGN_BENCH_ONEBIT && c.solver == SGN_BENCH_CP);
    cr_assert(c.m == 17 && c.n == 33 && c.depth == 5 && c.batch == 7);
    cr_assert_eq(one("infer-full-lista-250x500-k1024-b1").kind, SGN_BENCH_INFERENCE);
    cr_assert_eq(one("infer-pm1-cp-2x2-k1-b1").links, SGN_BENCH_PM1);
}

Test(bench_case, what_is_no_name_is_refused)
{
    static const char *const wrong[] = {
        "",
        "wx",
        "wx-0x5-b1-dense",
        "wx-16385x5-b1-dense",
        "wx-5x5-b65537-dense",
        "wx-5x5-dense",
        "wx-5-b1-dense",
        "wx-05x5-b1-dense",
        "wx-+5x5-b1-dense",
        "wx--5x5-b1-dense",
        "wx-99999999999x5-b1-dense",
        "wx-5x5-b1-sparse",
        "wx-5x5-b1-support",
        "wx-5x5-b1-support0",
        "wx-5x5-b1-support100",
        "wx-5x5-b1-dense100",
        "wx-5x5-b1-dense-",
        "wx-5x5-b1-dense ",
        "wx-5x5-k2-b1-dense",
        "step-onebit-cp-5x5-b1",
        "step-onebit-cp-5x5-k0-b1",
        "step-onebit-cp-5x5-k1025-b1",
        "step-onebit-ista-5x5-k2-b1",
        "step-pm1-lista-5x5-k2-b1",
        "train-*",
        "wx-3x*-b1-dense",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        sgn_bench_cases found = {.n = -1};
        cr_assert_eq(sgn_bench_cases_match(&found, wrong[i]), SGN_ENAME, "%s", wrong[i]);
        cr_assert(strstr(sgn_last_error(), wrong[i]) != NULL);
        cr_assert(found.n == -1 && !found.at);
    }
}

Test(bench_case, a_pattern_with_sizes_means_all_names_of_these_sizes)
{
    cr_assert_eq(count("wx-128x256-b4-*"), 4);
    cr_assert_eq(count("w*x-128x256-b4-support?0"), 4);
    cr_assert_eq(count("wx-128x256-b4-support20*"), 1);
    cr_assert_eq(count("step-*-9x9-k3-b2"), 5);
    cr_assert_eq(count("*-9x9-k3-b2"), 10);
}

Test(bench_case, other_patterns_choose_among_the_usual_cases)
{
    int all = count(NULL), products = count("wx-*"), steps = count("step-*");
    cr_assert_eq(all, count("*"));
    cr_assert_eq(all, products + steps + count("infer-*"));
    cr_assert(products > 0 && steps > 0);
    cr_assert_eq(count("wx-*-b1-dense"), 3);
}

/* Each usual case is there once, and its name finds it alone. */
Test(bench_case, the_usual_cases_have_names_of_their_own)
{
    sgn_bench_cases all;
    cr_assert_eq(sgn_bench_cases_match(&all, NULL), SGN_OK);
    for (int i = 0; i < all.n; i++) {
        one(all.at[i].name);
        for (int j = 0; j < i; j++) cr_assert_str_neq(all.at[i].name, all.at[j].name);
    }
    sgn_bench_cases_free(&all);
}

Test(bench_case, a_format_says_how_many_links_are_there)
{
    cr_assert_eq(one("wx-9x9-b1-dense").percent, 100);
    cr_assert_eq(one("wx-9x9-b1-support3").percent, 3);
    cr_assert_eq(one("wx-9x9-b1-blocks99").percent, 99);
}

Test(bench_case, what_is_no_case_gets_no_name)
{
    sgn_bench_case c = one("wx-9x9-b1-support3");
    c.m = 18;
    cr_assert(sgn_bench_case_name(&c));
    cr_assert_str_eq(c.name, "wx-18x9-b1-support3");
    c.percent = 100;
    cr_assert(!sgn_bench_case_name(&c));
}
