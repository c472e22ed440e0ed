/* net_weights.c -- from what the optimiser moves to what the network multiplies by, and back. */
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

static void pull_scalar(sgn_link *w)
{
    if (is_log(w))
        for (size_t i = 0; i < sgn_link_size(w); i++) w->dlatent[i] = w->dweight[i] * w->weight[i];
}

/* Until a two-stage network is quantised its links are real, on every entry. */
static void copy_links(const sgn_group *g, int backward)
{
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        if (!backward) memcpy(w->weight, w->latent, sgn_link_size(w) * sizeof *w->weight);
        else if (w->dlatent != w->dweight) {  // the first plane is the link, the others rest
            memset(w->dlatent, 0, sgn_link_latents(w) * sizeof *w->dlatent);
            memcpy(w->dlatent, w->dweight, sgn_link_size(w) * sizeof *w->weight);
        }
    }
}

static void project_group(void *context, int i)
{
    const sgn_net *net = context;
    if (net->relaxed) copy_links(&net->group[i].links, 0);
    else net->group[i].constraint->project(&net->group[i].links);
}

static void pull_group(void *context, int i)
{
    const sgn_net *net = context;
    const sgn_group *g = &net->group[i].links;
    if (!net->relaxed) {
        net->group[i].constraint->pullback(g);
        return;
    }
    copy_links(g, 1);
    if (g->scale) memset(g->scale->dweight, 0, sgn_link_size(g->scale) * sizeof(sgn_real));
}

static int is_scalar(const sgn_link *w)
{
    return w->role != SGN_ROLE_LINKS && w->role != SGN_ROLE_PHYSICS;
}

void sgn_net_project(sgn_net *net, sgn_pool *pool)
{
    for (int p = 0; p < net->nparams; p++)
        if (is_scalar(&net->param[p])) project_scalar(&net->param[p]);
    sgn_pool_run(pool, project_group, net, net->ngroups);
}

void sgn_net_pullback(sgn_net *net, sgn_pool *pool)
{
    sgn_pool_run(pool, pull_group, net, net->ngroups);
    for (int p = 0; p < net->nparams; p++)
        if (is_scalar(&net->param[p])) pull_scalar(&net->param[p]);
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
    sgn_support_keep_largest(s, score, s->density, net->memory->scratch);
}

void sgn_net_choose_supports(sgn_net *net)
{
    for (int i = 0; i < net->nsupports && !net->relaxed; i++)
        if (net->support[i]->moves) choose(net, net->support[i]);
}

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

static void log_of_scales(const sgn_group *g)
{
    for (size_t u = 0; g->scale && u < sgn_link_size(g->scale); u++)
        g->scale->latent[u] = (sgn_real)log(fmax((double)g->scale->weight[u], 1e-30));
}

void sgn_net_quantise(sgn_net *net)
{
    net->relaxed = 0;
    sgn_net_fit_supports(net);
    for (int i = 0; i < net->ngroups; i++) {
        copy_links(&net->group[i].links, 0);
        net->group[i].constraint->start(&net->group[i].links);
        log_of_scales(&net->group[i].links);
    }
    sgn_net_project(net, NULL);
}
