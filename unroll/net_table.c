/* net_table.c -- the table of parameters, and the memory it describes. */
#include "core/memory.h"
#include "unroll/net_build.h"

#include <stdio.h>
#include <string.h>

enum { SETTING_SLOTS = 3 };  // beta, step, gain

int sgn_net_dim(const sgn_net *net, sgn_dim d)
{
    return d == SGN_DIM_M ? net->m : d == SGN_DIM_N ? net->n : 1;
}

static sgn_role role_of(sgn_slot_kind kind)
{
    switch (kind) {
    case SGN_SLOT_LINKS: return SGN_ROLE_LINKS;
    case SGN_SLOT_REAL: return SGN_ROLE_REAL;
    case SGN_SLOT_THRESHOLD:
    case SGN_SLOT_POSITIVE: break;
    }
    return SGN_ROLE_POSITIVE;
}

static sgn_param add(sgn_net *net, sgn_link w, const char *name)
{
    snprintf(w.name, sizeof w.name, "%s", name);
    net->param[net->nparams] = w;
    return net->nparams++;
}

static int is_shared(const sgn_net *net, const sgn_slot *s)
{
    return s->shared || (s->kind == SGN_SLOT_LINKS && net->as.tied);
}

static int planes_of(const sgn_net *net)
{
    const sgn_constraint *c = net->constraint;
    int planes = c->sums_planes ? net->as.planes : 1;
    return c->plane_count ? c->plane_count(planes) : planes;
}

static sgn_param add_slot(sgn_net *net, const sgn_slot *s, int layer)
{
    int matrix = s->kind == SGN_SLOT_LINKS;
    return add(net,
               (sgn_link){.layer = is_shared(net, s) ? SGN_LAYER_SHARED : layer,
                          .role = role_of(s->kind),
                          .rows = sgn_net_dim(net, s->rows),
                          .cols = sgn_net_dim(net, s->cols),
                          .planes = matrix ? planes_of(net) : 1,
                          .trained = !(matrix && net->as.frozen)},
               s->name);
}

static sgn_param add_scalar(sgn_net *net, int wanted, const char *name, sgn_role role, int layer)
{
    if (!wanted) return SGN_NO_PARAM;
    return add(
        net,
        (sgn_link){.layer = layer, .role = role, .rows = 1, .cols = 1, .planes = 1, .trained = 1},
        name);
}

static sgn_param add_analytic(sgn_net *net)
{
    return add(net,
               (sgn_link){.layer = SGN_LAYER_SHARED,
                          .role = SGN_ROLE_PHYSICS,
                          .rows = net->n,
                          .cols = net->m,
                          .planes = 1},
               "W_pinv");
}

static void declare_layer(sgn_net *net, int k, sgn_param analytic)
{
    const sgn_iteration *as = &net->memory->iteration;
    sgn_layer *l = &net->memory->layer[k];
    *l = (sgn_layer){
        .k = k, .depth = net->as.depth, .as = as, .physics = &net->physics, .analytic = analytic};
    for (int i = 0; i < sgn_solver_slots(net->solver); i++) {
        const sgn_slot *s = &net->solver->slot[i];
        l->slot[i] =
            k > 0 && is_shared(net, s) ? net->memory->layer[0].slot[i] : add_slot(net, s, k);
    }
    l->beta = add_scalar(net, as->momentum != SGN_MOMENTUM_NONE, "beta", SGN_ROLE_REAL, k);
    l->step = add_scalar(net, as->step, "step", SGN_ROLE_POSITIVE, k);
    l->gain = add_scalar(net, as->physics_term != 0, "gain", SGN_ROLE_POSITIVE, k);
}

/* Room for a scale row beside every link matrix. */
static size_t most_params(const sgn_net *net)
{
    int slots = sgn_solver_slots(net->solver);
    return (size_t)net->as.depth * (size_t)(2 * slots + SETTING_SLOTS) + 2;
}

sgn_status sgn_net_declare(sgn_net *net)
{
    net->param = sgn_alloc(most_params(net), sizeof *net->param);
    net->memory->layer = sgn_alloc((size_t)net->as.depth, sizeof *net->memory->layer);
    net->memory->moved = sgn_alloc(most_params(net), sizeof *net->memory->moved);
    if (!net->param || !net->memory->layer || !net->memory->moved) return SGN_EMEM;
    int analytic = net->memory->iteration.physics_term == SGN_PHYSICS_ANALYTIC;
    sgn_param fixed = analytic ? add_analytic(net) : SGN_NO_PARAM;
    for (int k = 0; k < net->as.depth; k++) declare_layer(net, k, fixed);
    return SGN_OK;
}

