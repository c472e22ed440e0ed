#include "train/trainer.h"

#include "core/memory.h"
#include "train/trainer_inside.h"

#include <math.h>

/* ---- making ----------------------------------------------------------------------------------- */

static int most_moments(const sgn_optimizer *o)
{
    return o->rest && o->rest->moments > o->moments ? o->rest->moments : o->moments;
}

static sgn_status allocate_memory(sgn_trainer *t)
{
    int moments = most_moments(t->optimizer), is_admm = t->as.stages == SGN_STAGES_ADMM;
    sgn_net_latents(t->net, &t->nlatents);
    t->slots = moments + (is_admm ? SGN_ADMM_SLOTS : 0);
    t->moments = sgn_alloc(t->nlatents * (size_t)t->slots, sizeof *t->moments);
    if (!t->moments) return SGN_EMEM;
    if (!is_admm) return SGN_OK;
    t->admm.Z = t->moments + t->nlatents * (size_t)moments;
    t->admm.U = t->admm.Z + t->nlatents;
    t->admm.kept = sgn_alloc(t->nlatents, sizeof *t->admm.kept);
    return t->admm.kept ? SGN_OK : SGN_EMEM;
}

static sgn_status allocate(sgn_trainer *t)
{
    SGN_TRY(allocate_memory(t));
    int validation = t->as.validation_samples * t->problem->physics.width;
    t->signs = sgn_alloc(t->nlatents / SGN_SIGNS + (size_t)t->net->nparams, sizeof *t->signs);
    t->estimate = sgn_mat_view(sgn_alloc((size_t)t->net->n * (size_t)validation, sizeof(sgn_real)),
                               t->net->n, validation);
    t->order = sgn_alloc((size_t)t->samples + 1, sizeof *t->order);
    if (!t->signs || !t->estimate.at || !t->order) return SGN_EMEM;
    SGN_TRY(sgn_loss_init(&t->loss, (sgn_loss_kind)t->as.loss, t->net));
    return sgn_validation_set(&t->validation, t->problem, t->seed, t->as.validation_samples);
}

/* An optimiser of signs alone. */
static sgn_status check_optimizer(const sgn_optimizer *o, const sgn_net *net)
{
    if (!o->rest || net->ngroups == 0) return SGN_OK;
    if (net->constraint->code(&net->group[0].links, 0).levels != 2)
        return sgn_fail(
            SGN_ECONFIG,
            "train.optimizer %s flips signs, but the links of weights.constraint %s are "
            "none; it must be %s",
            o->name, net->constraint->name, o->rest->name);
    if (net->as.estimator == SGN_ESTIMATOR_IDENTITY) return SGN_OK;
    return sgn_fail(SGN_ECONFIG,
                    "train.optimizer %s flips signs and needs weights.estimator identity", o->name);
}

static sgn_status prepare(sgn_trainer *t)
{
    const sgn_optimizer *o;
    SGN_TRY(sgn_optimizer_find(t->as.optimizer, &o));
    SGN_TRY(check_optimizer(o, t->net));
    t->optimizer = o;
    SGN_TRY(sgn_plan_init(&t->plan, &t->as, t->net));
    SGN_TRY(sgn_trainer_plan_descent(t));
    SGN_TRY(allocate(t));
    if (t->as.quantisation_loss == 0)  // it reads the weights
        SGN_TRY(sgn_net_keep_signs(t->net));
    return sgn_trainer_enter_stage(t);
}

sgn_status sgn_trainer_new(sgn_trainer **out, const sgn_train_settings *as, uint64_t seed,
                           const sgn_problem *problem, sgn_net *net, sgn_pool *pool)
{
    sgn_trainer *t = sgn_alloc(1, sizeof *t);
    if (!t) return SGN_EMEM;
    *t = (sgn_trainer){
        .as = *as,
        .seed = seed,
        .problem = problem,
        .net = net,
        .pool = pool,
        .samples = sgn_training_samples(problem, as->samples),
        .state = {.best_db = (double)INFINITY},
    };
    sgn_status status = prepare(t);
    if (status) sgn_trainer_free(t);
    else *out = t;
    return status;
}

void sgn_trainer_free(sgn_trainer *t)
{
    if (!t) return;
    sgn_free(t->moments);
    sgn_free(t->admm.kept);
    sgn_free(t->signs);
    sgn_free(t->estimate.at);
    sgn_free(t->order);
    sgn_free(t->chunk);
    sgn_free(t->turn_end);
    sgn_plan_release(&t->plan);
    sgn_loss_release(&t->loss);
    sgn_set_release(&t->validation);
    sgn_free(t);
}

sgn_trainer_state *sgn_trainer_state_of(sgn_trainer *t) { return &t->state; }
const sgn_net *sgn_trainer_net(const sgn_trainer *t) { return t->net; }

sgn_real *sgn_trainer_moments(sgn_trainer *t, size_t *count, int *slots)
{
    *count = t->nlatents;
    *slots = t->slots;
    return t->moments;
}

/* ---- running ----------------------------------------------------------------------------------- */

static sgn_status end_epoch(sgn_trainer *t, const sgn_observer *o, int steps, double started)
{
    SGN_TRY(sgn_trainer_end_epoch(t, o, steps, started));
    if (t->samples) sgn_trainer_shuffle(t);
    return SGN_OK;
}

static sgn_status run(sgn_trainer *t, const sgn_observer *o, double started)
{
    sgn_trainer_state *s = &t->state;
    int every = sgn_trainer_epoch_steps(t);
    if (s->step == 0 && s->epoch == 0) SGN_TRY(sgn_trainer_end_epoch(t, o, 0, started));
    sgn_trainer_flips(t);  // from these signs on
    if (t->samples) sgn_trainer_shuffle(t);
    while (s->step < t->as.steps) {
        SGN_TRY(sgn_trainer_step(t));
        if (s->step == t->as.steps) SGN_TRY(sgn_trainer_enter_stage(t));  // one that has no steps
        int since = (s->step - 1) % every + 1;
        if (since == every || s->step == t->as.steps) SGN_TRY(end_epoch(t, o, since, started));
        if (o->stop && s->step < t->as.steps && o->stop(o->context, s->step))
            return sgn_fail(SGN_ESTOPPED, "stopped after step %d of %d", s->step, t->as.steps);
    }
    return SGN_OK;
}

sgn_status sgn_trainer_run(sgn_trainer *t, const sgn_observer *o)
{
    double started = sgn_trainer_now();
    sgn_status status = run(t, o, started);
    if (status == SGN_OK || status == SGN_ESTOPPED) t->state.seconds += sgn_trainer_now() - started;
    sgn_trainer_project_final(t);
    return status;
}
