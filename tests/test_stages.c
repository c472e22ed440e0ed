#include "laws.h"
#include "train/stage.h"

#include <math.h>
#include <string.h>

static const char small[] = "problem.m=16 problem.n=32 problem.sparsity=0.1 network.depth=4 "
                            "train.batch=32 train.steps=160 train.epoch_steps=40 train.warmup=10 "
                            "train.validation_samples=64";

/* ---- plans ------------------------------------------------------------------------------------- */

static sgn_status plan_with(const sgn_config *c, sgn_plan *p)
{
    model m = model_of(c);
    sgn_status status = sgn_plan_init(p, &c->train, m.net);
    model_free(&m);
    return status;
}

static sgn_plan plan_of(const char *keys)
{
    sgn_plan p;
    sgn_config c = config_of("%s %s", small, keys);
    OK(plan_with(&c, &p));
    return p;
}

static void expect_whole(const sgn_plan *p, int steps, const char *what)
{
    int next = 0;
    for (int i = 0; i < p->n; i++) {
        const sgn_stage *s = &p->stage[i];
        cr_expect_eq(s->first, next, "%s of %d steps, stage %d", what, steps, i);
        cr_expect(s->steps > 0 || i == p->n - 1, "%s of %d steps, stage %d", what, steps, i);
        cr_expect_eq(s->stand_in && i == p->n - 1, 0, "%s ends with its own constraint", what);
        next += s->steps;
    }
    cr_expect_eq(next, steps, "%s", what);
    for (int i = 0; i < steps; i++) {
        const sgn_stage *s = sgn_plan_at(p, i);
        cr_expect(s->first <= i && i < s->first + s->steps, "%s, step %d of %d", what, i, steps);
        cr_expect_eq(sgn_plan_progress(p, i) == 1, s->stand_in || s->scalars_only);
    }
    cr_expect_eq(sgn_plan_progress(p, steps), 1);
}

static const char *const ways[] = {"train.stages=one",
                                   "train.stages=two",
                                   "train.stages=ladder",
                                   "train.stages=layerwise",
                                   "train.stages=admm",
                                   "train.stages=two train.retune=scalars",
                                   "train.stages=ladder train.retune=scalars",
                                   "train.stages=two train.retune=none",
                                   "train.stages=admm train.retune=none"};
enum { WAYS = sizeof ways / sizeof *ways };

Test(stages, every_step_belongs_to_one_stage)
{
    for (int i = 0; i < WAYS; i++)
        for (int steps = 0; steps < 40; steps += 1 + steps / 5) {
            char keys[128];
            snprintf(keys, sizeof keys, "%s train.steps=%d", ways[i], steps);
            sgn_plan p = plan_of(keys);
            expect_whole(&p, steps, ways[i]);
            sgn_plan_release(&p);
        }
}

Test(stages, the_ladder_goes_down_in_bits)
{
    sgn_plan p = plan_of("train.stages=ladder train.steps=120");
    static const int first[] = {0, 20, 40, 60}, bits[] = {0, 4, 2, 0};
    static const char *const stand_in[] = {"full", "kbit", "kbit", NULL};
    cr_assert_eq(p.n, 4);
    for (int i = 0; i < 4; i++) {
        cr_expect_eq(p.stage[i].first, first[i]);
        cr_expect_eq(p.stage[i].bits, bits[i]);
        if (stand_in[i]) cr_expect_str_eq(p.stage[i].stand_in->name, stand_in[i]);
        else cr_expect_null(p.stage[i].stand_in);
    }
    sgn_plan_release(&p);
}

Test(stages, layers_join_one_by_one)
{
    sgn_plan p = plan_of("train.stages=layerwise train.steps=120");
    cr_assert_eq(p.n, 4);
    for (int i = 0; i < 4; i++) {
        cr_expect_eq(p.stage[i].layers, i + 1);
        cr_expect_eq(p.stage[i].steps, i < 3 ? 20 : 60);
    }
    cr_expect_eq(sgn_plan_progress(&p, 30), 0.25, "one training under one constraint");
    sgn_plan_release(&p);
}