/* ---- dropping ------------------------------------------------------------------------------- */

static void renumber(sgn_param *p, const int *moved)
{
    if (*p != SGN_NO_PARAM) *p = moved[*p];
}

/* Layer 0 starts from zero, so LISTA's W2 or a momentum would be learned there for nothing. */
void sgn_net_drop_unused(sgn_net *net)
{
    int kept = 0;
    for (int p = 0; p < net->nparams; p++) {
        int used = sgn_tape_uses(net->tape, p);
        net->memory->moved[p] = used ? kept : SGN_NO_PARAM;
        if (used) net->param[kept++] = net->param[p];
    }
    net->nparams = kept;
    for (int k = 0; k < net->as.depth; k++) {
        sgn_layer *l = &net->memory->layer[k];
        for (int i = 0; i < sgn_solver_slots(net->solver); i++)
            renumber(&l->slot[i], net->memory->moved);
        renumber(&l->beta, net->memory->moved);
        renumber(&l->step, net->memory->moved);
        renumber(&l->gain, net->memory->moved);
        renumber(&l->analytic, net->memory->moved);
    }
}

/* ---- groups and supports --------------------------------------------------------------------- */

/* Rows and columns of a link matrix that one scale unit spans. */
static int parts(int length, int span) { return (length + span - 1) / span; }

static void span_blocks(const sgn_net *net, const sgn_link *w, sgn_group *g)
{
    int block = net->as.block;
    g->rowspan = block ? block : parts(w->rows, net->physics.blocks);
    if (block) g->colspan = block;
    g->unitrows = parts(w->rows, g->rowspan);
    g->units = g->unitrows * parts(w->cols, g->colspan);
}

static sgn_group units_of(const sgn_net *net, const sgn_link *w)
{
    sgn_group g = {.units = 1,
                   .rowspan = w->rows,
                   .colspan = w->cols,
                   .unitrows = 1,
                   .bits = net->as.bits,
                   .estimator = (sgn_estimator)net->as.estimator,
                   .progress = 1};
    switch ((sgn_scale_kind)net->as.scale) {
    case SGN_SCALE_GLOBAL:
    case SGN_SCALE_LAYER: break;
    case SGN_SCALE_ROW: g.units = g.unitrows = w->rows, g.rowspan = 1; break;
    case SGN_SCALE_COLUMN: g.units = w->cols, g.colspan = 1; break;
    case SGN_SCALE_BLOCK: span_blocks(net, w, &g); break;
    }
    return g;
}

static void add_scale_row(sgn_net *net, sgn_group *g)
{
    const sgn_constraint *c = net->constraint;
    if (c->scales == SGN_SCALES_NONE) return;
    const sgn_link *first = g->link[0];
    int learned = c->scales != SGN_SCALES_COMPUTED && first->trained;
    char name[SGN_LINK_NAME];
    snprintf(name, sizeof name, "%.9s.scale",
             net->as.scale == SGN_SCALE_GLOBAL ? "all" : first->name);
    sgn_param p =
        add(net,
            (sgn_link){.layer = net->as.scale == SGN_SCALE_GLOBAL ? SGN_LAYER_SHARED : first->layer,
                       .role = c->scales == SGN_SCALES_REAL ? SGN_ROLE_VALUES : SGN_ROLE_SCALE,
                       .rows = g->units,
                       .cols = c->scale_columns ? c->scale_columns(g) : first->planes,
                       .planes = 1,
                       .trained = learned},
            name);
    g->scale = &net->param[p];
}

sgn_status sgn_net_form_groups(sgn_net *net)
{
    size_t n = (size_t)net->nparams;
    net->group = sgn_alloc(n + 1, sizeof *net->group);
    net->memory->member = sgn_alloc(n + 1, sizeof *net->memory->member);
    if (!net->group || !net->memory->member) return SGN_EMEM;
    int members = 0, links = net->nparams;
    for (int p = 0; p < links; p++) {
        sgn_link *w = &net->param[p];
        if (w->role != SGN_ROLE_LINKS) continue;
        int joins = net->as.scale == SGN_SCALE_GLOBAL && net->ngroups > 0;
        net->memory->member[members++] = w;
        if (!joins) {
            sgn_group *g = &net->group[net->ngroups++].links;
            *g = units_of(net, w);
            g->link = &net->memory->member[members - 1];
        }
        net->group[net->ngroups - 1].links.n++;
    }
    for (int i = 0; i < net->ngroups; i++) {
        net->group[i].constraint = net->constraint;
        add_scale_row(net, &net->group[i].links);
    }
    return SGN_OK;
}

