#include "core/vector.h"
#include "train/trainer_inside.h"

#include <math.h>
#include <string.h>
#include <time.h>

static int is_learned_link(const sgn_link *w) { return w->role == SGN_ROLE_LINKS && w->trained; }

/* One bit each of up to 64 latents.  Eight bytes that are 0 or 1 become the bits of the product's highest
   byte: Warren, Hacker's Delight (2002), 7-4. */
SGN_VECTOR static uint64_t signs_of(const sgn_real *v, size_t n)
{
    uint8_t is_minus[SGN_SIGNS] = {0};
    uint64_t word = 0, eight;
    for (size_t i = 0; i < n; i++) is_minus[i] = v[i] < 0;
    for (size_t i = 0; i < SGN_SIGNS; i += sizeof eight) {
        memcpy(&eight, is_minus + i, sizeof eight);
        word |= eight * 0x0102040810204080 >> 56 << i;
    }
    return word;
}

double sgn_trainer_flips(sgn_trainer *t)
{
    size_t flips = 0, signs = 0;
    uint64_t *was = t->signs;
    for (int p = 0; p < t->net->nparams; p++) {
        const sgn_link *w = &t->net->param[p];
        size_t n = is_learned_link(w) ? sgn_link_latents(w) : 0;
        for (size_t i = 0; i < n; i += SGN_SIGNS, was++) {
            uint64_t now = signs_of(w->latent + i, n - i < SGN_SIGNS ? n - i : SGN_SIGNS);
            flips += (size_t)__builtin_popcountll(*was ^ now);
            *was = now;
        }
        signs += n;
    }
    return signs ? (double)flips / (double)signs : 0;
}

/* The first layer with a latent that is not finite; the last layer where all of them are. */
static int layer_at_fault(const sgn_net *net)
{
    int layer = net->as.depth - 1;
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        int size = (int)sgn_link_latents(w), k = w->layer < 0 ? 0 : w->layer;
        if (k < layer && !sgn_mat_finite(sgn_mat_view(w->latent, size, 1))) layer = k;
    }
    return layer;
}

/* What has diverged since the last step is said before an observer could keep it. */
static sgn_status validate(sgn_trainer *t, double *db)
{
    sgn_trainer_project_final(t);
    sgn_evaluate(t->net, t->pool, t->validation.y, t->estimate, t->validation.x, NULL);
    double error = 0;
    for (size_t i = 0; i < (size_t)t->estimate.rows * (size_t)t->estimate.cols; i++) {
        double d = (double)t->estimate.at[i] - (double)t->validation.x.at[i];
        error += d * d;
    }
    if (!isfinite(error)) return sgn_trainer_diverged(t, "the estimate", layer_at_fault(t->net));
    *db = 10 * log10(error / sgn_mat_sum_squares(t->validation.x));
    return SGN_OK;
}

double sgn_trainer_now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

sgn_status sgn_trainer_end_epoch(sgn_trainer *t, const sgn_observer *o, int steps, double started)
{
    sgn_trainer_state *s = &t->state;
    double seconds = s->seconds + sgn_trainer_now() - started, validation_db = 0;
    SGN_TRY(validate(t, &validation_db));
    sgn_epoch e = {
        .epoch = s->epoch,
        .step = s->step,
        .lr = t->as.lr * t->update.lr,
        .loss = steps ? s->epoch_loss / steps : (double)NAN,
        .train_db = steps ? 10 * log10(s->epoch_num / s->epoch_den) : (double)NAN,
        .validation_db = validation_db,
        .grad_norm = s->epoch_grad_norm,
        .flips = steps ? sgn_trainer_flips(t) : 0,
        .seconds = seconds,
    };
    int is_best = e.validation_db < s->best_db;
    if (is_best) s->best_db = e.validation_db;
    s->epoch++;
    s->epoch_loss = s->epoch_num = s->epoch_den = s->epoch_grad_norm = 0;
    if (!o->epoch) return SGN_OK;
    double keep = s->seconds;
    s->seconds = seconds;  // what a checkpoint written now must say
    sgn_status status = o->epoch(o->context, t, &e, is_best);
    s->seconds = keep;
    return status;
}
