/* gradcheck.c -- hand-written gradients against central differences, parameter by parameter.
 *
 * Along a direction d of a parameter's weights the derivative <dL/dW, d> is compared with
 * (L(W + h d) - L(W - h d)) / 2h.  What is checked are weights, not latents: the straight-through
 * pullback of a quantiser is not a derivative and does not want to be one.
 *
 * The selection of the largest entries is switched off: there the loss jumps and has no derivative.
 */
#include "core/memory.h"
#include "experiments/command.h"
#include "experiments/model.h"
#include "io/table.h"
#include "train/loss.h"

#include <math.h>
#include <stdio.h>

/* Single precision leaves about three digits of a difference; the double build nine. */
#ifdef SGN_DOUBLE
static const double step_size = 1e-6, tolerance = 1e-6;
#else
static const double step_size = 3e-4, tolerance = 2e-2;
#endif
enum { SAMPLES = 32, NO_SELECTION = 1, STEPS = 4 };

typedef struct {
    sgn_model *m;
    sgn_loss loss;
    sgn_real *direction, *keep;  // (longest parameter)
} check;

static double loss_of(check *c)
{
    sgn_net_forward(c->m->net, c->m->pool, SAMPLES);
    return sgn_loss_value(&c->loss, c->m->pool, SAMPLES);
}

/* Along dL/dW and, half as far, at random: in many dimensions chance alone finds hardly any slope. */
static void draw_direction(check *c, int p, const sgn_link *w)
{
    size_t n = sgn_link_size(w);
    sgn_real *d = c->direction;
    sgn_rng rng = sgn_rng_stream(c->m->config.seed, SGN_RNG_FREE, 0, (uint32_t)p);
    for (size_t i = 0; i < n; i++) d[i] = (sgn_real)sgn_rng_normal(&rng);
    double chance = sqrt(sgn_dot(d, d, n)), slope = sqrt(sgn_dot(w->dweight, w->dweight, n));
    for (size_t i = 0; i < n; i++) {
        d[i] /= (sgn_real)(2 * chance);
        if (slope > 0) d[i] += w->dweight[i] / (sgn_real)slope;
    }
}

static double loss_at(check *c, const sgn_link *w, double h)
{
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        c->keep[i] = w->weight[i];
        w->weight[i] += (sgn_real)h * c->direction[i];
    }
    double loss = loss_of(c);
    for (size_t i = 0; i < sgn_link_size(w); i++) w->weight[i] = c->keep[i];
    return loss;
}

static double error_at(check *c, const sgn_link *w, double slope, double h)
{
    double measured = (loss_at(c, w, h) - loss_at(c, w, -h)) / (2 * h);
    return fabs(slope - measured) / fmax(1, fmax(fabs(slope), fabs(measured)));
}

/* The relative error of the derivative along one direction; the step is relative to W.  Where a jump
   lies within it (a hard threshold's entries change places) a smaller one decides. */
static double error_of(check *c, int p, double *slope)
{
    const sgn_link *w = &c->m->net->param[p];
    size_t n = sgn_link_size(w);
    draw_direction(c, p, w);
    double h = step_size * sqrt(sgn_dot(w->weight, w->weight, n)), error = (double)INFINITY;
    if (h == 0) h = step_size;
    *slope = sgn_dot(w->dweight, c->direction, n);
    for (int i = 0; i < STEPS && error > tolerance; i++, h /= 4) error = error_at(c, w, *slope, h);
    return error;
}

static sgn_status check_all(check *c)
{
    static const sgn_column column[] = {
        {"name", 0}, {"layer", 1}, {"derivative", 1}, {"relative error", 1}};
    const sgn_net *net = c->m->net;
    double worst = 0;
    sgn_table t;
    sgn_table_init(&t, column, 4);
    loss_of(c);
    sgn_tape_backward(net->tape, c->m->pool, SAMPLES, sgn_loss_seed, &c->loss);
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (!w->trained || w->role == SGN_ROLE_SCALE) continue;
        double slope, error = error_of(c, p, &slope);
        worst = fmax(worst, error);
        sgn_table_add(&t, "%s", w->name);
        sgn_table_add(&t, "%d", w->layer);
        sgn_table_add(&t, "%.6g", slope);
        sgn_table_add(&t, "%.2e", error);
    }
    sgn_status status = sgn_table_text(&t, stdout);
    sgn_table_free(&t);
    if (status) return status;
    printf("\nworst %.2e, allowed %.0e\n", worst, tolerance);
    if (worst <= tolerance) return SGN_OK;
    return sgn_fail(SGN_EINTERNAL, "a gradient is off by %.2e, more than %.0e", worst, tolerance);
}

static sgn_status run_check(sgn_model *m)
{
    check c = {.m = m};
    size_t longest = 1;
    for (int p = 0; p < m->net->nparams; p++)
        if (sgn_link_size(&m->net->param[p]) > longest) longest = sgn_link_size(&m->net->param[p]);
    c.direction = sgn_alloc(longest, sizeof *c.direction);
    c.keep = sgn_alloc(longest, sizeof *c.keep);
    sgn_status status = c.direction && c.keep ? SGN_OK : SGN_EMEM;
    if (!status) status = sgn_loss_init(&c.loss, (sgn_loss_kind)m->config.train.loss, m->net);
    if (!status) {
        sgn_problem_draw(m->problem, m->config.seed, SGN_RNG_FREE, 0, 0,
                         sgn_mat_cols(c.loss.truth, 0, SAMPLES),
                         sgn_mat_cols(sgn_net_input(m->net), 0, SAMPLES));
        status = check_all(&c);
    }
    sgn_loss_release(&c.loss);
    sgn_free(c.direction);
    sgn_free(c.keep);
    return status;
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_config c;
    sgn_model m;
    SGN_TRY(sgn_model_config(&c, a->words ? a->word[0] : NULL, a->override, a->overrides));
    c.train.batch = SAMPLES;
    c.net.selection = NO_SELECTION;
    SGN_TRY(sgn_model_new(&m, &c, a->threads));
    sgn_status status = run_check(&m);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_gradcheck = {
    .name = "gradcheck",
    .title = "the gradients of a config's network against finite differences",
    .usage = "CONFIG [key=value ...]",
    .help = "Selection is switched off: there is no derivative where it jumps.  In this "
            "single-precision program a difference has about three digits; the tests hold "
            "the same gradients to 1e-6 in double precision (cmake --preset double builds a "
            "program that does).",
    .least = 1,
    .most = 1,
    .takes = SGN_TAKES_THREADS,
    .run = run,
};
