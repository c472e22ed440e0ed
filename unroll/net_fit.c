/* net_fit.c -- a network's groups, from what their links should be to what their constraint allows. */
#include "core/memory.h"
#include "unroll/group.h"
#include "unroll/net_build.h"

#include <math.h>
#include <string.h>

typedef struct {
    sgn_net *net;
    const sgn_fit *fit;
    const sgn_calibration *measured;
    sgn_real *target;    // of all parameters, each where its latents are among all of them
    sgn_mat moments[2];  // where nothing was measured: of measurements (m, m), of estimates (n, n)
    sgn_real *importance;  // (all latents) scratch
} fitting;

static const double ridge = 1e-3;

/* ---- what is known of the vectors that links multiply -------------------------------------------- */

static int multiplies_measurements(const sgn_net *net, const sgn_link *w)
{
    for (int i = 0; i < sgn_solver_slots(net->solver); i++)
        if (!strcmp(net->solver->slot[i].name, w->name))
            return net->solver->slot[i].cols == SGN_DIM_M;
    return 0;
}

static int any_multiplies_estimates(const sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++)
        if (net->param[p].role == SGN_ROLE_LINKS && !multiplies_measurements(net, &net->param[p]))
            return 1;
    return 0;
}

/* An estimate is wrong by an e whose entries are of one size and independent, for all that is known, and
   what is measured of it is A e: E[A e e' A'] is A A'. */
static sgn_status assume_moments(fitting *f)
{
    int m = f->net->m, n = any_multiplies_estimates(f->net) ? f->net->n : 0;
    sgn_real *room = sgn_alloc((size_t)m * (size_t)m + (size_t)n * (size_t)n, sizeof *room);
    if (!room) return SGN_EMEM;
    f->moments[0] = sgn_mat_view(room, m, m);
    f->moments[1] = sgn_mat_view(room + (size_t)m * (size_t)m, n, n);
    sgn_gemm(SGN_PLAIN, SGN_TRANSPOSED, 1, f->net->physics.A, f->net->physics.A, 0, f->moments[0]);
    for (int i = 0; i < m; i++) *sgn_mat_at(f->moments[0], i, i) += (sgn_real)ridge;
    for (int i = 0; i < n; i++) *sgn_mat_at(f->moments[1], i, i) = 1;
    return SGN_OK;
}

static sgn_mat moments_of(const fitting *f, const sgn_link *w)
{
    const sgn_calibration *c = f->measured;
    ptrdiff_t p = w - f->net->param;
    return c && c->second && c->second[p].cols ? c->second[p]
                                               : f->moments[!multiplies_measurements(f->net, w)];
}

/* ---- starting ------------------------------------------------------------------------------------- */

/* Where the loss does not look at a whole unit, its scale still has to be something. */
static const double least_importance = 1e-6;

static void copy_importance(const sgn_real *from, size_t n, sgn_real *to)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)from[i];
    double least = sum > 0 ? least_importance * sum / (double)n : 1;
    for (size_t i = 0; i < n; i++) to[i] = (sgn_real)((double)from[i] + least);
}

/* Links that are not trained have no gradient. */
static const sgn_real *importance_of(const fitting *f, const sgn_group *g)
{
    sgn_real *to = f->importance;
    for (int k = 0; f->importance && k < g->n; k++) {
        const sgn_real *from = f->measured->importance[g->link[k] - f->net->param];
        if (!from) return NULL;
        copy_importance(from, sgn_link_size(g->link[k]), to);
        to += sgn_link_size(g->link[k]);
    }
    return f->importance;
}

static void start(const fitting *f, const sgn_net_group *group)
{
    sgn_group g = group->links;
    g.importance = importance_of(f, &g);
    group->constraint->start(&g);
}

/* ---- improving ------------------------------------------------------------------------------------ */

static sgn_real *target_of(const fitting *f, const sgn_link *w)
{
    return f->target + (w->latent - f->net->param->latent);
}

static int same_problem(const fitting *f, const sgn_group *a, const sgn_group *b)
{
    const sgn_link *v = a->link[0], *w = b->link[0];
    if (a->n > 1 || b->n > 1 || v->rows != w->rows || v->cols != w->cols ||
        memcmp(v->support, w->support, sizeof v->support) != 0 ||
        moments_of(f, v).at != moments_of(f, w).at)
        return 0;
    return !memcmp(target_of(f, v), target_of(f, w), sgn_link_size(v) * sizeof(sgn_real));
}

