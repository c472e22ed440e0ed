#include "core/gram.h"
#include "core/memory.h"
#include "train/trainer_inside.h"
#include "unroll/estimator.h"
#include "unroll/group.h"

#include <math.h>

enum { CHUNK = 1 << 15 };

static int is_link(const sgn_link *w) { return w->role == SGN_ROLE_LINKS; }

/* ---- turns ------------------------------------------------------------------------------------- */

/* Of the time a gradient takes, what its norm may take, so that gradients need not stay until all of them
   are known: what their way through memory takes otherwise. */
static const double share_of_norm = 0.4;

/* Where a gradient is D X' for the values' gradients D and the values X, |D X'|^2 = <D'D, X'X>. */
static int has_cheap_norm(const sgn_trainer *t, int p)
{
    const sgn_link *w = &t->net->param[p];
    double rows = w->rows, cols = w->cols, batch = sgn_tape_batch(t->net->tape);
    return w->weight == w->latent && sgn_tape_uses(t->net->tape, p) == 1 &&
           batch * (rows + cols) <= share_of_norm * rows * cols;
}

static int can_foresee(const sgn_trainer *t)
{
    int can = isfinite(t->as.clip) && !t->optimizer->rest && t->as.quantisation_loss == 0;
    for (int p = 0; can && p < t->net->nparams; p++)
        if (is_link(&t->net->param[p])) can = has_cheap_norm(t, p);
    return can;
}

/* By turns, unless how far any latent moves depends on the gradient of all. */
static sgn_gradients gradients_for(const sgn_trainer *t)
{
    if (t->as.quantisation_loss > 0) return SGN_GRADIENTS_APART;  // it reads the weights
    if (t->foresees) return SGN_GRADIENTS_BY_TURNS;
    return isfinite(t->as.clip) || t->optimizer->rest ? SGN_GRADIENTS_IN_WEIGHTS
                                                      : SGN_GRADIENTS_BY_TURNS;
}

static void cut(sgn_trainer *t, int p)
{
    const sgn_link *w = &t->net->param[p];
    size_t size = w->trained ? sgn_link_latents(w) : 0;
    for (size_t at = 0; at < size; at += CHUNK)
        t->chunk[t->nchunks++] = (sgn_chunk){p, at, size - at < CHUNK ? size - at : CHUNK, 0};
}

static sgn_status allocate(sgn_trainer *t, int **turn_of)
{
    const sgn_net *net = t->net;
    size_t chunks = 0;
    for (int p = 0; p < net->nparams; p++) chunks += sgn_link_latents(&net->param[p]) / CHUNK + 1;
    t->chunk = sgn_alloc(chunks, sizeof *t->chunk);
    t->turn_end = sgn_alloc((size_t)sgn_net_turns(net), sizeof *t->turn_end);
    *turn_of = sgn_alloc((size_t)net->nparams, sizeof **turn_of);
    return t->chunk && t->turn_end && *turn_of ? SGN_OK : SGN_EMEM;
}

sgn_status sgn_trainer_plan_descent(sgn_trainer *t)
{
    int *turn_of = NULL, params = t->net->nparams;
    t->foresees = can_foresee(t);
    SGN_TRY(sgn_net_lay_gradients(t->net, gradients_for(t)));
    sgn_status status = allocate(t, &turn_of);
    for (int p = 0; !status && p < params; p++) turn_of[p] = sgn_net_turn_of(t->net, p);
    for (int i = 0; !status && i < sgn_net_turns(t->net); i++) {
        for (int p = 0; p < params; p++)
            if (turn_of[p] == i) cut(t, p);
        t->turn_end[i] = t->nchunks;
    }
    sgn_free(turn_of);
    return status;
}

/* The chunks of a turn, for the pool. */
typedef struct {
    sgn_trainer *t;
    sgn_chunk *chunk;
    int n;
} batch;

static batch chunks_of(sgn_trainer *t, int turn)
{
    int first = turn ? t->turn_end[turn - 1] : 0;
    return (batch){t, t->chunk + first, t->turn_end[turn] - first};
}

static int moves(const sgn_trainer *t, const sgn_link *w)
{
    return w->layer < t->stage->layers && !(t->stage->scalars_only && is_link(w));
}

static int moves_any(const batch *b)
{
    int any = 0;
    for (int i = 0; i < b->n; i++) any |= moves(b->t, &b->t->net->param[b->chunk[i].param]);
    return any;
}

