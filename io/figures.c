#include "io/figures.h"
#include "core/memory.h"

#include <assert.h>

/* ---- filling ---- */

static sgn_status reserve(sgn_figure *f, int series, int points)
{
    f->series = sgn_alloc((size_t)series, sizeof *f->series);
    f->x = sgn_alloc((size_t)points + 1, sizeof *f->x);
    f->y = sgn_alloc((size_t)points + 1, sizeof *f->y);
    if (!f->series || !f->x || !f->y) return SGN_EMEM;
    f->plot.series = f->series;
    return SGN_OK;
}

static void add_series(sgn_figure *f, const char *label, int style)
{
    f->series[f->plot.n++] =
        (sgn_series){.label = label, .x = f->x + f->points, .y = f->y + f->points, .style = style};
}

/* One series per run, in the order of the runs; seeds of one method share a style. */
static void add_run(sgn_figure *f, const sgn_run *run, int i)
{
    int first = sgn_run_first(run, i), styles = 0;
    for (int k = 0; k < f->plot.n; k++)
        if (f->series[k].style >= styles) styles = f->series[k].style + 1;
    add_series(f, run[i].summary.label, first < i ? f->series[first].style : styles);
}

static void add_point(sgn_figure *f, double x, double y)
{
    f->x[f->points] = x;
    f->y[f->points++] = y;
    f->series[f->plot.n - 1].n++;
}

/* ---- the figures ---- */

static const char nmse[] = "NMSE (dB)", test_nmse[] = "test NMSE (dB)";

static sgn_status error_over_layers(sgn_figure *f, const sgn_run *run, int nruns)
{
    f->plot.x = (sgn_axis){.title = "layer", .kind = SGN_AXIS_WHOLE};
    f->plot.y = (sgn_axis){.title = test_nmse};
    int points = 0;
    for (int i = 0; i < nruns; i++) points += run[i].summary.layers;
    SGN_TRY(reserve(f, nruns, points));
    for (int i = 0; i < nruns; i++) {
        add_run(f, run, i);
        for (int k = 0; k < run[i].summary.layers; k++)
            add_point(f, k + 1, run[i].summary.layer_nmse_db[k]);
    }
    return SGN_OK;
}

static sgn_status error_over_steps(sgn_figure *f, const sgn_run *run, int nruns)
{
    f->plot.x = (sgn_axis){.title = "training step", .kind = SGN_AXIS_WHOLE};
    f->plot.y = (sgn_axis){.title = "validation NMSE (dB)"};
    int points = 0;
    for (int i = 0; i < nruns; i++) points += run[i].epochs;
    SGN_TRY(reserve(f, nruns, points));
    for (int i = 0; i < nruns; i++) {
        add_run(f, run, i);
        for (int k = 0; k < run[i].epochs; k++)
            add_point(f, run[i].epoch[k].step, run[i].epoch[k].validation_db);
    }
    return SGN_OK;
}

static sgn_status error_over_bits(sgn_figure *f, const sgn_run *run, int nruns)
{
    f->plot.kind = SGN_PLOT_POINTS;
    f->plot.x = (sgn_axis){
        .title = "stored bits per link", .kind = SGN_AXIS_LOG, .zero = "no learned bits"};
    f->plot.y = (sgn_axis){.title = test_nmse};
    SGN_TRY(reserve(f, nruns, nruns));
    for (int i = 0; i < nruns; i++) {
        add_run(f, run, i);
        add_point(f, run[i].summary.stored_bits_per_link, run[i].summary.nmse_test_db);
    }
    return SGN_OK;
}

/* The rows' names: the label, and the seed where several runs share it. */
static sgn_status name_rows(sgn_figure *f, const sgn_run *run, int nruns)
{
    f->name = sgn_alloc((size_t)nruns, sizeof *f->name);
    f->names = sgn_alloc((size_t)nruns, sizeof *f->names);
    if (!f->name || !f->names) return SGN_EMEM;
    for (int i = 0; i < nruns; i++) {
        const sgn_summary *s = &run[i].summary;
        if (sgn_run_seeds(run, nruns, i) == 1)
            snprintf(f->name[i], sizeof *f->name, "%s", s->label);
        else
            snprintf(f->name[i], sizeof *f->name, "%s, seed %llu", s->label,
                     (unsigned long long)s->seed);
        f->names[i] = f->name[i];
    }
    f->plot.y = (sgn_axis){.title = "", .kind = SGN_AXIS_NAMES, .name = f->names, .names = nruns};
    return SGN_OK;
}

static sgn_status gap_of_runs(sgn_figure *f, const sgn_run *run, int nruns)
{
    f->plot.kind = SGN_PLOT_PAIRS;
    f->plot.x = (sgn_axis){.title = nmse};
    SGN_TRY(name_rows(f, run, nruns));
    SGN_TRY(reserve(f, 2, 2 * nruns));
    add_series(f, "training set", 0);
    for (int i = 0; i < nruns; i++) add_point(f, run[i].summary.nmse_train_db, i);
    add_series(f, "test set", 1);
    for (int i = 0; i < nruns; i++) add_point(f, run[i].summary.nmse_test_db, i);
    return SGN_OK;
}

static const struct {
    const char *file, *title, *caption;
    sgn_status (*fill)(sgn_figure *f, const sgn_run *run, int nruns);
} list[SGN_FIGURES] = {
    {"layers", "Error after each layer",
     "Test error of the estimate that leaves each layer. Lower is better; seeds of one method "
     "share "
     "a style.",
     error_over_layers},
    {"validation", "Error while training",
     "Error on the validation vectors, by which best.h5 is chosen.", error_over_steps},
    {"bits", "Error against size",
     "Test error against what a file must hold of the learned weights: signs, support, scales and "
     "scalars, per possible link. Lower and further to the left is better.",
     error_over_bits},
    {"gap", "Training and test error", "The bar between the two markers is the generalization gap.",
     gap_of_runs},
};

sgn_status sgn_figure_new(sgn_figure *out, int which, const sgn_run *run, int nruns)
{
    assert(which >= 0 && which < SGN_FIGURES && nruns > 0);
    sgn_figure f = {.file = list[which].file, .caption = list[which].caption};
    f.plot.title = list[which].title;
    sgn_status s = list[which].fill(&f, run, nruns);
    if (s != SGN_OK) sgn_figure_free(&f);
    else *out = f;
    return s;
}

void sgn_figure_free(sgn_figure *f)
{
    if (!f) return;
    sgn_free(f->series);
    sgn_free(f->x);
    sgn_free(f->y);
    sgn_free(f->spread);
    sgn_free(f->count);
    sgn_free(f->text);
    sgn_free(f->name);
    sgn_free(f->names);
    *f = (sgn_figure){0};
}
