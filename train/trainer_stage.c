#include "train/calibration.h"
#include "train/trainer_inside.h"

#include <math.h>
#include <string.h>

/* ---- entering ---------------------------------------------------------------------------------- */

/* What weights.fit needs of data. */
static sgn_status measure(sgn_trainer *t, sgn_calibration **out)
{
    const sgn_fit *fit;
    SGN_TRY(sgn_fit_find(t->net->as.fit, &fit));
    sgn_calibration_wish wish = {t->seed, t->samples, t->as.batch, (sgn_loss_kind)t->as.loss};
    return sgn_calibrate(out, t->net, t->pool, t->problem, &wish, fit->needs);
}

static sgn_status quantise(sgn_trainer *t, const sgn_stage *s)
{
    sgn_calibration *measured;
    SGN_TRY(measure(t, &measured));
    sgn_status status = sgn_net_quantise(t->net, s->stand_in, s->bits, measured);
    sgn_calibration_free(measured);
    return status;
}

static sgn_status obey(sgn_trainer *t, const sgn_stage *s)
{
    if (s->first == 0 && s->stand_in) SGN_TRY(sgn_net_relax(t->net, t->seed));
    if (t->net->stand_in == s->stand_in && t->net->stand_in_bits == s->bits) return SGN_OK;
    return quantise(t, s);
}

sgn_status sgn_trainer_enter_stage(sgn_trainer *t)
{
    const sgn_stage *s = t->stage = sgn_plan_at(&t->plan, t->state.step);
    t->loss.layers = s->layers;
    if (s->first != t->state.step) return SGN_OK;
    int had_stand_in = t->net->stand_in != NULL;
    SGN_TRY(obey(t, s));
    if (s->first > 0) memset(t->moments, 0, t->nlatents * (size_t)t->slots * sizeof *t->moments);
    if (had_stand_in) t->state.best_db = (double)INFINITY;  // never a candidate
    return SGN_OK;
}

/* ---- the weights ------------------------------------------------------------------------------- */

static void choose(sgn_trainer *t, double progress)
{
    sgn_net_set_progress(t->net, progress);
    sgn_net_choose_supports(t->net);
}

void sgn_trainer_project_step(sgn_trainer *t)
{
    choose(t, sgn_plan_progress(&t->plan, t->state.step));
    sgn_net_project_signs(t->net, t->pool);
}

void sgn_trainer_project_final(sgn_trainer *t)
{
    choose(t, 1);
    sgn_net_project(t->net, t->pool);
}