/* Layers that start alike are fitted once. */
static const sgn_group *twin_before(const fitting *f, int i)
{
    for (int k = 0; k < i; k++)
        if (same_problem(f, &f->net->group[k].links, &f->net->group[i].links))
            return &f->net->group[k].links;
    return NULL;
}

static int uses(const sgn_group *g, const sgn_support *s)
{
    int n = 0;
    for (int k = 0; k < g->n; k++)
        for (int p = 0; p < g->link[k]->planes; p++) n += g->link[k]->support[p] == s;
    return n;
}

/* Only twins have the group's supports, and each of them once. */
static int owns_supports(const fitting *f, const sgn_group *g)
{
    const sgn_link *w = g->link[0];
    for (int p = 0; p < w->planes; p++)
        for (int i = 0; w->support[p] && i < f->net->ngroups; i++) {
            const sgn_group *other = &f->net->group[i].links;
            int n = uses(other, w->support[p]);
            if (n > 1 || (n == 1 && other != g && !same_problem(f, g, other))) return 0;
        }
    return g->n == 1;
}

static void copy_fit(const sgn_group *from, const sgn_group *to)
{
    memcpy(to->link[0]->latent, from->link[0]->latent,
           sgn_link_latents(from->link[0]) * sizeof(sgn_real));
    if (to->scale)
        memcpy(to->scale->weight, from->scale->weight,
               sgn_link_size(from->scale) * sizeof(sgn_real));
}

static sgn_status improve_group(const fitting *f, const sgn_net_group *group)
{
    const sgn_group *g = &group->links;
    const sgn_real **target = sgn_alloc((size_t)g->n, sizeof *target);
    sgn_mat *H = sgn_alloc((size_t)g->n, sizeof *H);
    sgn_status status = target && H ? SGN_OK : SGN_EMEM;
    for (int k = 0; !status && k < g->n; k++) {
        target[k] = target_of(f, g->link[k]);
        H[k] = moments_of(f, g->link[k]);
    }
    if (!status)
        status = f->fit->improve(&(sgn_fit_task){.g = g,
                                                 .constraint = group->constraint,
                                                 .target = target,
                                                 .H = H,
                                                 .may_move = owns_supports(f, g)});
    sgn_free(target);
    sgn_free(H);
    return status;
}

static int has_codes(const sgn_net_group *group)
{
    return group->constraint->code(&group->links, 0).levels > 0;
}

static sgn_status improve(const fitting *f)
{
    for (int i = 0; i < f->net->ngroups; i++) {
        const sgn_net_group *group = &f->net->group[i];
        if (!has_codes(group)) continue;
        const sgn_group *twin = twin_before(f, i);
        if (twin) copy_fit(twin, &group->links);
        else SGN_TRY(improve_group(f, group));
    }
    return SGN_OK;
}

/* ---- all of it ------------------------------------------------------------------------------------ */

static sgn_status prepare(fitting *f)
{
    size_t n;
    sgn_net_latents(f->net, &n);
    if (f->fit->needs == SGN_FIT_NEEDS_IMPORTANCE && f->measured) {
        f->importance = sgn_alloc(n, sizeof *f->importance);
        if (!f->importance) return SGN_EMEM;
    }
    if (!f->fit->improve) return SGN_OK;
    f->target = sgn_alloc(n, sizeof *f->target);
    if (!f->target) return SGN_EMEM;
    for (int p = 0; p < f->net->nparams; p++) {
        const sgn_link *w = &f->net->param[p];
        memcpy(target_of(f, w), w->weight, sgn_link_size(w) * sizeof *w->weight);
    }
    return assume_moments(f);
}

static void take_logs(const sgn_link *scale)
{
    for (size_t u = 0; scale && u < sgn_link_size(scale); u++)
        scale->latent[u] = scale->role == SGN_ROLE_SCALE
                               ? (sgn_real)log(fmax((double)scale->weight[u], 1e-30))
                               : scale->weight[u];
}

sgn_status sgn_net_fit(sgn_net *net, const sgn_calibration *measured, int supports)
{
    fitting f = {.net = net, .measured = measured};
    SGN_TRY(sgn_fit_find(net->as.fit, &f.fit));
    sgn_status status = prepare(&f);
    if (!status) {
        for (int i = 0; i < net->ngroups; i++) start(&f, &net->group[i]);
        if (supports) sgn_net_fit_supports(net);
        if (f.fit->improve) status = improve(&f);
        for (int i = 0; i < net->ngroups; i++) take_logs(net->group[i].links.scale);
    }
    sgn_free(f.target);
    sgn_free(f.importance);
    sgn_free(f.moments[0].at);
    return status;
}
