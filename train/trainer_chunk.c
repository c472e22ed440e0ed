#include "core/gram.h"
#include "train/trainer_inside.h"
#include "unroll/estimator.h"
#include "unroll/group.h"

static int is_link(const sgn_link *w) { return w->role == SGN_ROLE_LINKS; }

static sgn_link *link_of(const sgn_trainer *t, const sgn_chunk *c)
{
    return &t->net->param[c->param];
}

int sgn_trainer_moves(const sgn_trainer *t, const sgn_link *w)
{
    return w->layer < t->stage->layers && !(t->stage->scalars_only && is_link(w));
}

/* ---- the gradient ------------------------------------------------------------------------------ */

/* Piece by piece, so that the first-level cache still has what is measured. */
void sgn_chunk_measure(sgn_trainer *t, sgn_chunk *c)
{
    enum { PIECE = 1 << 12 };
    const sgn_link *w = link_of(t, c);
    int pulls = c->group >= 0 && sgn_net_pulls_parts(t->net, c->group);
    int moves = sgn_trainer_moves(t, w);
    c->sum_squares = c->dscale = 0;
    for (size_t at = c->first, end = c->first + c->count; at < end; at += PIECE) {
        size_t n = end - at < PIECE ? end - at : PIECE;
        if (pulls) c->dscale += sgn_net_pull_part(t->net, c->group, w, at, n);
        if (moves) c->sum_squares += sgn_sum_squares(w->dlatent + at, n);
    }
}

/* The whole of a link matrix with its first chunk. */
void sgn_chunk_foresee(sgn_trainer *t, sgn_chunk *c)
{
    const sgn_link *w = link_of(t, c);
    sgn_mat D, X;
    c->sum_squares = 0;
    if (!is_link(w)) sgn_chunk_measure(t, c);
    else if (c->first == 0 && sgn_trainer_moves(t, w)) {
        sgn_tape_gradient_factors(t->net->tape, c->param, &D, &X);
        c->sum_squares = sgn_product_square(D, X);
    }
}

/* ---- the step ---------------------------------------------------------------------------------- */

/* train.lr is the step of latents of this size, others move in proportion: a sign flips, and a real
   link changes by a share of itself, after as many steps whatever the size of the problem. */
static const double size_of_lr = 0.1;

static double stride(const sgn_trainer *t)
{
    return t->net->stand_in ? 1 : sgn_estimator_stride((sgn_estimator)t->net->as.estimator);
}

double sgn_trainer_link_step(const sgn_trainer *t)
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

void sgn_chunk_move(sgn_trainer *t, const sgn_chunk *c)
{
    const sgn_link *w = link_of(t, c);
    if (!sgn_trainer_moves(t, w)) return;
    if (is_link(w) && w->planes == 1 && t->as.quantisation_loss > 0) add_quantisation_loss(t, w, c);
    optimise(t, w, c);
    if (is_link(w) && t->stage->drawn)
        sgn_admm_draw(&t->admm, t->net, w, c->first, c->count,
                      t->as.admm_rho * sgn_trainer_link_step(t));
    sgn_net_follow_signs(w, c->first, c->count);
}
