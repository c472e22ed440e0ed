#include "core/bits.h"
#include "core/memory.h"
#include "train/trainer_inside.h"

#include <math.h>

enum { CHUNK = 1 << 15 };  // latents, so that what an optimiser reads of them stays in a cache

static int is_link(const sgn_link *w) { return w->role == SGN_ROLE_LINKS; }

/* ---- how gradients come ------------------------------------------------------------------------ */

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

/* ---- chunks ------------------------------------------------------------------------------------ */

/* Of links of one plane whole panels, which can be packed by themselves (sgn_net_follow_signs). */
static size_t length_of_chunks(const sgn_link *w)
{
    size_t panel = (size_t)SGN_PANEL * (size_t)w->rows;
    if (!is_link(w) || w->planes > 1) return CHUNK;
    return panel < CHUNK ? CHUNK / panel * panel : panel;
}

static void cut(sgn_trainer *t, int p, int group)
{
    const sgn_link *w = &t->net->param[p];
    size_t size = w->trained ? sgn_link_latents(w) : 0, length = length_of_chunks(w);
    for (size_t at = 0; at < size; at += length)
        t->chunk[t->nchunks++] = (sgn_chunk){.param = p,
                                             .group = group,
                                             .first = at,
                                             .count = size - at < length ? size - at : length};
}

static void cut_turn(sgn_trainer *t, sgn_turn turn)
{
    for (int i = turn.group; i < turn.group + turn.groups; i++) {
        const sgn_group *g = &t->net->group[i].links;
        for (int k = 0; k < g->n; k++) cut(t, (int)(g->link[k] - t->net->param), i);
    }
}

static sgn_status allocate(sgn_trainer *t)
{
    const sgn_net *net = t->net;
    size_t chunks = 0;
    for (int p = 0; p < net->nparams; p++)
        chunks += sgn_link_latents(&net->param[p]) / length_of_chunks(&net->param[p]) + 1;
    t->chunk = sgn_alloc(chunks, sizeof *t->chunk);
    t->turn_end = sgn_alloc((size_t)sgn_net_turns(net), sizeof *t->turn_end);
    return t->chunk && t->turn_end ? SGN_OK : SGN_EMEM;
}

sgn_status sgn_trainer_plan_descent(sgn_trainer *t)
{
    t->foresees = can_foresee(t);
    SGN_TRY(sgn_net_lay_gradients(t->net, gradients_for(t)));
    SGN_TRY(allocate(t));
    for (int i = 0; i < sgn_net_turns(t->net); i++) {
        cut_turn(t, sgn_net_turn_at(t->net, i));
        t->turn_end[i] = t->nchunks;
    }
    for (int p = 0; p < t->net->nparams; p++)
        if (!is_link(&t->net->param[p])) cut(t, p, -1);
    return SGN_OK;
}

/* Chunks in a row, for the pool. */
typedef struct {
    sgn_trainer *t;
    sgn_chunk *chunk;
    int n;
} batch;

static batch all_chunks(sgn_trainer *t) { return (batch){t, t->chunk, t->nchunks}; }

static batch links_of(sgn_trainer *t, int turn)
{
    int first = turn ? t->turn_end[turn - 1] : 0;
    return (batch){t, t->chunk + first, t->turn_end[turn] - first};
}

static batch others(sgn_trainer *t)
{
    int first = t->turn_end[sgn_net_turns(t->net) - 1];
    return (batch){t, t->chunk + first, t->nchunks - first};
}

/* ---- what workers do --------------------------------------------------------------------------- */

static void foresee(void *batch_, int i)
{
    const batch *b = batch_;
    sgn_chunk_foresee(b->t, &b->chunk[i]);
}

static void move(void *batch_, int i)
{
    const batch *b = batch_;
    sgn_chunk_move(b->t, &b->chunk[i]);
}

static void measure(void *batch_, int i)
{
    const batch *b = batch_;
    sgn_chunk_measure(b->t, &b->chunk[i]);
}

/* All at once, while the cache has the gradient. */
static void descend(void *batch_, int i)
{
    const batch *b = batch_;
    measure(batch_, i);
    if (isfinite(b->chunk[i].sum_squares)) sgn_chunk_move(b->t, &b->chunk[i]);
}

/* ---- sums -------------------------------------------------------------------------------------- */

/* Sums over the chunks so far. */
typedef struct {
    double all, of_links, links;
} squares;

