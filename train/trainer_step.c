#include "train/trainer_inside.h"

#include <math.h>

/* ---- the batch --------------------------------------------------------------------------------- */

int sgn_trainer_epoch_steps(const sgn_trainer *t)
{
    return t->samples ? (t->samples + t->as.batch - 1) / t->as.batch : t->as.epoch_steps;
}

/* A permutation that depends on the epoch alone, so that a resumed run finds the same one. */
void sgn_trainer_shuffle(sgn_trainer *t)
{
    int epoch = t->state.step / sgn_trainer_epoch_steps(t);
    sgn_rng rng = sgn_rng_stream(t->seed, SGN_RNG_ORDER, (uint32_t)epoch, 0);
    for (int i = 0; i < t->samples; i++) t->order[i] = i;
    sgn_rng_shuffle(&rng, t->order, t->samples);
}

/* Fills the network's input and the loss's truth; returns the number of columns. */
static int next_batch(sgn_trainer *t)
{
    int step = t->state.step;
    sgn_mat x = t->loss.truth, y = sgn_net_input(t->net);
    if (!t->samples) {
        sgn_fresh_batch(t->problem, t->seed, step, t->pool, x, y);
        return x.cols;
    }
    int first = step % sgn_trainer_epoch_steps(t) * t->as.batch, left = t->samples - first;
    int cols = (left < t->as.batch ? left : t->as.batch) * t->problem->physics.width;
    sgn_fixed_batch(t->problem, t->seed, t->order + first, t->pool, sgn_mat_cols(x, 0, cols),
                    sgn_mat_cols(y, 0, cols));
    return cols;
}

/* ---- divergence ------------------------------------------------------------------------------ */

sgn_status sgn_trainer_diverged(const sgn_trainer *t, const char *what, int layer)
{
    return sgn_fail(
        SGN_EDIVERGE,
        "training diverged at step %d: %s of layer %d is not finite; a smaller train.lr "
        "(now %g) or train.clip (now %g) may help",
        t->state.step, what, layer, t->as.lr, t->as.clip);
}

/* The final loss knows the last layer's error alone: the estimates themselves say where it began. */
static sgn_status check_estimates(const sgn_trainer *t, double loss, int cols)
{
    int depth = t->net->as.depth, k = 0;
    if (isfinite(loss)) return SGN_OK;
    while (k < depth - 1 && isfinite(t->loss.error[k]) &&
           sgn_mat_finite(sgn_mat_cols(sgn_net_estimate(t->net, k), 0, cols)))
        k++;
    return sgn_trainer_diverged(t, "the estimate", k);
}

/* ---- the step ---------------------------------------------------------------------------------- */

static sgn_status prepare(sgn_trainer *t)
{
    if (t->state.step > 0) SGN_TRY(sgn_trainer_enter_stage(t));
    int since = t->state.step - t->stage->first;
    if (t->stage->drawn && since % t->as.admm_every == 0)
        sgn_admm_refresh(&t->admm, t->net, since == 0);
    sgn_trainer_project_step(t);
    return SGN_OK;
}

static void tell_epoch(sgn_trainer *t, double loss, double norm)
{
    t->state.epoch_loss += loss;
    t->state.epoch_num += t->loss.error[t->loss.layers - 1];
    t->state.epoch_den += t->loss.error[t->net->as.depth];
    t->state.epoch_grad_norm = fmax(t->state.epoch_grad_norm, norm);
}

sgn_status sgn_trainer_step(sgn_trainer *t)
{
    double norm = 0;
    SGN_TRY(prepare(t));
    int cols = next_batch(t);
    sgn_net_forward(t->net, t->pool, cols);
    double loss = sgn_loss_value(&t->loss, t->pool, cols);
    SGN_TRY(check_estimates(t, loss, cols));
    sgn_tape_backpropagate(t->net->tape, t->pool, cols, sgn_loss_seed, &t->loss);
    SGN_TRY(sgn_trainer_descend(t, &norm));
    tell_epoch(t, loss, norm);
    t->state.step++;
    return SGN_OK;
}
