#include "train/trainer.h"

#include "laws.h"
#include "train/schedule.h"

#include <math.h>
#include <string.h>

static const char small[] = "problem.m=16 problem.n=32 problem.sparsity=0.1 network.depth=4 "
                            "train.batch=32 train.steps=120 train.epoch_steps=40 "
                            "train.validation_samples=64 train.lr=0.003";

/* ---- what an observer hears -------------------------------------------------------------------- */

enum { MOST_EPOCHS = 32 };

typedef struct {
    sgn_epoch epoch[MOST_EPOCHS];
    int is_best[MOST_EPOCHS], relaxed[MOST_EPOCHS];
    int n;
    int fail_at;  // the epoch at which the observer gives up; 0: never
} diary;

static sgn_status note(void *diary_, const sgn_trainer *t, const sgn_epoch *e, int is_best)
{
    diary *d = diary_;
    cr_assert_lt(d->n, MOST_EPOCHS);
    d->epoch[d->n] = *e;
    d->is_best[d->n] = is_best;
    d->relaxed[d->n++] = sgn_trainer_net(t)->stand_in != NULL;
    return d->fail_at && e->epoch == d->fail_at ? sgn_fail(SGN_EIO, "the disk is full") : SGN_OK;
}

static sgn_status train(model *m, diary *d)
{
    sgn_trainer *t = NULL;
    OK(sgn_trainer_new(&t, &m->config.train, m->config.seed, m->problem, m->net, NULL));
    sgn_status status = sgn_trainer_run(t, &(sgn_observer){.context = d, .epoch = note});
    sgn_trainer_free(t);
    return status;
}

static diary diary_of(const sgn_config *c)
{
    diary d = {0};
    model m = model_of(c);
    OK(train(&m, &d));
    model_free(&m);
    return d;
}

/* ---- learning ---------------------------------------------------------------------------------- */

static double gain(const diary *d)
{
    return d->epoch[0].validation_db - d->epoch[d->n - 1].validation_db;
}

/* Both ways end better than the quantised network that the one stage starts from. */
Test(trainer, every_constraint_learns)
{
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
        sgn_config c = config_of("%s weights.constraint=%s train.steps=200", small, (*k)->name);
        diary one = diary_of(&c);
        c.train.stages = SGN_STAGES_TWO;
        diary two = diary_of(&c);
        double start = one.epoch[0].validation_db, end = two.epoch[two.n - 1].validation_db;
        cr_expect_gt(gain(&one), 1, "%s, one stage: %g dB", (*k)->name, gain(&one));
        cr_expect_lt(end, start - 1, "%s, two stages: %g to %g dB", (*k)->name, start, end);
    }
}

static int has_trained_slot(const sgn_solver *s, sgn_slot_kind kind)
{
    for (int i = 0; i < sgn_solver_slots(s); i++)
        if (s->slot[i].kind == kind && !(kind == SGN_SLOT_LINKS && s->frozen)) return 1;
    return 0;
}

/* One that learns link matrices and thresholds has much to learn.  By how much the others do depends on
   the method: a linear one, or one with a few scalars, is soon at its best. */
static double least_gain(const sgn_solver *s)
{
    return has_trained_slot(s, SGN_SLOT_LINKS) && has_trained_slot(s, SGN_SLOT_THRESHOLD) ? 1 : 0.1;
}

/* At three times this train.lr the iterations that choose a support jump about: how niht ends depends on
   rounding, at 0.001 not (0.5 to 1.9 dB with eight seeds). */
Test(trainer, every_solver_learns)
{
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if (!(*s)->step) continue;
        sgn_config c = config_of("%s train.steps=400 train.validation_samples=256 train.lr=0.001 "
                                 "weights.constraint=full network.solver=%s",
                                 small, (*s)->name);
        diary d = diary_of(&c);
        cr_expect_gt(gain(&d), least_gain(*s), "%s: %g dB", (*s)->name, gain(&d));
    }
}

Test(trainer, every_optimizer_learns)
{
    for (const sgn_optimizer *const *o = sgn_optimizers(); *o; o++) {
        sgn_config c = config_of("%s train.optimizer=%s", small, (*o)->name);
        diary d = diary_of(&c);
        cr_expect_gt(gain(&d), 1, "%s: %g dB", (*o)->name, gain(&d));
    }
}