/* The support link w shares with one before it in the table, or NULL. */
static sgn_support *shared_support(const sgn_net *net, const sgn_link *w, int plane)
{
    if (!net->as.share_support) return NULL;
    for (const sgn_link *v = net->param; v < w; v++)
        if (v->role == SGN_ROLE_LINKS && !strcmp(v->name, w->name)) return v->support[plane];
    return NULL;
}

static sgn_status new_support(sgn_net *net, const sgn_support_kind *kind, double density,
                              const sgn_link *w, uint64_t seed, sgn_support **out)
{
    const sgn_net_settings *as = &net->as;
    sgn_support_wish wish = {
        net->physics.A, net->physics.blocks, density, as->band, as->keep, as->of,
        as->block,      net->physics.pattern};
    SGN_TRY(sgn_support_new(out, kind, w->rows, w->cols));
    sgn_support *s = *out;
    sgn_rng rng = sgn_rng_stream(seed, SGN_RNG_SUPPORT, 0, (uint32_t)net->nsupports);
    net->support[net->nsupports++] = s;
    if (kind->fill) SGN_TRY(kind->fill(s, &wish, &rng));
    s->density = kind->choose ? density : 0;
    s->moves = kind->follows && w->planes == 1 && w->trained;
    sgn_support_count(s);
    return SGN_OK;
}

/* Outliers are the largest links of each matrix, whatever support the others have. */
static sgn_status form_support(sgn_net *net, const sgn_support_kind *kind, uint64_t seed,
                               sgn_link *w, int plane)
{
    sgn_support **s = &w->support[plane];
    if (plane > 0 && plane == net->constraint->outlier_plane) {
        SGN_TRY(sgn_support_kind_find("magnitude", &kind));
        return new_support(net, kind, net->as.outliers, w, seed, s);
    }
    if (!strcmp(kind->name, "all")) return SGN_OK;
    *s = shared_support(net, w, plane);
    return *s ? SGN_OK : new_support(net, kind, net->as.density, w, seed, s);
}

sgn_status sgn_net_form_supports(sgn_net *net, uint64_t seed)
{
    const sgn_support_kind *kind;
    SGN_TRY(sgn_support_kind_find(net->as.support, &kind));
    net->support = sgn_alloc((size_t)net->nparams * SGN_MAX_PLANES + 1, sizeof *net->support);
    if (!net->support) return SGN_EMEM;
    for (int p = 0; p < net->nparams; p++) {
        sgn_link *w = &net->param[p];
        for (int i = 0; w->role == SGN_ROLE_LINKS && i < w->planes; i++)
            SGN_TRY(form_support(net, kind, seed, w, i));
    }
    return SGN_OK;
}

/* ---- memory --------------------------------------------------------------------------------- */

/* Weights that are their latents, for as long as the network lives, have no memory of their own. */
static size_t weights_of(const sgn_net *net, const sgn_link *w)
{
    int is_its_latent = w->role == SGN_ROLE_LINKS && net->constraint->is_identity &&
                        w->planes == 1 && !w->support[0];
    return is_its_latent ? 0 : sgn_link_size(w);
}

static sgn_status allocate(sgn_net *net)
{
    struct sgn_net_memory *m = net->memory;
    size_t weights = 0;
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        weights += weights_of(net, w);
        m->nlatents += sgn_link_latents(w);
        if (sgn_link_size(w) > m->longest) m->longest = sgn_link_size(w);
    }
    size_t scratch = m->longest * sizeof(sgn_real);
    m->latent = sgn_alloc(m->nlatents, sizeof(sgn_real));
    m->weight = sgn_alloc(weights, sizeof(sgn_real));
    m->scratch = sgn_alloc(scratch > net->constraint->room ? scratch : net->constraint->room, 1);
    m->score = sgn_alloc(m->longest, sizeof(sgn_real));
    return m->latent && m->weight && m->scratch && m->score ? SGN_OK : SGN_EMEM;
}

sgn_status sgn_net_lay_out(sgn_net *net)
{
    SGN_TRY(allocate(net));
    size_t latent = 0, weight = 0;
    for (int p = 0; p < net->nparams; p++) {
        sgn_link *w = &net->param[p];
        w->latent = net->memory->latent + latent;
        w->weight = weights_of(net, w) ? net->memory->weight + weight : w->latent;
        latent += sgn_link_latents(w);
        weight += weights_of(net, w);
    }
    for (int i = 0; i < net->ngroups; i++) net->group[i].links.scratch = net->memory->scratch;
    return sgn_net_lay_gradients(net, SGN_GRADIENTS_APART);
}
