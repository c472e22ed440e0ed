/* What every weight constraint promises, on every kind of scale and of support. */
#include "laws.h"
#include "unroll/group.h"

#include <math.h>
#include <string.h>

static const char *const scales[] = {"global", "layer", "row", "column", "block"};
enum { SCALES = sizeof scales / sizeof *scales };

static const char blocks[] = "problem.kind=block-pm1 problem.blocks=4 network.depth=2";

/* ---- every combination ------------------------------------------------------------------------- */

typedef void (*law)(const model *m, const char *what);

/* On support physics auto is another start. */
static const char *start_of(const sgn_solver *s) { return s->setup ? "analytic" : "he"; }

static void check_one(law check, const sgn_solver *s, const sgn_constraint *k,
                      const sgn_support_kind *on, const char *scale, int planes)
{
    char what[160];
    snprintf(what, sizeof what, "%s, %s, support %s, scale %s, planes %d", s->name, k->name,
             on->name, scale, planes);
    sgn_config c = config_of("%s network.solver=%s weights.constraint=%s weights.support=%s "
                             "weights.scale=%s weights.planes=%d weights.bits=3 "
                             "weights.outliers=0.03 weights.init=%s",
                             blocks, s->name, k->name, on->name, scale, planes, start_of(s));
    model m = model_of(&c);
    check(&m, what);
    model_free(&m);
}

static void check_supports(law check, const sgn_solver *s, const sgn_constraint *k,
                           const char *scale)
{
    for (const sgn_support_kind *const *on = sgn_support_kinds(); *on; on++)
        for (int planes = 1; planes <= (k->sums_planes ? 3 : 1); planes += 2)
            check_one(check, s, k, *on, scale, planes);
}

/* One scale and one support, in turn. */
static void check_some(law check, const sgn_solver *s, const sgn_constraint *k)
{
    static int turn;
    const sgn_support_kind *const *all = sgn_support_kinds();
    int kinds = 0;
    while (all[kinds]) kinds++;
    check_one(check, s, k, all[turn % kinds], scales[turn % SCALES], 3);
    turn++;
}

/* What a constraint promises is about matrices that move. */
static int learns_links(const sgn_solver *s)
{
    for (int i = 0; i < sgn_solver_slots(s); i++)
        if (s->slot[i].kind == SGN_SLOT_LINKS) return s->step && !s->frozen;
    return 0;
}

/* All scales and supports of the first solver, which has matrices of two shapes. */
static void check_all(law check)
{
    int solvers = 0;
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if (!learns_links(*s)) continue;
        for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
            for (int i = 0; i < SCALES; i++)
                if (solvers == 0) check_supports(check, *s, *k, scales[i]);
                else if (i == 0) check_some(check, *s, *k);
        solvers++;
    }
}

/* ---- looking at weights ------------------------------------------------------------------------ */

static const sgn_link *next_matrix(const model *m, const sgn_link *w)
{
    const sgn_link *end = m->net->param + m->net->nparams;
    for (w = w ? w + 1 : m->net->param; w < end; w++)
        if (w->role == SGN_ROLE_LINKS) return w;
    return NULL;
}

#define FOR_EACH_MATRIX(w, m) for (const sgn_link *w = NULL; (w = next_matrix(m, w));)

static sgn_real *copy_of(const sgn_real *v, size_t n)
{
    sgn_real *copy = sgn_alloc(n, sizeof *copy);
    return memcpy(copy, v, n * sizeof *copy);
}

static int exists(const sgn_link *w, size_t i)
{
    for (int p = 0; p < w->planes; p++)
        if (!w->support[p] || w->support[p]->on[i]) return 1;
    return 0;
}

/* ---- projecting -------------------------------------------------------------------------------- */

static void quantise(sgn_net *net)
{
    for (int i = 0; i < net->ngroups; i++)
        sgn_group_quantise(&net->group[i].links, net->group[i].constraint);
}

