#include "train/calibration.h"

#include "core/memory.h"
#include "train/sets.h"

#include <math.h>

/* Second moments of a link matrix have at most some hundred columns, and each sample gives a vector a
   layer; a mean of squares needs fewer. */
enum { SAMPLES_OF_MOMENTS = 1024, SAMPLES_OF_IMPORTANCE = 256 };

typedef struct {
    sgn_calibration *to;
    sgn_net *net;
    sgn_pool *pool;
    sgn_loss loss;
    sgn_set set;
} measuring;

static int is_links(const sgn_link *w) { return w->role == SGN_ROLE_LINKS; }

/* ---- memory ------------------------------------------------------------------------------------- */

void sgn_calibration_free(sgn_calibration *c)
{
    if (!c) return;
    for (int p = 0; p < c->nparams; p++) {
        if (c->second) sgn_free(c->second[p].at);
        if (c->importance) sgn_free(c->importance[p]);
    }
    sgn_free(c->second);
    sgn_free(c->importance);
    sgn_free(c);
}

static sgn_status new_moments(sgn_calibration *c, const sgn_net *net)
{
    c->second = sgn_alloc((size_t)c->nparams, sizeof *c->second);
    if (!c->second) return SGN_EMEM;
    for (int p = 0; p < c->nparams; p++) {
        int cols = net->param[p].cols;
        if (!is_links(&net->param[p])) continue;
        sgn_real *at = sgn_alloc((size_t)cols * (size_t)cols, sizeof *at);
        if (!at) return SGN_EMEM;
        c->second[p] = sgn_mat_view(at, cols, cols);
    }
    return SGN_OK;
}

static sgn_status new_importance(sgn_calibration *c, const sgn_net *net)
{
    c->importance = sgn_alloc((size_t)c->nparams, sizeof *c->importance);
    if (!c->importance) return SGN_EMEM;
    for (int p = 0; p < c->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (!is_links(w) || !w->trained) continue;
        c->importance[p] = sgn_alloc(sgn_link_size(w), sizeof(sgn_real));
        if (!c->importance[p]) return SGN_EMEM;
    }
    return SGN_OK;
}

/* ---- running the network ------------------------------------------------------------------------ */

static sgn_status forward(measuring *m, int first, int cols)
{
    sgn_mat_copy(sgn_mat_cols(m->set.y, first, cols), sgn_mat_cols(sgn_net_input(m->net), 0, cols));
    if (sgn_mat_finite(sgn_net_forward(m->net, m->pool, cols))) return SGN_OK;
    return sgn_fail(SGN_EDIVERGE,
                    "the estimates are not finite where weights.fit %s looks at the links",
                    m->net->as.fit);
}

/* ---- second moments ----------------------------------------------------------------------------- */

/* Adds x x' for the vectors x that value v's matrix multiplies; returns how many. */
static int add_products(const measuring *m, sgn_var v, int cols)
{
    sgn_work work = sgn_tape_work(m->net->tape, v);
    if (work.p == SGN_NO_PARAM || work.transposed || !is_links(&m->net->param[work.p])) return 0;
    sgn_mat x = sgn_tape_value(m->net->tape, sgn_tape_operand(m->net->tape, v));
    x = sgn_mat_cols(x, 0, cols);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, x, x, 1, m->to->second[work.p]);
    return cols;
}

static void divide(sgn_mat a, double by)
{
    for (size_t i = 0; i < (size_t)a.rows * (size_t)a.cols; i++)
        a.at[i] = (sgn_real)((double)a.at[i] / by);
}

/* A matrix that nothing was multiplied by has no moments. */
static void finish_moments(const measuring *m, const int *vectors)
{
    for (int p = 0; p < m->to->nparams; p++) {
        if (!m->to->second[p].cols) continue;
        if (vectors[p]) divide(m->to->second[p], vectors[p]);
        else {
            sgn_free(m->to->second[p].at);
            m->to->second[p] = (sgn_mat){0};
        }
    }
}

