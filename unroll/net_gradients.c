/* net_gradients.c -- where the gradients of link matrices are, and for how long.
 *
 * All at once they take as much memory as the links.  It can be that of the weights, which nothing reads
 * between the last product of a backward pass and their next projection.  An optimiser can also be done with
 * one matrix before it looks at the next (Lv et al. 2023, arXiv:2306.09782), so that gradients exist turn by
 * turn in the memory of the largest.
 *
 * A turn is some groups in a row, and also what is formed, pulled back and measured together, before
 * the cache forgets it.
 */
#include "core/memory.h"
#include "unroll/net_build.h"

#include <string.h>

/* Threads meet after every turn, so that there are no more than about so many, and none for less than a few
   reals. */
enum { MOST_TURNS = 32 };
static const size_t least_reals = 1 << 15;

static int is_links(const sgn_link *w) { return w->role == SGN_ROLE_LINKS; }
static int is_scalar(const sgn_link *w) { return !is_links(w) && w->role != SGN_ROLE_PHYSICS; }

/* ---- turns ------------------------------------------------------------------------------------- */

int sgn_net_turns(const sgn_net *net) { return net->memory->turns; }
sgn_turn sgn_net_turn_at(const sgn_net *net, int i) { return net->memory->turn[i]; }

static size_t group_reals(const sgn_group *g)
{
    size_t reals = 0;
    for (int k = 0; k < g->n; k++) reals += sgn_link_size(g->link[k]);
    return reals;
}

/* Reals of a turn, unless a single group has more. */
static size_t turn_reals(const sgn_net *net)
{
    size_t reals = 0;
    for (int i = 0; i < net->ngroups; i++) reals += group_reals(&net->group[i].links);
    return reals / MOST_TURNS > least_reals ? reals / MOST_TURNS : least_reals;
}

static sgn_turn turn_of_groups(const sgn_net *net, int first, int end)
{
    const sgn_group *a = &net->group[first].links, *b = &net->group[end - 1].links;
    return (sgn_turn){first, end - first, (sgn_param)(a->link[0] - net->param),
                      (sgn_param)(b->link[b->n - 1] - net->param) + 1};
}

/* One that is empty where there are no groups: scalars have to go somewhere. */
static sgn_status plan(const sgn_net *net)
{
    struct sgn_net_memory *m = net->memory;
    if (m->turn) return SGN_OK;
    m->turn = sgn_alloc((size_t)net->ngroups + 1, sizeof *m->turn);
    if (!m->turn) return SGN_EMEM;
    size_t most = turn_reals(net);
    for (int first = 0, end; first < net->ngroups; first = end) {
        size_t reals = group_reals(&net->group[first].links);
        for (end = first + 1; end < net->ngroups; end++) {
            reals += group_reals(&net->group[end].links);
            if (reals > most) break;
        }
        m->turn[m->turns++] = turn_of_groups(net, first, end);
    }
    if (!net->ngroups) m->turns = 1;
    return SGN_OK;
}

/* ---- memory ------------------------------------------------------------------------------------ */

typedef struct {
    size_t dweight, dlatent;  // reals; dlatent: of sums of planes only
} room;

/* Gives link w the next place, where there is a slab to give it in; otherwise counts. */
static void place(const struct sgn_net_memory *m, sgn_link *w, room *at)
{
    size_t planes = w->planes > 1 ? sgn_link_latents(w) : 0;
    int in_weights =
        m->gradients == SGN_GRADIENTS_IN_WEIGHTS && is_links(w) && w->weight != w->latent;
    if (m->dweight) {
        w->dweight = in_weights ? w->weight : m->dweight + at->dweight;
        w->dlatent = planes ? m->dlatent + at->dlatent : w->dweight;
    }
    at->dweight += in_weights ? 0 : sgn_link_size(w);
    at->dlatent += planes;
}

static room place_at_once(sgn_net *net)
{
    room at = {0, 0};
    for (int p = 0; p < net->nparams; p++) place(net->memory, &net->param[p], &at);
    return at;
}

/* What is no matrix has its gradient all the time; a matrix that is no link never. */
static room place_by_turns(sgn_net *net)
{
    const struct sgn_net_memory *m = net->memory;
    room rest = {0, 0}, most = {0, 0};
    for (int p = 0; p < net->nparams; p++)
        if (is_scalar(&net->param[p])) place(m, &net->param[p], &rest);
    for (int i = 0; i < m->turns; i++) {
        room at = rest;
        for (sgn_param p = m->turn[i].first; p < m->turn[i].end; p++)
            if (is_links(&net->param[p])) place(m, &net->param[p], &at);
        if (at.dweight > most.dweight) most.dweight = at.dweight;
        if (at.dlatent > most.dlatent) most.dlatent = at.dlatent;
    }
    return most;
}

