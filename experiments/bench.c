/* bench.c -- how fast products with signs, training steps and estimates are here. */
#include "core/bits.h"
#include "core/memory.h"
#include "experiments/bench_scale.h"
#include "experiments/command.h"
#include "experiments/machine.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

/* On the wall's clock; a case of a sweep is one of many. */
static const double seconds_of_case = 1.5, seconds_of_point = 0.4;
static const char *const scale_folder = "runs/scale";  // where --out says nothing

typedef struct {
    const sgn_arguments *a;
    sgn_machine machine;
    sgn_bench_cases cases;
    sgn_bench_row *row;  // (cases.n)
} session;

/* ---- what is shown ---------------------------------------------------------------------------------- */

static void add_ratio(sgn_table *t, const sgn_quartiles *q)
{
    if (q->n) {
        sgn_table_add(t, "%.2f", q->median);
        sgn_table_add(t, "%.2f to %.2f", q->low, q->high);
    } else {
        sgn_table_add(t, "-");
        sgn_table_add(t, "-");
    }
}

static void print_machine(const session *s)
{
    printf("%s, %s %s %s; OpenBLAS core %s; kernels %s; %d thread%s\n\n", s->machine.cpu,
           s->machine.system, s->machine.release, s->machine.machine, sgn_blas_core(),
           sgn_bits_used(), s->a->threads, s->a->threads > 1 ? "s" : "");
}

static sgn_status print_rows(const session *s)
{
    static const sgn_column column[] = {{"case", 0},
                                        {"against", 0},
                                        {"times\nfaster", 1},
                                        {"middle half\nof rounds", 1},
                                        {"median\ntime (us)", 1},
                                        {"spread", 1},
                                        {"rounds", 1},
                                        {"holds\n(MB)", 1},
                                        {"peak\n(MB)", 1}};
    sgn_table t;
    sgn_table_init(&t, column, sizeof column / sizeof *column);
    for (int i = 0; i < s->cases.n; i++) {
        const sgn_bench_row *r = &s->row[i];
        sgn_table_add(&t, "%s", r->what->name);
        sgn_table_add(&t, "%s", r->against);
        add_ratio(&t, &r->ratio);
        sgn_table_add(&t, "%.1f", 1e6 * r->seconds.median);
        sgn_table_add(&t, "%.0f %%", 100 * sgn_quartiles_spread(&r->seconds));
        sgn_table_add(&t, "%d", r->seconds.n);
        sgn_table_add(&t, "%.3f", 1e-6 * r->bytes);
        sgn_table_add(&t, "%.0f", 1e-6 * r->peak_bytes);
    }
    sgn_status status = sgn_table_text(&t, stdout);
    sgn_table_free(&t);
    return status;
}

static cJSON *json_row(const sgn_bench_row *r)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "case", r->what->name);
    cJSON_AddStringToObject(o, "against", r->against);
    if (r->ratio.n) {
        cJSON_AddNumberToObject(o, "ratio", r->ratio.median);
        cJSON_AddNumberToObject(o, "ratio_low", r->ratio.low);
        cJSON_AddNumberToObject(o, "ratio_high", r->ratio.high);
    } else cJSON_AddNullToObject(o, "ratio");
    cJSON_AddNumberToObject(o, "median_seconds", r->seconds.median);
    cJSON_AddNumberToObject(o, "spread", sgn_quartiles_spread(&r->seconds));
    cJSON_AddNumberToObject(o, "rounds", r->seconds.n);
    cJSON_AddNumberToObject(o, "batch", r->what->batch);
    cJSON_AddNumberToObject(o, "bytes", r->bytes);
    cJSON_AddNumberToObject(o, "peak_bytes", r->peak_bytes);
    return o;
}

static sgn_status print_json(const session *s)
{
    char machine[256];
    snprintf(machine, sizeof machine, "%s %s %s", s->machine.system, s->machine.release,
             s->machine.machine);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "machine", machine);
    cJSON_AddStringToObject(o, "cpu", s->machine.cpu);
    cJSON_AddStringToObject(o, "blas_core", sgn_blas_core());
    cJSON_AddStringToObject(o, "isa", sgn_bits_used());
    cJSON_AddNumberToObject(o, "threads", s->a->threads);
    cJSON *rows = cJSON_AddArrayToObject(o, "rows");
    for (int i = 0; i < s->cases.n; i++) cJSON_AddItemToArray(rows, json_row(&s->row[i]));
    char *text = cJSON_Print(o);
    cJSON_Delete(o);
    if (!text) return sgn_fail(SGN_EMEM, "out of memory: the measurements");
    puts(text);
    free(text);
    return SGN_OK;
}

