#include "train/stage.h"

#include "core/memory.h"

#include <stdint.h>

enum { STAGES_BUT_LAYERS = 4 };  // the ladder's

static const char *const stages_name[] = {"one", "two", "ladder", "layerwise", "admm"};

/* ---- which stages there are -------------------------------------------------------------------- */

static sgn_status check(const sgn_train_settings *as, const sgn_net *net)
{
    sgn_stages stages = (sgn_stages)as->stages;
    int has_real = stages != SGN_STAGES_ONE && stages != SGN_STAGES_LAYERWISE;
    if (stages == SGN_STAGES_LAYERWISE && net->as.tied)
        return sgn_fail(SGN_ECONFIG, "train.stages layerwise needs links of each layer's own; "
                                     "network.tied must be false, and so must weights.frozen");
    if (stages == SGN_STAGES_LADDER && net->constraint->scales == SGN_SCALES_NONE)
        return sgn_fail(SGN_ECONFIG,
                        "train.stages ladder needs scales for its 4 and 2 bits; weights.constraint "
                        "%s has none",
                        net->constraint->name);
    const sgn_fit *fit;
    SGN_TRY(sgn_fit_find(net->as.fit, &fit));
    if (fit->needs == SGN_FIT_NEEDS_IMPORTANCE && !has_real)
        return sgn_fail(SGN_ECONFIG,
                        "weights.fit %s needs links that were trained: train.stages two",
                        fit->name);
    if (net->as.prune_until > 0 && has_real)
        return sgn_fail(SGN_ECONFIG,
                        "weights.prune_until must be 0 where train.stages is %s: supports are "
                        "chosen from real links, and stay",
                        stages_name[stages]);
    if (as->retune != SGN_RETUNE_LINKS && !has_real)
        return sgn_fail(SGN_ECONFIG,
                        "train.retune must be links where train.stages is %s: no real links are "
                        "quantised on the way",
                        stages_name[stages]);
    return SGN_OK;
}

static sgn_stage *add(sgn_plan *p, const sgn_net *net, const sgn_constraint *stand_in, int bits)
{
    sgn_stage *s = &p->stage[p->n++];
    *s = (sgn_stage){.stand_in = stand_in, .bits = bits, .layers = net->as.depth};
    return s;
}

static sgn_status add_ladder(sgn_plan *p, const sgn_net *net)
{
    const sgn_constraint *kbit;
    SGN_TRY(sgn_constraint_find("kbit", &kbit));
    add(p, net, kbit, 4);
    add(p, net, kbit, 2);
    return SGN_OK;
}

static sgn_status list(sgn_plan *p, sgn_stages stages, const sgn_net *net)
{
    const sgn_constraint *real;
    SGN_TRY(sgn_constraint_find("full", &real));
    if (stages == SGN_STAGES_LAYERWISE)
        for (int k = 1; k < net->as.depth; k++) add(p, net, NULL, 0)->layers = k;
    else if (stages != SGN_STAGES_ONE) add(p, net, real, 0)->drawn = stages == SGN_STAGES_ADMM;
    if (stages == SGN_STAGES_LADDER) SGN_TRY(add_ladder(p, net));
    add(p, net, NULL, 0);
    return SGN_OK;
}

/* ---- how long they last ------------------------------------------------------------------------ */

/* The last stage has half of the steps, or none; those before it share the rest. */
static void set_steps(sgn_plan *p, const sgn_train_settings *as)
{
    int end = p->n - 1, before = as->retune == SGN_RETUNE_NONE ? p->steps : p->steps / 2;
    for (int i = 0; i < p->n; i++)
        p->stage[i].first = end > 0 ? (int)((int64_t)before * i / end) : 0;
    for (int i = 0; i < p->n; i++)
        p->stage[i].steps = (i < end ? p->stage[i + 1].first : p->steps) - p->stage[i].first;
}

/* Many short stages warm up in fewer steps. */
static void set_warmup(sgn_plan *p, const sgn_train_settings *as)
{
    for (int i = 0; i < p->n; i++) {
        sgn_stage *s = &p->stage[i];
        s->warmup = as->warmup;
        if (as->stages == SGN_STAGES_LAYERWISE && p->steps > 0)
            s->warmup = (int)((int64_t)as->warmup * s->steps / p->steps);
    }
}

/* A training may be too short for all of them: the last one is there in any case. */
static void drop_empty(sgn_plan *p)
{
    int kept = 0;
    for (int i = 0; i < p->n; i++)
        if (p->stage[i].steps > 0 || i == p->n - 1) p->stage[kept++] = p->stage[i];
    p->n = kept;
}

sgn_status sgn_plan_init(sgn_plan *p, const sgn_train_settings *as, const sgn_net *net)
{
    SGN_TRY(check(as, net));
    sgn_plan plan = {.steps = as->steps};
    plan.stage = sgn_alloc((size_t)net->as.depth + STAGES_BUT_LAYERS, sizeof *plan.stage);
    if (!plan.stage) return SGN_EMEM;
    sgn_status status = list(&plan, (sgn_stages)as->stages, net);
    if (status) {
        sgn_free(plan.stage);
        return status;
    }
    plan.stage[plan.n - 1].scalars_only = as->retune == SGN_RETUNE_SCALARS;
    set_steps(&plan, as);
    set_warmup(&plan, as);
    drop_empty(&plan);
    *p = plan;
    return SGN_OK;
}

void sgn_plan_release(sgn_plan *p)
{
    sgn_free(p->stage);
    *p = (sgn_plan){0};
}

/* ---- looking at it ----------------------------------------------------------------------------- */

const sgn_stage *sgn_plan_at(const sgn_plan *p, int step)
{
    const sgn_stage *s = &p->stage[p->n - 1];
    while (s > p->stage && s->first > step) s--;
    return s;
}

int sgn_plan_begins(const sgn_plan *p, int step) { return sgn_plan_at(p, step)->first == step; }

double sgn_plan_progress(const sgn_plan *p, int step)
{
    const sgn_stage *now = sgn_plan_at(p, step), *own = now;
    if (now->stand_in || now->scalars_only || step >= p->steps) return 1;
    while (own > p->stage && !own[-1].stand_in) own--;
    return (double)(step - own->first) / (p->steps - own->first);
}
