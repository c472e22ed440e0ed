#include "io/results.h"
#include "io/text.h"

#include <math.h>
#include <string.h>

/* X(heading, figure, decimals): the columns behind the label; those of EXTRA_LIST only when some run
   has the figure. */
#define FIGURE_LIST(X)                                \
    X("train NMSE\n(dB)", nmse_train_db, 2)           \
    X("test NMSE\n(dB)", nmse_test_db, 2)             \
    X("gap\n(dB)", gap_db, 2)                         \
    X("test median\n(dB)", nmse_test_median_db, 2)    \
    X("support\nF1", support_f1, 3)                   \
    X("sign\nbits/link", sign_bits_per_link, 3)       \
    X("stored\nbits/link", stored_bits_per_link, 3)   \
    X("physics\nbits/link", physics_bits_per_link, 3) \
    X("total\nbits/link", total_bits_per_link, 3)     \
    X("bits per\nweight", bits_per_weight, 3)         \
    X("stored\nbytes", stored_bytes, 0)               \
    X("time\n(s)", seconds, 1)
#define EXTRA_LIST(X)                          \
    X("test\nerror", test_error, 4)            \
    X("standard\nerror", test_error_stderr, 4) \
    X("predicted\nerror", predicted_error, 4)

#define HEADING(heading, figure, decimals) {heading, 1},
#define PLACE(heading, figure, decimals)   {offsetof(sgn_summary, figure), decimals},

static const sgn_column results_column[] = {{"label", 0}, FIGURE_LIST(HEADING) EXTRA_LIST(HEADING)};
static const struct {
    size_t at;
    int decimals;
} figure[] = {FIGURE_LIST(PLACE) EXTRA_LIST(PLACE)};
#define ONE(heading, figure, decimals) +1
enum { FIGURES = sizeof figure / sizeof *figure, EXTRAS = EXTRA_LIST(ONE), CELL_MAX = 48 };

static double figure_of(const sgn_summary *s, int f)
{
    double x;
    memcpy(&x, (const char *)s + figure[f].at, sizeof x);
    return x;
}

typedef struct {
    double mean, spread;  // NAN of no value; spread 0 of one value
} moments;

/* Over the runs that share run i's label. */
static moments moments_of(const sgn_run *run, int nruns, int i, int f)
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
    sgn_text_number(mean, sizeof mean, m.mean, decimals);
    sgn_text_number(spread, sizeof spread, m.spread, decimals);
    sgn_text_number(zero, sizeof zero, 0, decimals);
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

/* How many columns there are up to the last one that is wanted. */
static int count_figures(const sgn_run *run, int nruns)
{
    int n = FIGURES - EXTRAS;
    for (int f = n; f < FIGURES; f++)
        for (int i = 0; i < nruns; i++)
            if (!isnan(figure_of(&run[i].summary, f))) n = f + 1;
    return n;
}

void sgn_results(sgn_table *out, const sgn_run *run, int nruns, const char *plus_minus)
{
    int figures = count_figures(run, nruns);
    sgn_table_init(out, results_column, 1 + figures);
    for (int i = 0; i < nruns; i++) {
        if (sgn_run_first(run, i) < i) continue;  // a further seed
        add_label(out, run, nruns, i);
        for (int f = 0; f < figures; f++)
            add_figure(out, moments_of(run, nruns, i, f), figure[f].decimals, plus_minus);
    }
}

static const sgn_column settings_column[] = {
    {"label", 0},    {"seed", 1},      {"solver", 0},        {"depth", 1},  {"m x n", 1},
    {"sparsity", 1}, {"SNR\n(dB)", 1}, {"samples", 1},       {"steps", 1},  {"constraint", 0},
    {"support", 0},  {"scale", 0},     {"active\nlinks", 1}, {"weights", 0}};
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