static sgn_status measure_moments(measuring *m)
{
    const sgn_tape *tape = m->net->tape;
    SGN_TRY(new_moments(m->to, m->net));
    int *vectors = sgn_alloc((size_t)m->to->nparams, sizeof *vectors);
    sgn_status status = vectors ? SGN_OK : SGN_EMEM;
    for (int first = 0; !status && first < m->set.y.cols; first += sgn_tape_batch(tape)) {
        int left = m->set.y.cols - first;
        int cols = left < sgn_tape_batch(tape) ? left : sgn_tape_batch(tape);
        status = forward(m, first, cols);
        for (sgn_var v = 0; !status && v < sgn_tape_length(tape); v++) {
            int n = add_products(m, v, cols);
            if (n) vectors[sgn_tape_work(tape, v).p] += n;
        }
    }
    if (!status) finish_moments(m, vectors);
    sgn_free(vectors);
    return status;
}

/* ---- importance --------------------------------------------------------------------------------- */

static void add_squares(const measuring *m, sgn_turn turn, double share)
{
    for (int p = turn.first; p < turn.end; p++) {
        const sgn_link *w = &m->net->param[p];
        for (size_t i = 0; m->to->importance[p] && i < sgn_link_size(w); i++)
            m->to->importance[p][i] +=
                (sgn_real)(share * (double)w->dweight[i] * (double)w->dweight[i]);
    }
}

static void add_gradients(const measuring *m, double share)
{
    for (int i = 0; i < sgn_net_turns(m->net); i++) {
        sgn_net_form_gradients(m->net, m->pool, i);
        add_squares(m, sgn_net_turn_at(m->net, i), share);
    }
    sgn_net_project(m->net, m->pool);  // where the gradients were may have been the weights
}

static sgn_status measure_importance(measuring *m)
{
    int width = m->net->physics.width;
    SGN_TRY(new_importance(m->to, m->net));
    for (int first = 0; first < m->set.y.cols; first += width) {
        SGN_TRY(forward(m, first, width));
        sgn_mat_copy(sgn_mat_cols(m->set.x, first, width), sgn_mat_cols(m->loss.truth, 0, width));
        sgn_loss_value(&m->loss, m->pool, width);
        sgn_tape_backpropagate(m->net->tape, m->pool, width, sgn_loss_seed, &m->loss);
        add_gradients(m, (double)width / m->set.y.cols);
    }
    return SGN_OK;
}

/* ---- all of it ---------------------------------------------------------------------------------- */

static sgn_status measure(measuring *m, const sgn_problem *q, const sgn_calibration_wish *wish,
                          sgn_fit_needs needs)
{
    int moments = needs == SGN_FIT_NEEDS_MOMENTS;
    SGN_TRY(sgn_training_set(&m->set, q, wish->seed, wish->samples, wish->batch,
                             moments ? SAMPLES_OF_MOMENTS : SAMPLES_OF_IMPORTANCE));
    sgn_net_project(m->net, m->pool);
    if (moments) return measure_moments(m);
    SGN_TRY(sgn_loss_init(&m->loss, wish->loss, m->net));
    return measure_importance(m);
}

sgn_status sgn_calibrate(sgn_calibration **out, sgn_net *net, sgn_pool *pool,
                         const sgn_problem *problem, const sgn_calibration_wish *wish,
                         sgn_fit_needs needs)
{
    *out = NULL;
    if (needs == SGN_FIT_NEEDS_NOTHING) return SGN_OK;
    sgn_calibration *c = sgn_alloc(1, sizeof *c);
    if (!c) return SGN_EMEM;
    c->nparams = net->nparams;
    measuring m = {.to = c, .net = net, .pool = pool};
    sgn_status status = measure(&m, problem, wish, needs);
    sgn_set_release(&m.set);
    sgn_loss_release(&m.loss);
    if (status) sgn_calibration_free(c);
    else *out = c;
    return status;
}