/* ---- measuring --------------------------------------------------------------------------------- */

/* Sums over the turns so far. */
typedef struct {
    double all, of_links, links;
} squares;

static void measure_chunk(void *batch_, int item)
{
    const batch *b = batch_;
    sgn_chunk *c = &b->chunk[item];
    const sgn_link *w = &b->t->net->param[c->param];
    const sgn_real *g = w->dlatent + c->first;
    c->sum_squares = moves(b->t, w) ? sgn_dot(g, g, c->count) : 0;
}

/* The whole of a link matrix with its first chunk. */
static void foresee_chunk(void *batch_, int item)
{
    const batch *b = batch_;
    sgn_chunk *c = &b->chunk[item];
    const sgn_link *w = &b->t->net->param[c->param];
    sgn_mat D, X;
    c->sum_squares = 0;
    if (!is_link(w)) measure_chunk(batch_, item);
    else if (c->first == 0 && moves(b->t, w)) {
        sgn_tape_gradient_factors(b->t->net->tape, c->param, &D, &X);
        c->sum_squares = sgn_product_square(D, X);
    }
}

static sgn_status measure(batch *b, void (*one)(void *batch_, int item), squares *sum)
{
    sgn_trainer *t = b->t;
    int layer = 0;  // the last that is not finite: going backwards, it spread from there
    sgn_pool_run(t->pool, one, b, b->n);
    for (int i = 0; i < b->n; i++) {
        const sgn_chunk *c = &b->chunk[i];
        const sgn_link *w = &t->net->param[c->param];
        if (!isfinite(c->sum_squares) && w->layer > layer) layer = w->layer;
        if (is_link(w) && moves(t, w))
            sum->of_links += c->sum_squares, sum->links += (double)c->count;
        sum->all += c->sum_squares;
    }
    if (!isfinite(sum->all)) return sgn_trainer_diverged(t, "the gradient", layer);
    t->link_gradient = sum->links > 0 ? sqrt(sum->of_links / sum->links) : 0;
    return SGN_OK;
}

/* ---- moving ------------------------------------------------------------------------------------ */

/* train.lr is the step of latents of this size, others move in proportion: a sign flips, and a real
   link changes by a share of itself, after as many steps whatever the size of the problem. */
static const double size_of_lr = 0.1;

static double stride(const sgn_trainer *t)
{
    return t->net->stand_in ? 1 : sgn_estimator_stride((sgn_estimator)t->net->as.estimator);
}

/* The step of link matrices in units of their size. */
static double link_step(const sgn_trainer *t)
{
    return t->update.lr * t->as.lr / size_of_lr * stride(t);
}

/* dV += a sign(V - W), the gradient of a |V - W| (FQSR: Wang et al. 2020, arXiv:2011.14265).
   What is off a support that stays is not there. */
static void add_quantisation_loss(const sgn_trainer *t, const sgn_link *w, const sgn_chunk *c)
{
    sgn_real a = (sgn_real)(t->as.quantisation_loss * t->link_gradient);
    const uint8_t *mask = sgn_plane_mask(w, 0, c->first);
    for (size_t i = 0; i < c->count; i++) {
        sgn_real d = w->latent[c->first + i] - w->weight[c->first + i];
        if (!mask || mask[i]) w->dlatent[c->first + i] += d > 0 ? a : d < 0 ? -a : 0;
    }
}

static const sgn_optimizer *optimizer_of(const sgn_trainer *t, const sgn_link *w)
{
    int signs = is_link(w) && !t->net->stand_in;
    return t->optimizer->rest && !signs ? t->optimizer->rest : t->optimizer;
}

static void optimise(const sgn_trainer *t, const sgn_link *w, const sgn_chunk *c)
{
    const sgn_optimizer *by = optimizer_of(t, w);
    sgn_update u = t->update;
    u.lr *= is_link(w) ? t->as.lr * w->size / size_of_lr * stride(t) : t->as.lr_scalars;
    if (w->role == SGN_ROLE_VALUES) u.lr *= w->size;  // a share of themselves, as logarithms do
    size_t nlatents, at;
    at = (size_t)(w->latent - sgn_net_latents(t->net, &nlatents)) + c->first;
    sgn_real *moment[SGN_MAX_MOMENTS];
    for (int i = 0; i < by->moments; i++) moment[i] = t->moments + (size_t)i * nlatents + at;
    by->step(&u, w->latent + c->first, w->dlatent + c->first, moment, c->count);
}