static void expect_refused(const char *keys, const char *words)
{
    sgn_plan p;
    sgn_config c = config_of("%s %s", small, keys);
    cr_expect_eq(plan_with(&c, &p), SGN_ECONFIG, "%s", keys);
    cr_expect_not_null(strstr(sgn_last_error(), words), "%s: %s", keys, sgn_last_error());
}

Test(stages, what_a_network_cannot_go_through_is_refused)
{
    expect_refused("train.stages=layerwise network.tied=true", "network.tied must be false");
    expect_refused("train.stages=layerwise weights.frozen=true", "weights.frozen");
    expect_refused("train.stages=ladder weights.constraint=full", "constraint full has none");
    expect_refused("train.retune=none", "train.stages is one");
    expect_refused("train.stages=layerwise train.retune=scalars", "train.stages is layerwise");
    expect_refused("train.stages=two weights.support=magnitude weights.prune_until=0.5",
                   "prune_until must be 0");
}

Test(stages, bop_wants_signs)
{
    static const char *const wrong[] = {"weights.constraint=full", "weights.estimator=tanh"};
    for (int i = 0; i < 2; i++) {
        sgn_trainer *t;
        sgn_config c = config_of("train.optimizer=bop %s", wrong[i]);
        model m = model_of(&c);
        cr_expect_eq(sgn_trainer_new(&t, &c.train, c.seed, m.problem, m.net, NULL), SGN_ECONFIG);
        cr_expect_not_null(strstr(sgn_last_error(), "flips signs"), "%s", sgn_last_error());
        model_free(&m);
    }
}

/* ---- a training watched step by step ----------------------------------------------------------- */

typedef struct training {
    model m;
    sgn_trainer *trainer;
    int step_of_interest;
    void (*look)(struct training *t);  // after that step
    double first_db, last_db, found;
    const char *what;
} training;

static int after_step(void *training_, int step)
{
    training *t = training_;
    if (step == t->step_of_interest) t->look(t);
    return 0;
}

/* Judged, a network obeys its constraint with hard signs, or a stand-in. */
static sgn_status after_epoch(void *training_, const sgn_trainer *trainer, const sgn_epoch *e,
                              int is_best)
{
    training *t = training_;
    const sgn_net *net = sgn_trainer_net(trainer);
    if (e->epoch == 0) t->first_db = e->validation_db;
    t->last_db = e->validation_db;
    (void)is_best;
    cr_expect_eq(net->progress, 1, "%s, epoch %d", t->what, e->epoch);
    for (int g = 0; g < net->ngroups && !net->stand_in; g++) {
        const sgn_link *w = net->group[g].links.link[0];
        sgn_real s = net->group[g].links.scale->weight[0];
        int one_scale = sgn_link_size(net->group[g].links.scale) == 1;
        for (size_t i = 0; i < sgn_link_size(w) && one_scale; i++)
            cr_expect(w->weight[i] == s || w->weight[i] == -s || w->weight[i] == 0, "%s, epoch %d",
                      t->what, e->epoch);
    }
    return SGN_OK;
}

static training begin(const char *keys)
{
    sgn_config c = config_of("%s %s", small, keys);
    training t = {.m = model_of(&c), .what = keys};
    OK(sgn_trainer_new(&t.trainer, &c.train, c.seed, t.m.problem, t.m.net, NULL));
    return t;
}

static void go(training *t)
{
    OK(sgn_trainer_run(t->trainer,
                       &(sgn_observer){.context = t, .epoch = after_epoch, .stop = after_step}));
}

static void end(training *t)
{
    sgn_trainer_free(t->trainer);
    model_free(&t->m);
}