Test(trainer, with_a_step_size_of_zero_nothing_moves)
{
    sgn_config c = config_of("%s train.lr=0 train.lr_scalars=0", small);
    char before[33], after[33];
    diary d = {0};
    model m = model_of(&c);
    sgn_net_hash(m.net, before);
    OK(train(&m, &d));
    sgn_net_hash(m.net, after);
    cr_expect_str_eq(before, after);
    cr_expect_eq(gain(&d), 0);
    model_free(&m);
}

/* Links and scales stay; thresholds and gains are learned. */
Test(trainer, frozen_links_are_not_learned)
{
    sgn_config c = config_of("%s weights.frozen=true", small);
    model m = model_of(&c);
    diary d = {0};
    sgn_real *before = copy_weights(m.net);
    OK(train(&m, &d));
    for (int p = 0; p < m.net->nparams; p++) {
        const sgn_link *w = &m.net->param[p];
        double moved =
            largest_difference(w->weight, before + weights_before(m.net, w), sgn_link_size(w));
        cr_expect_eq(moved > 0, w->trained, "%s of layer %d", w->name, w->layer);
    }
    sgn_free(before);
    model_free(&m);
}

/* ---- rows of metrics --------------------------------------------------------------------------- */

Test(trainer, an_epoch_is_told_before_the_first_step_and_after_each)
{
    sgn_config fresh = config_of("%s train.steps=100", small);
    diary d = diary_of(&fresh);  // 0, 40, 80 and what is left
    static const int step[] = {0, 40, 80, 100};
    cr_assert_eq(d.n, 4);
    for (int i = 0; i < 4; i++) {
        cr_expect_eq(d.epoch[i].epoch, i);
        cr_expect_eq(d.epoch[i].step, step[i]);
    }
    cr_expect(d.is_best[0], "nothing was better before");
    cr_expect(isnan(d.epoch[0].loss) && isfinite(d.epoch[1].loss));
    cr_expect_gt(d.epoch[1].flips, 0);
    cr_expect_eq(d.epoch[3].lr, 0, "annealed to zero");
    sgn_config fixed = config_of("%s train.steps=8 train.samples=100", small);
    d = diary_of(&fixed);  // four batches make an epoch, the last of four samples
    cr_expect_eq(d.n, 3);
    cr_expect_eq(d.epoch[1].step, 4);
}

Test(trainer, the_best_is_the_least_validation_error_so_far)
{
    sgn_config c = config_of("%s train.epoch_steps=5", small);
    diary d = diary_of(&c);
    double best = (double)INFINITY;
    for (int i = 0; i < d.n; i++) {
        cr_expect_eq(d.is_best[i], d.epoch[i].validation_db < best, "epoch %d", i);
        best = fmin(best, d.epoch[i].validation_db);
    }
}

Test(trainer, an_observer_that_fails_ends_the_training)
{
    sgn_config c = config_of("%s", small);
    model m = model_of(&c);
    diary d = {.fail_at = 2};
    cr_expect_eq(train(&m, &d), SGN_EIO);
    cr_expect_eq(d.n, 3);
    model_free(&m);
}

/* ---- two stages -------------------------------------------------------------------------------- */

typedef struct {
    const model *m;
    uint8_t on[16 * 32];  // after the first step of the second stage
} first_quantised;

static int remember(void *context, int step)
{
    first_quantised *f = context;
    const sgn_net *net = f->m->net;
    cr_expect_eq(net->stand_in != NULL, step <= f->m->config.train.steps / 2, "step %d", step);
    if (step == f->m->config.train.steps / 2 + 1) memcpy(f->on, net->support[0]->on, sizeof f->on);
    return 0;
}