static sgn_status add_squares(const batch *b, squares *sum)
{
    sgn_trainer *t = b->t;
    int layer = 0;  // the last that is not finite: going backwards, it spread from there
    for (int i = 0; i < b->n; i++) {
        const sgn_chunk *c = &b->chunk[i];
        const sgn_link *w = &t->net->param[c->param];
        if (!isfinite(c->sum_squares) && w->layer > layer) layer = w->layer;
        if (is_link(w) && sgn_trainer_moves(t, w))
            sum->of_links += c->sum_squares, sum->links += (double)c->count;
        sum->all += c->sum_squares;
    }
    if (!isfinite(sum->all)) return sgn_trainer_diverged(t, "the gradient", layer);
    t->link_gradient = sum->links > 0 ? sqrt(sum->of_links / sum->links) : 0;
    return SGN_OK;
}

/* Of the groups that were pulled back part by part. */
static void set_scale_gradients(const batch *b)
{
    double dscale = 0;
    for (int i = 0; i < b->n; i++) {
        int group = b->chunk[i].group, is_last = i + 1 == b->n || b->chunk[i + 1].group != group;
        dscale += b->chunk[i].dscale;
        if (!is_last) continue;
        if (sgn_net_pulls_parts(b->t->net, group))
            sgn_net_set_scale_gradient(b->t->net, group, dscale);
        dscale = 0;
    }
}

/* `sum` may be NULL. */
static sgn_status run(batch b, void (*one)(void *batch_, int i), squares *sum)
{
    sgn_pool_run(b.t->pool, one, &b, b.n);
    return sum ? add_squares(&b, sum) : SGN_OK;
}

/* ---- the descent ------------------------------------------------------------------------------- */

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

/* Whether anything moves by the gradient of a turn's links: they, or the scales that they share. */
static int is_wanted(const sgn_trainer *t, sgn_turn turn)
{
    for (int i = turn.group; i < turn.group + turn.groups; i++) {
        const sgn_group *g = &t->net->group[i].links;
        if (g->scale && g->scale->trained && sgn_trainer_moves(t, g->scale)) return 1;
        for (int k = 0; k < g->n; k++)
            if (g->link[k]->trained && sgn_trainer_moves(t, g->link[k])) return 1;
    }
    return 0;
}

/* A turn's gradients, and what is to be done with each chunk of them. */
static sgn_status run_turn(sgn_trainer *t, int turn, void (*one)(void *batch_, int i), squares *sum)
{
    batch b = links_of(t, turn);
    if (!is_wanted(t, sgn_net_turn_at(t->net, turn))) return SGN_OK;
    sgn_net_form_gradients(t->net, t->pool, turn);
    sgn_net_pull_turn(t->net, t->pool, turn);
    SGN_TRY(run(b, one, sum));
    set_scale_gradients(&b);
    return SGN_OK;
}

/* From the last turn to the first: what is not finite spreads backwards, so the first that is found names the
   layer. */
static sgn_status run_turns(sgn_trainer *t, void (*one)(void *batch_, int i), squares *sum)
{
    for (int i = sgn_net_turns(t->net) - 1; i >= 0; i--) SGN_TRY(run_turn(t, i, one, sum));
    return SGN_OK;
}

/* Gradients of scalars are there before those of links, which may be finite in the layer where one is not. */
static sgn_status check_scalars(sgn_trainer *t)
{
    squares sum = {0};
    return run(others(t), measure, &sum);
}

/* No step depends on the gradient's norm.  What is not finite moves nothing. */
static sgn_status descend_unclipped(sgn_trainer *t, squares *sum)
{
    t->update = update_of(t, 0);
    SGN_TRY(check_scalars(t));
    SGN_TRY(run_turns(t, descend, sum));
    return run(others(t), descend, sum);
}

/* The norm is known before there is a gradient. */
static sgn_status descend_foreseen(sgn_trainer *t, squares *sum)
{
    SGN_TRY(run(all_chunks(t), foresee, sum));
    t->update = update_of(t, sqrt(sum->all));
    SGN_TRY(run_turns(t, move, NULL));
    return run(others(t), move, NULL);
}

/* All gradients have to be there before anything moves. */
static sgn_status descend_at_once(sgn_trainer *t, squares *sum)
{
    SGN_TRY(check_scalars(t));
    SGN_TRY(run_turns(t, measure, sum));
    SGN_TRY(run(others(t), measure, sum));
    t->update = update_of(t, sqrt(sum->all));
    return run(all_chunks(t), move, NULL);
}

sgn_status sgn_trainer_descend(sgn_trainer *t, double *norm)
{
    int by_turns = gradients_for(t) == SGN_GRADIENTS_BY_TURNS;
    squares sum = {0};
    sgn_net_pull_scalars(t->net);
    if (t->foresees) SGN_TRY(descend_foreseen(t, &sum));
    else if (by_turns) SGN_TRY(descend_unclipped(t, &sum));
    else SGN_TRY(descend_at_once(t, &sum));
    if (!t->stage->scalars_only) sgn_net_settle(t->net, t->pool, sgn_trainer_link_step(t));
    *norm = sqrt(sum.all);
    return SGN_OK;
}