/* Validation errors before and after. */
static double trained(const char *keys, double *before)
{
    training t = begin(keys);
    go(&t);
    *before = t.first_db;
    end(&t);
    return t.last_db;
}

/* ---- every way leads somewhere ----------------------------------------------------------------- */

static double untrained(void)
{
    double before;
    trained("train.steps=1", &before);
    return before;
}

Test(stages, every_way_there_learns_with_every_estimator)
{
    static const char *const estimator[] = {"identity", "clipped", "tanh", "prox"};
    double start = untrained(), ignored;
    for (int e = 0; e < 4; e++)
        for (int i = 0; i < WAYS; i++) {
            char keys[160];
            snprintf(keys, sizeof keys, "%s weights.estimator=%s", ways[i], estimator[e]);
            double end_db = trained(keys, &ignored);
            cr_expect_lt(end_db, start - 0.5, "%s: %g, from %g dB", keys, end_db, start);
        }
}

Test(stages, every_way_there_learns_with_every_optimizer_and_regulariser)
{
    static const char *const with[] = {"train.optimizer=bop", "train.quantisation_loss=0.1",
                                       "weights.support=magnitude", "weights.constraint=planes"};
    double ignored;
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < WAYS; i++) {
            char keys[160], first[160];
            double start;
            snprintf(first, sizeof first, "%s train.steps=1", with[k]);
            trained(first, &start);
            snprintf(keys, sizeof keys, "%s %s", ways[i], with[k]);
            double end_db = trained(keys, &ignored);
            cr_expect_lt(end_db, start - 0.5, "%s: %g, from %g dB", keys, end_db, start);
        }
}

/* ---- what moves -------------------------------------------------------------------------------- */

static sgn_real *copy_of_latents(const sgn_net *net)
{
    size_t n;
    const sgn_real *v = sgn_net_latents(net, &n);
    sgn_real *copy = sgn_alloc(n, sizeof *copy);
    return memcpy(copy, v, n * sizeof *copy);
}

/* The last layer any of whose latents differ from those; -1: none. */
static int last_moved(const sgn_net *net, const sgn_real *was, int links_only)
{
    size_t n;
    const sgn_real *first = sgn_net_latents(net, &n);
    int last = -1;
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        size_t bytes = sgn_link_latents(w) * sizeof *was;
        int differs = memcmp(w->latent, was + (w->latent - first), bytes) != 0;
        if (differs && w->layer > last && (!links_only || w->role == SGN_ROLE_LINKS))
            last = w->layer;
    }
    return last;
}

static sgn_real *kept;
static void keep_latents(training *t) { kept = copy_of_latents(t->m.net); }
static void find_last_moved(training *t) { t->found = last_moved(t->m.net, kept, 0); }

Test(stages, layerwise_later_layers_wait)
{
    for (int layers = 1; layers <= 4; layers++) {
        training t = begin("train.stages=layerwise train.steps=120");
        keep_latents(&t);
        t.step_of_interest = layers < 4 ? 20 * layers : 61;
        t.look = find_last_moved;
        go(&t);
        cr_expect_eq(t.found, layers - 1);
        sgn_free(kept);
        end(&t);
    }
}

Test(stages, scalars_alone_are_retuned)
{
    for (int links = 0; links <= 1; links++) {
        training t = begin(links ? "train.stages=two" : "train.stages=two train.retune=scalars");
        t.step_of_interest = 81;  // the first step has quantised the links
        t.look = keep_latents;
        go(&t);
        cr_expect_eq(last_moved(t.m.net, kept, 1), links ? 3 : -1);
        cr_expect_eq(last_moved(t.m.net, kept, 0), 3);
        sgn_free(kept);
        end(&t);
    }
}

Test(stages, without_retuning_all_steps_go_to_real_links)
{
    training t = begin("train.stages=two train.retune=none");
    t.step_of_interest = 159;
    t.look = keep_latents;
    go(&t);
    cr_expect_null(t.m.net->stand_in, "but the network is quantised");
    sgn_free(kept);
    end(&t);
}