Test(trainer, the_second_stage_keeps_its_support_and_two_values_a_scale)
{
    sgn_config c =
        config_of("%s weights.constraint=onebit weights.support=magnitude train.stages=two", small);
    model m = model_of(&c);
    sgn_trainer *t = NULL;
    first_quantised f = {.m = &m};
    OK(sgn_trainer_new(&t, &c.train, c.seed, m.problem, m.net, NULL));
    OK(sgn_trainer_run(t, &(sgn_observer){.context = &f, .stop = remember}));
    cr_expect_arr_eq(m.net->support[0]->on, f.on, sizeof f.on);
    for (int g = 0; g < m.net->ngroups; g++) {
        const sgn_link *w = m.net->group[g].links.link[0];
        sgn_real s = m.net->group[g].links.scale->weight[0];
        cr_expect_gt(s, 0);
        for (size_t i = 0; i < sgn_link_size(w); i++)
            cr_expect_eq(fabs((double)w->weight[i]), f.on[i] ? (double)s : 0);
    }
    sgn_trainer_free(t);
    model_free(&m);
}

Test(trainer, the_best_of_two_stages_is_quantised)
{
    sgn_config c =
        config_of("%s weights.constraint=onebit train.stages=two train.epoch_steps=10", small);
    diary d = diary_of(&c);
    int best = 0;
    for (int i = 0; i < d.n; i++)
        if (d.is_best[i]) best = i;
    cr_expect(d.relaxed[0]);
    cr_expect_not(d.relaxed[best], "epoch %d", best);
}

Test(trainer, a_training_too_short_for_two_stages_ends_quantised)
{
    for (int steps = 0; steps <= 2; steps++) {
        sgn_config c = config_of("%s train.stages=two train.steps=%d", small, steps);
        model m = model_of(&c);
        diary d = {0};
        OK(train(&m, &d));
        cr_expect_not(m.net->stand_in, "%d steps", steps);
        model_free(&m);
    }
}

/* ---- divergence -------------------------------------------------------------------------------- */

static void expect_divergence(model *m, const char *words)
{
    diary d = {0};
    cr_expect_eq(train(m, &d), SGN_EDIVERGE, "%s", words);
    cr_expect_not_null(strstr(sgn_last_error(), words), "%s: %s", words, sgn_last_error());
    model_free(m);
}

Test(trainer, a_step_size_out_of_all_measure_is_divergence)
{
    sgn_config c = config_of("%s weights.constraint=full train.lr=1e12 network.depth=32", small);
    model m = model_of(&c);
    expect_divergence(&m, "layer");
}

Test(trainer, a_value_that_is_no_number_is_found_in_its_layer)
{
    static const char *const loss[] = {"deep", "final"};
    for (int i = 0; i < 2; i++)
        for (int p = 0; p < 8; p++) {
            sgn_config c = config_of("%s weights.constraint=full train.loss=%s", small, loss[i]);
            model m = model_of(&c);
            char words[32];
            snprintf(words, sizeof words, "layer %d", m.net->param[p].layer);
            m.net->param[p].latent[0] = (sgn_real)NAN;
            sgn_net_project(m.net, NULL);
            expect_divergence(&m, words);
        }
}

/* ---- the schedule ------------------------------------------------------------------------------ */

static void expect_annealed(sgn_schedule s)
{
    for (int i = 0; i < s.steps; i++) {
        double rate = sgn_schedule_rate(&s, i);
        cr_expect(rate >= 0 && rate <= 1);
        cr_expect_eq(rate == 0, i == s.steps - 1, "step %d of %d, warm-up %d: %g", i, s.steps,
                     s.warmup, rate);
    }
}

Test(schedule, every_stage_ends_at_exactly_zero)
{
    for (int steps = 2; steps < 200; steps += 7)
        for (int warmup = 0; warmup <= 60; warmup += 20)
            expect_annealed((sgn_schedule){SGN_SCHEDULE_COSINE, steps, warmup});
}

Test(schedule, the_warm_up_is_linear_and_the_cosine_falls)
{
    sgn_schedule s = {SGN_SCHEDULE_COSINE, 100, 9};
    for (int i = 0; i < 9; i++)
        cr_expect_float_eq(sgn_schedule_rate(&s, i), (i + 1) / 10., 1e-12, "step %d", i);
    for (int i = 9; i < 99; i++)
        cr_expect_lt(sgn_schedule_rate(&s, i + 1), sgn_schedule_rate(&s, i), "step %d", i);
    s.kind = SGN_SCHEDULE_CONSTANT;
    cr_expect_eq(sgn_schedule_rate(&s, 99), 1);
}
