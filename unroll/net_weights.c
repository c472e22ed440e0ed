/* net_weights.c -- from what the optimiser moves to what the network multiplies by, and back. */
#include "unroll/estimator.h"
#include "unroll/net_build.h"

#include <math.h>
#include <string.h>

/* A scale that its constraint computes is overwritten by it right after. */
static int is_log(const sgn_link *w)
{
    return w->role == SGN_ROLE_POSITIVE || w->role == SGN_ROLE_SCALE;
}

static void project_scalar(sgn_link *w)
{
    for (size_t i = 0; i < sgn_link_size(w); i++)
        w->weight[i] = is_log(w) ? (sgn_real)exp((double)w->latent[i]) : w->latent[i];
}

static void project_group(void *context, int i)
{
    const sgn_net *net = context;
    net->group[i].constraint->project(&net->group[i].links);
}

static int is_scalar(const sgn_link *w)
{
    return w->role != SGN_ROLE_LINKS && w->role != SGN_ROLE_PHYSICS;
}

void sgn_net_project_scalars(sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++)
        if (is_scalar(&net->param[p])) project_scalar(&net->param[p]);
}

void sgn_net_project(sgn_net *net, sgn_pool *pool)
{
    sgn_net_drop_signs(net);
    sgn_net_project_scalars(net);
    sgn_pool_run(pool, project_group, net, net->ngroups);
}

/* From 1 to its end, fast at first (Zhu & Gupta 2017, arXiv:1710.01878, eq. 1). */
static double density_now(const sgn_net *net, const sgn_support *s)
{
    double until = net->as.prune_until;
    if (!s->moves || net->progress >= until) return s->density;
    return s->density + (1 - s->density) * pow(1 - net->progress / until, 3);
}

/* The score of an entry is sum |V| over the layers that share the support. */
static void choose(sgn_net *net, sgn_support *s)
{
    sgn_real *score = net->memory->score;
    size_t size = (size_t)s->rows * (size_t)s->cols;
    memset(score, 0, size * sizeof *score);
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (w->role != SGN_ROLE_LINKS || w->support[0] != s) continue;
        for (size_t i = 0; i < size; i++)
            score[i] += w->latent[i] < 0 ? -w->latent[i] : w->latent[i];
    }
    sgn_support_choose(s, score, density_now(net, s), net->memory->scratch);
}

void sgn_net_choose_supports(sgn_net *net)
{
    for (int i = 0; i < net->nsupports && !net->stand_in; i++)
        if (net->support[i]->moves) choose(net, net->support[i]);
}

/* A choice that follows from the problem was made when the network was built. */
static int is_fitted(const sgn_support *s) { return s->density > 0; }

/* Sums of planes fit theirs, residual by residual, in their constraint's start(). */
static int planes_of(const sgn_net *net, const sgn_support *s)
{
    for (int p = 0; p < net->nparams; p++)
        for (int i = 0; i < net->param[p].planes; i++)
            if (net->param[p].support[i] == s) return net->param[p].planes;
    return 1;
}

void sgn_net_fit_supports(sgn_net *net)
{
    for (int i = 0; i < net->nsupports; i++)
        if (is_fitted(net->support[i]) && planes_of(net, net->support[i]) == 1)
            choose(net, net->support[i]);
}

void sgn_net_set_progress(sgn_net *net, double progress)
{
    net->progress = progress;
    for (int i = 0; i < net->ngroups; i++) net->group[i].links.progress = progress;
}

typedef struct {
    const sgn_net *net;
    double step;
} settling;

static void settle_group(void *settling_, int i)
{
    const settling *s = settling_;
    sgn_estimator_settle(&s->net->group[i].links, s->step);
}

void sgn_net_settle(sgn_net *net, sgn_pool *pool, double step)
{
    if (net->stand_in || net->as.estimator != SGN_ESTIMATOR_PROX) return;
    sgn_net_drop_signs(net);
    sgn_pool_run(pool, settle_group, &(settling){net, step}, net->ngroups);
}

void sgn_net_obey(sgn_net *net, const sgn_constraint *stand_in, int bits)
{
    net->stand_in = stand_in;
    net->stand_in_bits = bits;
    for (int i = 0; i < net->ngroups; i++) {
        net->group[i].constraint = stand_in ? stand_in : net->constraint;
        net->group[i].links.bits = stand_in ? bits : net->as.bits;
    }
}

/* Latents know more than the few values that a stand-in makes of them: which way a zero leans. */
static sgn_status stand_for_themselves(sgn_net *net)
{
    const sgn_constraint *full;
    SGN_TRY(sgn_constraint_find("full", &full));
    sgn_net_obey(net, full, 0);
    return SGN_OK;
}

sgn_status sgn_net_quantise(sgn_net *net, const sgn_constraint *stand_in, int bits,
                            const sgn_calibration *measured)
{
    if (net->stand_in) SGN_TRY(stand_for_themselves(net));
    sgn_net_project(net, NULL);  // the weights are the target now
    sgn_net_obey(net, stand_in, bits);
    if (!stand_in) sgn_net_fit_supports(net);
    SGN_TRY(sgn_net_fit(net, measured, 0));
    sgn_net_project(net, NULL);
    return SGN_OK;
}

void sgn_net_round(sgn_net *net)
{
    sgn_net_project(net, NULL);  // the target
    sgn_net_obey(net, NULL, 0);
    sgn_net_fit_supports(net);
    for (int i = 0; i < net->ngroups; i++) {
        net->group[i].constraint->start(&net->group[i].links);
        net->group[i].constraint->project(&net->group[i].links);
    }
}