static void check_idempotent(const model *m, const char *what)
{
    shake(m->net, 0.05);
    sgn_net_choose_supports(m->net);
    sgn_net_project(m->net, NULL);
    sgn_real *once = copy_weights(m->net);
    quantise(m->net);
    sgn_net_project(m->net, NULL);
    double moved = weights_moved(m->net, once);
    cr_expect_lt(moved, 1e-12, "%s: %g", what, moved);
    sgn_free(once);
}

Test(constraints, projecting_what_was_projected_changes_nothing) { check_all(check_idempotent); }

static void check_absent(const model *m, const char *what)
{
    shake(m->net, 0.05);
    size_t absent = 0;
    FOR_EACH_MATRIX(w, m)
    for (size_t i = 0; i < sgn_link_size(w); i++)
        if (!exists(w, i)) {
            absent++;
            cr_expect_eq(w->weight[i], 0, "%s: %s[%zu] of layer %d", what, w->name, i, w->layer);
        }
    cr_expect(absent > 0 || !strcmp(m->config.net.support, "all") || m->config.net.planes > 1,
              "%s: nothing to see", what);
}

Test(constraints, links_off_the_support_do_not_exist) { check_all(check_absent); }

/* ---- codes ------------------------------------------------------------------------------------- */

/* What the codes say about entry i: those of its latents, or (shift + i) modulo their number. */
static sgn_real decoded(const sgn_net_group *g, const sgn_link *w, size_t i, int shift)
{
    const sgn_constraint *c = g->constraint;
    int unit = sgn_unit_of(&g->links, w, i);
    sgn_real sum = 0;
    for (int p = 0; p < w->planes; p++) {
        int levels = c->code(&g->links, p).levels;
        if (!sgn_plane_has(w, p, i)) continue;
        if (!levels) sum += *sgn_plane(w, p, i);
        else if (shift >= 0) sum += c->value(&g->links, unit, p, (shift + (int)i) % levels);
        else sum += c->value(&g->links, unit, p, c->level(&g->links, w, p, i));
    }
    return sum;
}

static void expect_decoded(const model *m, const char *what, int shift)
{
    for (int i = 0; i < m->net->ngroups; i++)
        for (int k = 0; k < m->net->group[i].links.n; k++) {
            const sgn_link *w = m->net->group[i].links.link[k];
            size_t wrong = 0;
            for (size_t e = 0; e < sgn_link_size(w); e++)
                wrong += w->weight[e] != decoded(&m->net->group[i], w, e, shift);
            cr_expect_eq(wrong, 0, "%s: %zu links of %s", what, wrong, w->name);
        }
}

/* What a device holds is the codes. */
static void check_codes(const model *m, const char *what)
{
    shake(m->net, 0.05);
    expect_decoded(m, what, -1);
}

Test(constraints, a_weight_is_the_sum_of_what_its_codes_stand_for) { check_all(check_codes); }

static void set_codes(const sgn_net_group *g, int shift)
{
    for (int k = 0; k < g->links.n; k++) {
        const sgn_link *w = g->links.link[k];
        for (int p = 0; p < w->planes; p++) {
            int levels = g->constraint->code(&g->links, p).levels;
            for (size_t i = 0; levels && i < sgn_link_size(w); i++)
                g->constraint->set(&g->links, w, p, i, (shift + (int)i) % levels);
        }
    }
}

/* Computed scales follow the codes; they settle for those they had. */
static void check_set(const model *m, const char *what)
{
    sgn_scales kind = m->net->constraint->scales;
    if (kind != SGN_SCALES_LEARNED && kind != SGN_SCALES_REAL) return;
    shake(m->net, 0.05);
    int levels = m->net->constraint->code(&m->net->group->links, 0).levels;
    for (int shift = 0; shift < levels; shift++) {
        for (int i = 0; i < m->net->ngroups; i++) set_codes(&m->net->group[i], shift);
        sgn_net_project(m->net, NULL);
        expect_decoded(m, what, shift);
    }
}