static void move_chunk(void *batch_, int item)
{
    const batch *b = batch_;
    const sgn_trainer *t = b->t;
    const sgn_chunk *c = &b->chunk[item];
    const sgn_link *w = &t->net->param[c->param];
    if (!moves(t, w)) return;
    if (is_link(w) && w->planes == 1 && t->as.quantisation_loss > 0) add_quantisation_loss(t, w, c);
    optimise(t, w, c);
    if (is_link(w) && t->stage->drawn)
        sgn_admm_draw(&t->admm, t->net, w, c->first, c->count, t->as.admm_rho * link_step(t));
}

static sgn_update update_of(const sgn_trainer *t, double norm)
{
    int since = t->state.step - t->stage->first;
    sgn_schedule schedule = {(sgn_schedule_kind)t->as.schedule, t->stage->steps, t->stage->warmup};
    double rate = sgn_schedule_rate(&schedule, since);
    double shrink = norm > t->as.clip ? t->as.clip / norm : 1;
    return (sgn_update){
        .lr = rate,
        .shrink = shrink,
        .t = since + 1,
        .threshold = t->as.bop_threshold * t->link_gradient * shrink,
        .rate = t->as.bop_rate * rate,
    };
}

/* ---- the descent ------------------------------------------------------------------------------- */

static void form(batch *b, int turn)
{
    sgn_trainer *t = b->t;
    if (!moves_any(b)) return;
    sgn_net_form_gradients(t->net, t->pool, turn);
    sgn_net_pull_turn(t->net, t->pool, turn);
}

/* While the cache has the chunk's gradient. */
static void measure_and_move_chunk(void *batch_, int item)
{
    const batch *b = batch_;
    measure_chunk(batch_, item);
    if (isfinite(b->chunk[item].sum_squares)) move_chunk(batch_, item);
}

/* Gradients are formed from the last turn to the first, as one that is not finite spreads: the first that is
   found names the layer, and moves nothing. */

/* No step depends on the gradient's norm: each turn is measured, and moved, before the next is formed. */
static sgn_status descend_unclipped(sgn_trainer *t, squares *sum)
{
    t->update = update_of(t, 0);
    for (int i = sgn_net_turns(t->net) - 1; i >= 0; i--) {
        batch b = chunks_of(t, i);
        form(&b, i);
        SGN_TRY(measure(&b, measure_and_move_chunk, sum));
    }
    return SGN_OK;
}

static sgn_status descend_foreseen(sgn_trainer *t, squares *sum)
{
    batch all = {t, t->chunk, t->nchunks};
    SGN_TRY(measure(&all, foresee_chunk, sum));
    t->update = update_of(t, sqrt(sum->all));
    for (int i = sgn_net_turns(t->net) - 1; i >= 0; i--) {
        batch b = chunks_of(t, i);
        form(&b, i);
        sgn_pool_run(t->pool, move_chunk, &b, b.n);
    }
    return SGN_OK;
}

/* All gradients have to be there before any latent moves.  These go the other way, from the gradients that
   the cache still has. */
static sgn_status descend_at_once(sgn_trainer *t, squares *sum)
{
    batch all = {t, t->chunk, t->nchunks};
    for (int i = sgn_net_turns(t->net) - 1; i >= 0; i--) {
        batch b = chunks_of(t, i);
        form(&b, i);
        SGN_TRY(measure(&b, measure_chunk, sum));
    }
    t->update = update_of(t, sqrt(sum->all));
    sgn_pool_run(t->pool, move_chunk, &all, all.n);
    return SGN_OK;
}

sgn_status sgn_trainer_descend(sgn_trainer *t, double *norm)
{
    int by_turns = gradients_for(t) == SGN_GRADIENTS_BY_TURNS;
    squares sum = {0};
    sgn_net_pull_scalars(t->net);
    SGN_TRY((t->foresees ? descend_foreseen : by_turns ? descend_unclipped : descend_at_once)(t, &sum));
    if (!t->stage->scalars_only) sgn_net_settle(t->net, t->pool, link_step(t));
    *norm = sqrt(sum.all);
    return SGN_OK;
}