static room place_all(sgn_net *net)
{
    int by_turns = net->memory->gradients == SGN_GRADIENTS_BY_TURNS;
    return by_turns ? place_by_turns(net) : place_at_once(net);
}

sgn_status sgn_net_lay_gradients(sgn_net *net, sgn_gradients how)
{
    struct sgn_net_memory *m = net->memory;
    if (m->dweight && m->gradients == how) return SGN_OK;
    SGN_TRY(plan(net));
    sgn_free(m->dweight);
    sgn_free(m->dlatent);
    m->dweight = m->dlatent = NULL;
    m->gradients = how;
    room size = place_all(net);
    m->dweight = sgn_alloc(size.dweight + 1, sizeof *m->dweight);
    m->dlatent = sgn_alloc(size.dlatent + 1, sizeof *m->dlatent);
    if (!m->dweight || !m->dlatent) return SGN_EMEM;
    place_all(net);
    return SGN_OK;
}

/* ---- forming and pulling back ------------------------------------------------------------------ */

void sgn_net_form_gradients(sgn_net *net, sgn_pool *pool, int turn)
{
    sgn_turn t = sgn_net_turn_at(net, turn);
    sgn_tape_form_gradients(net->tape, pool, t.first, t.end);
}

/* A stand-in has one plane; the others rest. */
static void rest(const sgn_group *g)
{
    for (int k = 0; k < g->n; k++)
        if (g->link[k]->dlatent != g->link[k]->dweight)
            memset(g->link[k]->dlatent, 0, sgn_link_latents(g->link[k]) * sizeof(sgn_real));
    if (g->scale) memset(g->scale->dweight, 0, sgn_link_size(g->scale) * sizeof(sgn_real));
}

/* Of what is learned as its logarithm. */
static void pull_log(const sgn_link *w)
{
    for (size_t i = 0; i < sgn_link_size(w); i++) w->dlatent[i] = w->dweight[i] * w->weight[i];
}

typedef struct {
    const sgn_net *net;
    sgn_turn turn;
    int in_parts;  // groups that can be are left to others
} pulling;

static void pull_scale(const sgn_group *g)
{
    if (g->scale && g->scale->role == SGN_ROLE_SCALE) pull_log(g->scale);
}

static void pull_group(void *pulling_, int i)
{
    const pulling *p = pulling_;
    const sgn_net_group *group = &p->net->group[p->turn.group + i];
    if (p->in_parts && sgn_net_pulls_parts(p->net, p->turn.group + i)) return;
    if (p->net->stand_in) rest(&group->links);
    group->constraint->pullback(&group->links);
    pull_scale(&group->links);
}

static void pull_turn(const sgn_net *net, sgn_pool *pool, int turn, int in_parts)
{
    pulling p = {net, sgn_net_turn_at(net, turn), in_parts};
    sgn_pool_run(pool, pull_group, &p, p.turn.groups);
}

void sgn_net_pull_turn(sgn_net *net, sgn_pool *pool, int turn) { pull_turn(net, pool, turn, 1); }

int sgn_net_pulls_parts(const sgn_net *net, int group)
{
    const sgn_group *g = &net->group[group].links;
    int can = net->group[group].constraint->pull_part && g->units == 1;
    for (int k = 0; can && k < g->n; k++) can = g->link[k]->planes == 1 && g->link[k]->trained;
    return can;
}

double sgn_net_pull_part(const sgn_net *net, int group, const sgn_link *w, size_t first, size_t n)
{
    return net->group[group].constraint->pull_part(&net->group[group].links, w, first, n);
}

void sgn_net_set_scale_gradient(sgn_net *net, int group, double dweight)
{
    const sgn_group *g = &net->group[group].links;
    g->scale->dweight[0] = (sgn_real)dweight;
    pull_scale(g);
}

void sgn_net_pull_scalars(sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++)
        if (net->param[p].role == SGN_ROLE_POSITIVE) pull_log(&net->param[p]);
}

void sgn_net_pullback(sgn_net *net, sgn_pool *pool)
{
    for (int i = 0; i < sgn_net_turns(net); i++) pull_turn(net, pool, i, 0);
    sgn_net_pull_scalars(net);
}