Test(constraints, a_code_that_is_set_is_the_code_of_the_weight) { check_all(check_set); }

/* ---- magnitudes -------------------------------------------------------------------------------- */

/* Entry (i, j)'s scale unit, for a matrix of four blocks of rows. */
static int unit_of(const model *m, const sgn_link *w, int i, int j)
{
    switch ((sgn_scale_kind)m->config.net.scale) {
    case SGN_SCALE_ROW: return i;
    case SGN_SCALE_COLUMN: return j;
    case SGN_SCALE_BLOCK: return i / (w->rows / 4);
    case SGN_SCALE_GLOBAL:
    case SGN_SCALE_LAYER: break;
    }
    return 0;
}

/* Links of one unit are 0 or of one magnitude; returns how many magnitudes there are. */
static int magnitudes(const model *m, const sgn_link *w, const char *what)
{
    double of_unit[32] = {0};
    int found = 0;
    for (int j = 0; j < w->cols; j++)
        for (int i = 0; i < w->rows; i++) {
            double size = fabs(w->weight[i + j * w->rows]);
            double *wanted = &of_unit[unit_of(m, w, i, j)];
            if (size == 0) continue;
            found += *wanted == 0;
            if (*wanted == 0) *wanted = size;
            cr_expect_eq(size, *wanted, "%s: %s[%d, %d]", what, w->name, i, j);
        }
    for (int a = 0; a < 32; a++)
        for (int b = 0; b < a; b++)
            cr_expect(of_unit[a] == 0 || of_unit[a] != of_unit[b], "%s: units %d, %d", what, a, b);
    return found;
}

static void check_units(const model *m, const char *what)
{
    int levels = m->net->constraint->code(&m->net->group->links, 0).levels;
    if (levels < 2 || levels > 3 || m->net->as.planes > 1) return;
    shake(m->net, 0.05);
    int many = m->config.net.scale > SGN_SCALE_LAYER;
    FOR_EACH_MATRIX(w, m)
    {
        int found = magnitudes(m, w, what);
        cr_expect(many ? found > 1 : found == 1, "%s: %d magnitudes", what, found);
    }
}

Test(constraints, links_of_one_scale_have_one_magnitude) { check_all(check_units); }

/* ---- starting ---------------------------------------------------------------------------------- */

/* |W - target|^2 and |target|^2 over all link matrices; the unconstrained network is the target. */
static void distances(const model *m, const model *target, double *from_target, double *from_zero)
{
    const sgn_link *t = NULL;
    *from_target = *from_zero = 0;
    FOR_EACH_MATRIX(w, m)
    {
        t = next_matrix(target, t);
        for (size_t i = 0; i < sgn_link_size(w); i++) {
            double d = w->weight[i] - t->weight[i];
            *from_target += d * d;
            *from_zero += t->weight[i] * t->weight[i];
        }
    }
}

static void check_start(const model *m, const char *what)
{
    double ours, zeros;
    sgn_config c = m->config;
    snprintf(c.net.constraint, sizeof c.net.constraint, "full");
    snprintf(c.net.support, sizeof c.net.support, "all");
    model target = model_of(&c);
    distances(m, &target, &ours, &zeros);
    cr_expect_lt(ours, zeros, "%s: %g and %g", what, ours, zeros);
    model_free(&target);
}

Test(constraints, the_start_is_nearer_to_its_target_than_zero_is) { check_all(check_start); }

static void check_frozen_start(const model *m, const char *what)
{
    sgn_config c = m->config;
    c.net.frozen = 1;
    model frozen = model_of(&c);
    check_start(&frozen, what);
    model_free(&frozen);
}

Test(constraints, a_frozen_start_is_nearer_too) { check_all(check_frozen_start); }