/* ---- drawing ----------------------------------------------------------------------------------- */

/* sum |V - Z|^2, Z what quantising would make of them, relative to sum |V|^2; the network is spent. */
static double distance(sgn_net *net)
{
    sgn_net_project(net, NULL);
    sgn_real *v = copy_weights(net);
    sgn_net_round(net);
    double far = 0, all = 0;
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        const sgn_real *was = v + weights_before(net, w);
        for (size_t i = 0; w->role == SGN_ROLE_LINKS && i < sgn_link_size(w); i++) {
            far += pow((double)(was[i] - w->weight[i]), 2);
            all += pow((double)was[i], 2);
        }
    }
    sgn_free(v);
    return far / all;
}

static int stop_half_way(void *context, int step) { return !context && step == 80; }

static double distance_half_way(const char *keys)
{
    training t = begin(keys);
    cr_expect_eq(sgn_trainer_run(t.trainer, &(sgn_observer){.stop = stop_half_way}), SGN_ESTOPPED);
    double d = distance(t.m.net);
    end(&t);
    return d;
}

Test(stages, admm_draws_links_to_what_is_allowed)
{
    static const char *const of[] = {
        "weights.constraint=onebit", "weights.constraint=planes weights.planes=2",
        "weights.constraint=onebit weights.support=magnitude",
        "weights.support=block-magnitude weights.scale=block weights.block=4"};
    for (int i = 0; i < 4; i++) {
        char free_keys[160], drawn_keys[160];
        snprintf(free_keys, sizeof free_keys, "train.stages=admm train.admm_rho=0 %s", of[i]);
        snprintf(drawn_keys, sizeof drawn_keys, "train.stages=admm %s", of[i]);
        double left_alone = distance_half_way(free_keys), drawn = distance_half_way(drawn_keys);
        cr_expect_lt(drawn, left_alone / 2, "%s: %g, without %g", of[i], drawn, left_alone);
    }
}

/* Blocks with one magnitude each, 0 where a block was pruned. */
Test(stages, admm_ends_with_unified_blocks)
{
    enum { B = 4 };
    training t = begin("train.stages=admm weights.support=block-magnitude weights.scale=block "
                       "weights.block=4 train.steps=20");
    go(&t);
    const sgn_link *w = &t.m.net->param[0];
    int pruned = 0, blocks = w->rows / B * (w->cols / B);
    for (int b = 0; b < blocks; b++) {
        int i0 = b % (w->rows / B) * B, j0 = b / (w->rows / B) * B;
        double value = fabs((double)w->weight[i0 + j0 * w->rows]);
        pruned += value == 0;
        for (int k = 0; k < B * B; k++)
            cr_expect_eq(fabs((double)w->weight[i0 + k % B + (j0 + k / B) * w->rows]), value);
    }
    cr_expect_eq(pruned, blocks / 2);
    end(&t);
}

/* mean |V - W| of the links, V relative to their size. */
static double quantisation_error(const char *keys)
{
    training t = begin(keys);
    go(&t);
    double sum = 0, n = 0;
    for (int p = 0; p < t.m.net->nparams; p++) {
        const sgn_link *w = &t.m.net->param[p];
        for (size_t i = 0; w->role == SGN_ROLE_LINKS && i < sgn_link_size(w); i++, n++)
            sum += fabs((double)(w->latent[i] - w->weight[i])) / w->size;
    }
    end(&t);
    return sum / n;
}

Test(stages, the_quantisation_loss_draws_latents_to_weights)
{
    double without = quantisation_error("train.quantisation_loss=0");
    double little = quantisation_error("train.quantisation_loss=0.1");
    double much = quantisation_error("train.quantisation_loss=1");
    cr_expect(much < little && little < without, "%g, %g, %g", without, little, much);
}
