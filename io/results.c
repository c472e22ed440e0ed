#include "io/results.h"
#include "core/memory.h"
#include "io/rank.h"
#include "io/text.h"

#include <math.h>
#include <string.h>

/* Where values may be a millionth or a million: three digits, wherever the point is. */
enum { DIGITS = -3 };

/* X(heading, figure, decimals): the columns behind the label. */
#define RESULTS_LIST(X)                               \
    X("train NMSE\n(dB)", nmse_train_db, 2)           \
    X("test NMSE\n(dB)", nmse_test_db, 2)             \
    X("gap\n(dB)", gap_db, 2)                         \
    X("gap\n(linear)", gap_linear, DIGITS)            \
    X("test median\n(dB)", nmse_test_median_db, 2)    \
    X("test 99 %\n(dB)", nmse_test_p99_db, 2)         \
    X("support\nF1", support_f1, 3)                   \
    X("sign\nbits/link", sign_bits_per_link, 3)       \
    X("stored\nbits/link", stored_bits_per_link, 3)   \
    X("physics\nbits/link", physics_bits_per_link, 3) \
    X("total\nbits/link", total_bits_per_link, 3)     \
    X("bits per\nweight", bits_per_weight, 3)         \
    X("stored\nbytes", stored_bytes, 0)               \
    X("time\n(s)", seconds, 1)

/* Of experiments that train nothing. */
#define ERRORS_LIST(X)                         \
    X("test\nerror", test_error, 4)            \
    X("standard\nerror", test_error_stderr, 4) \
    X("predicted\nerror", predicted_error, 4)  \
    X("test NMSE\n(dB)", nmse_test_db, 2)      \
    X("time\n(s)", seconds, 1)

#define BITS_LIST(X)                                  \
    X("possible\nlinks", links, 0)                    \
    X("active\nlinks", active_links, 0)               \
    X("weights", weights, 0)                          \
    X("parameters", parameters, 0)                    \
    X("sign\nbits/link", sign_bits_per_link, 3)       \
    X("stored\nbits/link", stored_bits_per_link, 3)   \
    X("physics\nbits/link", physics_bits_per_link, 3) \
    X("total\nbits/link", total_bits_per_link, 3)     \
    X("bits per\nweight", bits_per_weight, 3)         \
    X("stored\nbytes", stored_bytes, 0)               \
    X("compression\nvs fp32", compression_vs_fp32, 2) \
    X("packed\nfile bytes", file_bytes, 0)            \
    X("C tables\nbytes", c_table_bytes, 0)

#define OPERATIONS_LIST(X)                          \
    X("multiplications", multiplications, 0)        \
    X("additions", additions, 0)                    \
    X("weight\nbytes read", weight_bytes_read, 0)   \
    X("physics\nbytes read", physics_bytes_read, 0) \
    X("energy, SRAM\n(nJ)", energy_sram_nj, 1)      \
    X("energy, DRAM\n(nJ)", energy_dram_nj, 1)

typedef struct {
    size_t at;
    int decimals;
} place;

#define HEADING(heading, figure, decimals) {heading, 1},
#define PLACE(heading, figure, decimals)   {offsetof(sgn_summary, figure), decimals},

#define THEORY_LIST(X)                                 \
    X("factor\na layer", convergence_factor, DIGITS)   \
    X("measured", empirical_rate, DIGITS)              \
    X("stability\nbound", stability_bound, DIGITS)     \
    X("measured", stability_measured, DIGITS)          \
    X("sensitivity\nbound", sensitivity_bound, DIGITS) \
    X("measured", sensitivity_measured, DIGITS)        \
    X("Occam\nbound", occam_bound, DIGITS)             \
    X("measured\ngap", bounded_gap, DIGITS)

static const sgn_column results_column[] = {{"label", 0}, RESULTS_LIST(HEADING)};
static const place results_place[] = {RESULTS_LIST(PLACE)};
static const sgn_column errors_column[] = {{"label", 0}, ERRORS_LIST(HEADING)};
static const place errors_place[] = {ERRORS_LIST(PLACE)};
static const sgn_column bits_column[] = {{"label", 0}, BITS_LIST(HEADING)};
static const place bits_place[] = {BITS_LIST(PLACE)};
static const sgn_column operations_column[] = {{"label", 0}, OPERATIONS_LIST(HEADING)};
static const place operations_place[] = {OPERATIONS_LIST(PLACE)};
static const sgn_column theory_column[] = {{"label", 0}, THEORY_LIST(HEADING)};
static const place theory_place[] = {THEORY_LIST(PLACE)};

/* A table of the label and these figures. */
typedef struct {
    const sgn_column *column;
    const place *place;
    int figures;
} layout;

#define LAYOUT(name)                                                     \
    {                                                                    \
        name##_column, name##_place, sizeof name##_place / sizeof(place) \
    }
static const layout results = LAYOUT(results), bits = LAYOUT(bits), operations = LAYOUT(operations),
                    theory = LAYOUT(theory), errors = LAYOUT(errors);

enum { CELL_MAX = 48 };

static double figure_of(const sgn_summary *s, place f)
{
    double x;
    memcpy(&x, (const char *)s + f.at, sizeof x);
    return x;
}

static void print_figure(char *text, double x, int decimals)
{
    if (decimals >= 0 || isnan(x)) sgn_text_number(text, CELL_MAX, x, decimals);
    else snprintf(text, CELL_MAX, "%.*g", -decimals, x);
}

typedef struct {
    double mean, spread;  // NAN of no value; spread 0 of one value
} moments;

