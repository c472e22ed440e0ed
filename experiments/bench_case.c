#include "experiments/bench_case.h"

#include "core/memory.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"wx", "wtx", "step", "infer"};
static const char *const formats[] = {"dense", "support", "blocks"};
static const char *const links[] = {"full", "onebit", "pm1"};
static const char *const solvers[] = {"lista", "cp"};
enum {
    USUAL_FORMATS = 4,
    LINKS = sizeof links / sizeof *links,
    SOLVERS = sizeof solvers / sizeof *solvers,
    MOST_NAMES = 2 * USUAL_FORMATS + 2 * LINKS * SOLVERS,
    MOST_ROWS = 16384,  // or columns: counts of links stay within int
    MOST_BATCH = 65536,
    MOST_DEPTH = 1024,
};

/* What is measured when nobody asks for a case. */
static const char *const preset[] = {
    "wx-512x512-b1-dense",
    "wx-2048x2048-b1-dense",
    "wx-4096x4096-b1-dense",
    "wx-2048x2048-b64-dense",
    "wx-2048x2048-b512-dense",
    "wx-1000x2000-b1-blocks10",
    "wx-1000x2000-b64-blocks10",
    "wx-1000x2000-b64-support10",
    "step-full-lista-250x500-k16-b64",
    "step-onebit-lista-250x500-k16-b64",
    "step-full-lista-250x500-k16-b512",
    "step-onebit-lista-250x500-k16-b512",
    "step-full-cp-250x500-k16-b64",
    "step-onebit-cp-250x500-k16-b64",
    "infer-full-lista-250x500-k16-b1",
    "infer-onebit-lista-250x500-k16-b1",
    "infer-full-lista-250x500-k16-b256",
    "infer-onebit-lista-250x500-k16-b256",
    "infer-full-cp-250x500-k16-b1",
    "infer-onebit-cp-250x500-k16-b1",
    "infer-pm1-cp-250x500-k16-b1",
};
enum { PRESETS = sizeof preset / sizeof *preset };

int sgn_bench_is_product(const sgn_bench_case *c) { return c->kind <= SGN_BENCH_TRANSPOSED; }

/* ---- one name ---------------------------------------------------------------------------------- */

static int within(int size, int most) { return size >= 1 && size <= most; }

static int exists(const sgn_bench_case *c)
{
    if (!within(c->m, MOST_ROWS) || !within(c->n, MOST_ROWS) || !within(c->batch, MOST_BATCH))
        return 0;
    if (!sgn_bench_is_product(c))
        return within(c->depth, MOST_DEPTH) &&
               (c->links != SGN_BENCH_PM1 || c->solver == SGN_BENCH_CP);
    return c->format == SGN_BENCH_DENSE ? c->percent == 100 : within(c->percent, 99);
}

int sgn_bench_case_name(sgn_bench_case *c)
{
    char percent[16] = "";
    if (!exists(c)) return 0;
    if (c->format != SGN_BENCH_DENSE) snprintf(percent, sizeof percent, "%d", c->percent);
    if (sgn_bench_is_product(c))
        snprintf(c->name, sizeof c->name, "%s-%dx%d-b%d-%s%s", kinds[c->kind], c->m, c->n, c->batch,
                 formats[c->format], percent);
    else
        snprintf(c->name, sizeof c->name, "%s-%s-%s-%dx%d-k%d-b%d", kinds[c->kind], links[c->links],
                 solvers[c->solver], c->m, c->n, c->depth, c->batch);
    return 1;
}

/* ---- all names of some sizes ------------------------------------------------------------------- */

/* The numbers that stand behind dashes in a pattern; 0 where one does not. */
static sgn_bench_case numbers_in(const char *pattern)
{
    sgn_bench_case c = {.m = 0};
    for (const char *at = strchr(pattern, '-'); at; at = strchr(at + 1, '-')) {
        sscanf(at, "-%5dx%5d", &c.m, &c.n);
        sscanf(at, "-k%4d", &c.depth);
        sscanf(at, "-b%5d", &c.batch);
        sscanf(at, "-support%2d", &c.percent);
        sscanf(at, "-blocks%2d", &c.percent);
    }
    return c;
}

static void add(sgn_bench_cases *to, sgn_bench_case c, const char *pattern)
{
    if (!sgn_bench_case_name(&c) || fnmatch(pattern, c.name, 0)) return;
    for (int i = 0; i < to->n; i++)
        if (!strcmp(to->at[i].name, c.name)) return;
    to->at[to->n++] = c;
}

static void add_products(sgn_bench_cases *to, sgn_bench_case c, const char *pattern)
{
    static const struct {
        sgn_bench_format format;
        int percent;
    } usual[] = {{SGN_BENCH_DENSE, 100},
                 {SGN_BENCH_SUPPORT, 50},
                 {SGN_BENCH_SUPPORT, 10},
                 {SGN_BENCH_BLOCKS, 10}};
    int spelt = c.percent;
    for (int i = 0; i < USUAL_FORMATS; i++) {
        c.format = usual[i].format;
        c.percent = spelt && c.format != SGN_BENCH_DENSE ? spelt : usual[i].percent;
        add(to, c, pattern);
    }
}

static void add_networks(sgn_bench_cases *to, sgn_bench_case c, const char *pattern)
{
    for (int i = 0; i < LINKS * SOLVERS; i++) {
        c.links = (sgn_bench_links)(i / SOLVERS);
        c.solver = (sgn_bench_solver)(i % SOLVERS);
        add(to, c, pattern);
    }
}

static void add_spelt(sgn_bench_cases *to, const char *pattern)
{
    sgn_bench_case c = numbers_in(pattern);
    for (int k = 0; k < SGN_BENCH_KINDS; k++) {
        c.kind = (sgn_bench_kind)k;
        if (sgn_bench_is_product(&c)) add_products(to, c, pattern);
        else add_networks(to, c, pattern);
    }
}

static void find(sgn_bench_cases *to, const char *pattern)
{
    if (pattern) add_spelt(to, pattern);
    if (to->n) return;
    for (int i = 0; i < PRESETS; i++)
        if (!pattern || !fnmatch(pattern, preset[i], 0)) add_spelt(to, preset[i]);
}

sgn_status sgn_bench_cases_match(sgn_bench_cases *out, const char *pattern)
{
    sgn_bench_cases found = {.at = sgn_alloc(PRESETS + MOST_NAMES, sizeof *found.at)};
    if (!found.at) return SGN_EMEM;
    find(&found, pattern);
    if (found.n) {
        *out = found;
        return SGN_OK;
    }
    sgn_bench_cases_free(&found);
    return sgn_fail(SGN_ENAME,
                    "no case is called '%s'; names are like wx-512x512-b1-dense and "
                    "step-onebit-cp-250x500-k16-b64, of at most %d rows and columns, batch %d and "
                    "%d layers",
                    pattern, MOST_ROWS, MOST_BATCH, MOST_DEPTH);
}

void sgn_bench_cases_free(sgn_bench_cases *c)
{
    if (!c) return;
    sgn_free(c->at);
    *c = (sgn_bench_cases){0};
}