/* ---- measuring -------------------------------------------------------------------------------------- */

/* OpenBLAS looks at these when it is loaded, and then does not ask the processor. */
static void warn(void)
{
    static const char *const held[] = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"};
    for (int i = 0; i < 2; i++) {
        const char *value = getenv(held[i]);
        if (value && *value)
            fprintf(stderr,
                    "signroll bench: %s is set to %s, so that OpenBLAS (core %s) may be slower "
                    "than it can be; unset it to compare\n",
                    held[i], value, sgn_blas_core());
    }
}

static sgn_status measure(session *s)
{
    sgn_bench_effort effort = {s->a->threads, s->a->scale ? seconds_of_point : seconds_of_case};
    s->row = sgn_alloc((size_t)s->cases.n, sizeof *s->row);
    if (!s->row) return SGN_EMEM;
    for (int i = 0; i < s->cases.n; i++) {
        if (!s->a->quiet && !s->a->json)
            fprintf(stderr, "%d/%d %s\n", i + 1, s->cases.n, s->cases.at[i].name);
        SGN_TRY(sgn_bench_measure(&s->cases.at[i], &effort, &s->row[i]));
    }
    return SGN_OK;
}

static sgn_status print_exponents(const session *s)
{
    sgn_table t;
    sgn_bench_scale_table(&t, s->row);
    sgn_status status = sgn_table_text(&t, stdout);
    sgn_table_free(&t);
    return status;
}

static sgn_status tell(const session *s)
{
    const char *folder = s->a->out ? s->a->out : scale_folder;
    if (s->a->scale) SGN_TRY(sgn_bench_scale_write(s->row, folder));
    if (s->a->json) return print_json(s);
    print_machine(s);
    if (!s->a->scale) return print_rows(s);
    SGN_TRY(print_exponents(s));
    printf("\nfigures: %s\n", folder);
    return SGN_OK;
}

static sgn_status choose(sgn_bench_cases *out, const sgn_arguments *a)
{
    if (!a->scale && a->out)
        return sgn_fail(SGN_ECONFIG, "bench writes files with --scale only, not to --out %s",
                        a->out);
    if (a->scale && a->pattern)
        return sgn_fail(SGN_ECONFIG, "--scale has cases of its own and takes no --case '%s'",
                        a->pattern);
    return a->scale ? sgn_bench_scale_cases(out) : sgn_bench_cases_match(out, a->pattern);
}

static sgn_status run(const sgn_arguments *a)
{
    session s = {.a = a};
    SGN_TRY(choose(&s.cases, a));
    s.machine = sgn_machine_look();
    warn();
    sgn_status status = measure(&s);
    if (!status) status = tell(&s);
    sgn_free(s.row);
    sgn_bench_cases_free(&s.cases);
    return status;
}

const sgn_command sgn_command_bench = {
    .name = "bench",
    .title = "times products with signs, training steps and estimates",
    .usage = "[--case PATTERN] [--scale]",
    .help =
        "Results are checked before they are timed.  Cases are wx-<m>x<n>-b<batch>-<format>, a "
        "product "
        "of packed signs against OpenBLAS's of as many floats (formats dense, support50, "
        "support10, "
        "blocks10; wtx: with the transpose), step-<links>-<solver>-<m>x<n>-k<layers>-b<batch>, a "
        "training step, and infer-..., the estimates of a batch (links full, onebit, pm1: A is "
        "sparse "
        "+-1, too; solvers lista, cp).  A pattern with sizes chooses among all cases of these "
        "sizes, "
        "another among the usual ones.  What is compared takes turns in rounds; the median counts. "
        " "
        "The spread is the distance of the quartiles, over the median.  OpenBLAS has one thread.  "
        "--scale "
        "doubles sizes, depth, batch and density instead and writes figures with fitted exponents "
        "to --out "
        "(runs/scale); it takes some minutes.",
    .takes = SGN_TAKES_CASE | SGN_TAKES_SCALE | SGN_TAKES_OUT | SGN_TAKES_JSON | SGN_TAKES_QUIET |
             SGN_TAKES_THREADS,
    .run = run,
};