/* ---- pulling back ------------------------------------------------------------------------------ */

typedef struct {
    const model *m;
    sgn_real *slope;  // (weights of the whole network), owned
} linear;

/* <slope, W>, over the link matrices */
static double value(void *linear_)
{
    const linear *f = linear_;
    double sum = 0;
    sgn_net_project(f->m->net, NULL);
    FOR_EACH_MATRIX(w, f->m)
    for (size_t i = 0; i < sgn_link_size(w); i++)
        sum += f->slope[weights_before(f->m->net, w) + i] * w->weight[i];
    return sum;
}

/* Random latents, and a random gradient of the weights pulled back to them; slope is a copy of it. */
static linear pulled_back(const model *m)
{
    size_t n = weights_of(m->net);
    shake(m->net, 0.05);
    fill_normal(m->net->param->dweight, n, 1, 7);
    linear f = {m, copy_of(m->net->param->dweight, n)};
    sgn_net_pullback(m->net, NULL);
    return f;
}

static void check_scales(const model *m, const char *what)
{
    if (m->net->constraint->estimates_scales) return;
    linear f = pulled_back(m);
    sgn_real slope = 0;
    for (int p = 0; p < m->net->nparams; p++) {
        const sgn_link *w = &m->net->param[p];
        if ((w->role != SGN_ROLE_SCALE && w->role != SGN_ROLE_VALUES) || !w->trained) continue;
        sgn_real *gradient = copy_of(w->dlatent, sgn_link_size(w));
        double error = gradient_error(value, &f, w->latent, gradient, sgn_link_size(w));
        cr_expect_lt(error, 1e-6, "%s, %s of layer %d: %g", what, w->name, w->layer, error);
        for (size_t i = 0; i < sgn_link_size(w); i++)
            slope = (sgn_real)fmax(slope, fabs(gradient[i]));
        sgn_free(gradient);
    }
    cr_expect(slope > 0 || m->net->constraint->scales != SGN_SCALES_LEARNED, "%s", what);
    sgn_free(f.slope);
}

Test(constraints, the_gradient_of_a_learned_scale_is_a_central_difference)
{
    check_all(check_scales);
}

/* Where the support moves, an absent link has to feel what it would do. */
static void check_absent_gradients(const model *m, const char *what)
{
    linear f = pulled_back(m);
    FOR_EACH_MATRIX(w, m)
    for (int p = 0; p < w->planes; p++)
        for (size_t i = 0; w->support[p] && !w->support[p]->moves && i < sgn_link_size(w); i++)
            cr_expect(w->support[p]->on[i] || w->dlatent[(size_t)p * sgn_link_size(w) + i] == 0,
                      "%s: %s[%zu] of layer %d", what, w->name, i, w->layer);
    sgn_free(f.slope);
}

Test(constraints, links_off_a_fixed_support_are_not_learned) { check_all(check_absent_gradients); }

/* ---- relations --------------------------------------------------------------------------------- */

static void hash_with(const char *support, const char *constraint, int planes, char hash[33])
{
    sgn_config c = config_of("%s weights.support=%s weights.density=0.5 weights.constraint=%s "
                             "weights.planes=%d",
                             blocks, support, constraint, planes);
    model m = model_of(&c);
    shake(m.net, 0.05);
    sgn_net_hash(m.net, hash);
    model_free(&m);
}

Test(constraints, a_sum_of_one_plane_is_one_bit)
{
    for (const sgn_support_kind *const *on = sgn_support_kinds(); *on; on++) {
        char sign[33], one[33], two[33];
        hash_with((*on)->name, "onebit", 1, sign);
        hash_with((*on)->name, "planes", 1, one);
        hash_with((*on)->name, "planes", 2, two);
        cr_expect_str_eq(sign, one, "support %s", (*on)->name);
        cr_expect_str_neq(sign, two, "support %s", (*on)->name);
    }
}