/* Over the runs that share run i's label. */
static moments moments_of(const sgn_run *run, int nruns, int i, place f)
{
    double sum = 0, square = 0;
    int n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < nruns; k++) {
            double x = figure_of(&run[k].summary, f);
            if (strcmp(run[k].summary.label, run[i].summary.label) || !isfinite(x)) continue;
            if (pass == 0) sum += x, n++;
            else square += (x - sum / n) * (x - sum / n);
        }
    return (moments){sum / n, n > 1 ? sqrt(square / (n - 1)) : 0};
}

static void add_figure(sgn_table *t, moments m, int decimals, const char *plus_minus)
{
    char mean[CELL_MAX], spread[CELL_MAX], zero[CELL_MAX];
    print_figure(mean, m.mean, decimals);
    print_figure(spread, m.spread, decimals);
    print_figure(zero, 0, decimals);
    if (strcmp(spread, zero) == 0) sgn_table_add(t, "%s", mean);
    else sgn_table_add(t, "%s %s %s", mean, plus_minus, spread);
}

static void add_label(sgn_table *t, const sgn_run *run, int nruns, int i)
{
    const char *label = run[i].summary.label;
    int diverged = 0, seeds = sgn_run_seeds(run, nruns, i);
    for (int k = 0; k < nruns; k++)
        diverged += run[k].summary.diverged && !strcmp(run[k].summary.label, label);
    if (!diverged) sgn_table_add(t, "%s", label);
    else if (seeds == 1) sgn_table_add(t, "%s (diverged)", label);
    else sgn_table_add(t, "%s (%d of %d diverged)", label, diverged, seeds);
}

static void tabulate(sgn_table *out, const layout *as, const sgn_run *run, int nruns,
                     const char *plus_minus)
{
    sgn_table_init(out, as->column, 1 + as->figures);
    for (int i = 0; i < nruns; i++) {
        if (sgn_run_first(run, i) < i) continue;  // a further seed
        add_label(out, run, nruns, i);
        for (int f = 0; f < as->figures; f++)
            add_figure(out, moments_of(run, nruns, i, as->place[f]), as->place[f].decimals,
                       plus_minus);
    }
}

int sgn_results_theory(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus)
{
    int known = 0;
    tabulate(out, &theory, run, nruns, plus_minus);
    for (int i = 0; i < nruns; i++)
        for (int k = 0; k < theory.figures; k++)
            known |= !isnan(figure_of(&run[i].summary, theory.place[k]));
    return known;
}

sgn_status sgn_results_agreement(double *out, int *pairs, const sgn_run *run, int nruns)
{
    double *bound = sgn_alloc(2 * (size_t)nruns, sizeof *bound);
    if (!bound) return SGN_EMEM;
    double *gap = bound + nruns;
    for (int i = 0; i < nruns; i++) {
        bound[i] = run[i].summary.occam_bound;
        gap[i] = run[i].summary.bounded_gap;
    }
    *out = sgn_rank_correlation(bound, gap, nruns, pairs);
    sgn_free(bound);
    return SGN_OK;
}

void sgn_results(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus)
{
    int errors_known = 0;
    for (int i = 0; i < nruns; i++) errors_known |= !isnan(run[i].summary.test_error);
    tabulate(out, errors_known ? &errors : &results, run, nruns, plus_minus);
}

void sgn_results_bits(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus)
{
    tabulate(out, &bits, run, nruns, plus_minus);
}

void sgn_results_operations(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus)
{
    tabulate(out, &operations, run, nruns, plus_minus);
}

static const sgn_column settings_column[] = {
    {"label", 0},   {"seed", 1},          {"solver", 0},     {"depth", 1},
    {"m x n", 1},   {"sparsity", 1},      {"SNR\n(dB)", 1},  {"tested\nunder", 0},
    {"samples", 1}, {"steps", 1},         {"constraint", 0}, {"support", 0},
    {"scale", 0},   {"active\nlinks", 1}, {"weights", 0}};
enum { SETTINGS = sizeof settings_column / sizeof *settings_column };

static void add_number(sgn_table *t, double x, int decimals)
{
    char text[CELL_MAX];
    sgn_text_number(text, sizeof text, x, decimals);
    sgn_table_add(t, "%s", text);
}

static void add_settings(sgn_table *t, const sgn_summary *s)
{
    sgn_table_add(t, "%s%s", s->label, s->diverged ? " (diverged)" : "");
    sgn_table_add(t, "%llu", (unsigned long long)s->seed);
    sgn_table_add(t, "%s", s->solver);
    sgn_table_add(t, "%d", s->depth);
    sgn_table_add(t, "%d x %d", s->m, s->n);
    add_number(t, s->sparsity, 3);
    add_number(t, s->snr_db, 1);
    sgn_table_add(t, "%s", s->condition);
    sgn_table_add(t, "%d", s->samples);
    sgn_table_add(t, "%d", s->steps);
    sgn_table_add(t, "%s", s->constraint);
    sgn_table_add(t, "%s", s->support);
    sgn_table_add(t, "%s", s->scale);
    add_number(t, s->active_links, 0);
    sgn_table_add(t, "%.12s", s->weights_hash);
}

void sgn_results_settings(sgn_table *out, const sgn_run *run, int nruns)
{
    sgn_table_init(out, settings_column, SETTINGS);
    for (int i = 0; i < nruns; i++) add_settings(out, &run[i].summary);
}

sgn_status sgn_results_print(FILE *to, const sgn_run *run, int nruns)
{
    sgn_table t;
    sgn_results(&t, run, nruns, "+-");
    sgn_status s = sgn_table_text(&t, to);
    sgn_table_free(&t);
    return s;
}
