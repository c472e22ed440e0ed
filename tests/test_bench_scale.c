/* What `signroll bench --scale` makes of its measurements: here of made-up ones, which are power laws. */
#include "core/memory.h"
#include "experiments/bench_scale.h"
#include "io/file.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { START_UP = 3 };  // of time that does not depend on the case, where there are few columns

static sgn_bench_cases cases;
static sgn_bench_row *row;
static char folder[] = "/tmp/test_bench_scale-XXXXXX";

static double power(double factor, double x, double exponent) { return factor * pow(x, exponent); }

/* Time goes with n^2, K, B^1/2 and percent^1/4; memory with n^2 K; OpenBLAS takes as long for all. */
static void measure(const sgn_bench_case *c, sgn_bench_row *out)
{
    double t = power(1e-9, c->n, 2) * sqrt(c->batch);
    if (sgn_bench_is_product(c)) t *= sqrt(sqrt(c->percent));
    else t *= c->depth;
    if (c->n == 128) t *= START_UP;
    *out = (sgn_bench_row){.what = c, .seconds = {t, t, t, 9}};
    out->bytes = power(0.5, c->n, 2) * (c->depth ? c->depth : 1);
    if (sgn_bench_is_product(c)) out->theirs = (sgn_quartiles){1, 1, 1, 9};
}

static void begin(void)
{
    cr_assert_eq(sgn_bench_scale_cases(&cases), SGN_OK);
    row = sgn_alloc((size_t)cases.n, sizeof *row);
    for (int i = 0; i < cases.n; i++) measure(&cases.at[i], &row[i]);
    cr_assert(mkdtemp(folder) != NULL);
}

static void end(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_expect_eq(system(command), 0);
    sgn_free(row);
    sgn_bench_cases_free(&cases);
}

TestSuite(bench_scale, .init = begin, .fini = end);

/* The cell of the curve whose label has these words. */
static const char *cell(const sgn_table *t, const char *sweep, const char *words, int column)
{
    for (int i = 0; i < t->cells; i += t->columns)
        if (!strncmp(t->cell[i], sweep, strlen(sweep)) && strstr(t->cell[i + 1], words))
            return t->cell[i + column];
    cr_assert(0, "no curve %s of sweep %s", words, sweep);
    return NULL;
}

Test(bench_scale, exponents_are_those_of_the_measurements)
{
    sgn_table t;
    sgn_bench_scale_table(&t, row);
    cr_expect_str_eq(cell(&t, "size", "packed", 4), "2.00");
    cr_expect_str_eq(cell(&t, "size", "packed", 5), "2.00");
    cr_expect_str_eq(cell(&t, "size", "OpenBLAS", 4), "0.00");
    cr_expect_str_eq(cell(&t, "size", "OpenBLAS", 5), "2.00");
    cr_expect_str_eq(cell(&t, "depth", "full step", 4), "1.00");
    cr_expect_str_eq(cell(&t, "depth", "full step", 5), "1.00");
    cr_expect_str_eq(cell(&t, "batch", "estimates", 4), "0.50");
    cr_expect_str_eq(cell(&t, "batch", "estimates", 5), "0.00");
    cr_expect_str_eq(cell(&t, "density", "blocks", 4), "0.25");
    sgn_table_free(&t);
}

Test(bench_scale, sizes_go_from_128_to_16384)
{
    sgn_table t;
    sgn_bench_scale_table(&t, row);
    cr_expect_str_eq(cell(&t, "size", "packed", 2), "128");
    cr_expect_str_eq(cell(&t, "size", "packed", 3), "16384");
    sgn_table_free(&t);
}

Test(bench_scale, every_sweep_has_both_figures_and_their_points)
{
    static const char *const sweep[] = {"size", "depth", "batch", "density"};
    static const char *const what[] = {"time.svg", "time.csv", "memory.svg", "memory.csv"};
    cr_assert_eq(sgn_bench_scale_write(row, folder), SGN_OK, "%s", sgn_last_error());
    for (int i = 0; i < 16; i++) {
        char path[128], *text;
        snprintf(path, sizeof path, "%s/%s-%s", folder, sweep[i / 4], what[i % 4]);
        cr_assert_eq(sgn_read_file(path, 1 << 20, &text, NULL), SGN_OK, "%s", sgn_last_error());
        cr_expect(strstr(text, "^"), "%s has no exponent in its legend", path);
        sgn_free(text);
    }
}
