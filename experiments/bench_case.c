#include "experiments/bench_case.h"

#include "core/memory.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"wx", "wtx", "step", "infer"};
static const char *const formats[] = {"dense", "support50", "support10", "blocks10"};
static const char *const links[] = {"full", "onebit", "pm1"};
static const char *const solvers[] = {"lista", "cp"};
enum {
    FORMATS = sizeof formats / sizeof *formats,
    LINKS = sizeof links / sizeof *links,
    SOLVERS = sizeof solvers / sizeof *solvers,
    MOST_NAMES = 2 * FORMATS + 2 * LINKS * SOLVERS,
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

double sgn_bench_density(sgn_bench_format f)
{
    static const double density[FORMATS] = {1, 0.5, 0.1, 0.1};
    return density[f];
}

static void put_name(sgn_bench_case *c)
{
    if (sgn_bench_is_product(c))
        snprintf(c->name, sizeof c->name, "%s-%dx%d-b%d-%s", kinds[c->kind], c->m, c->n, c->batch,
                 formats[c->format]);
    else
        snprintf(c->name, sizeof c->name, "%s-%s-%s-%dx%d-k%d-b%d", kinds[c->kind], links[c->links],
                 solvers[c->solver], c->m, c->n, c->depth, c->batch);
}

/* ---- sizes ------------------------------------------------------------------------------------- */

/* The sizes that stand behind dashes in a pattern; 0 where one does not. */
static sgn_bench_case sizes_in(const char *pattern)
{
    sgn_bench_case c = {.m = 0};
    for (const char *at = strchr(pattern, '-'); at; at = strchr(at + 1, '-')) {
        sscanf(at, "-%5dx%5d", &c.m, &c.n);
        sscanf(at, "-k%4d", &c.depth);
        sscanf(at, "-b%5d", &c.batch);
    }
    return c;
}

static int within(int size, int most) { return size >= 1 && size <= most; }

static int has_sizes(const sgn_bench_case *c)
{
    return within(c->m, MOST_ROWS) && within(c->n, MOST_ROWS) && within(c->batch, MOST_BATCH) &&
           (sgn_bench_is_product(c) || within(c->depth, MOST_DEPTH));
}

/* ---- names ------------------------------------------------------------------------------------- */

static int exists(const sgn_bench_case *c)
{
    return sgn_bench_is_product(c) || c->links != SGN_BENCH_PM1 || c->solver == SGN_BENCH_CP;
}

static void add(sgn_bench_cases *to, sgn_bench_case c, const char *pattern)
{
    if (!has_sizes(&c) || !exists(&c)) return;
    put_name(&c);
    if (!fnmatch(pattern, c.name, 0)) to->at[to->n++] = c;
}

/* Of all names with the sizes of the pattern, those it matches. */
static void add_spelt(sgn_bench_cases *to, const char *pattern)
{
    sgn_bench_case c = sizes_in(pattern);
    for (int k = 0; k < SGN_BENCH_KINDS; k++) {
        c.kind = (sgn_bench_kind)k;
        int is_product = sgn_bench_is_product(&c);
        int first = is_product ? FORMATS : LINKS, second = is_product ? 1 : SOLVERS;
        for (int i = 0; i < first * second; i++) {
            c.format = (sgn_bench_format)(is_product ? i : 0);
            c.links = (sgn_bench_links)(is_product ? 0 : i / SOLVERS);
            c.solver = (sgn_bench_solver)(is_product ? 0 : i % SOLVERS);
            add(to, c, pattern);
        }
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
