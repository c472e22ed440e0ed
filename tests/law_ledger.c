/* What the ledger promises of every constraint, support and scale: bits and operations counted once
   more, from the codes, the places of the links and the weights themselves. */
#include "unroll/ledger.h"

#include "unroll/deploy.h"
#include "unroll/group.h"
#include "unroll/operations.h"

#include "laws.h"

#include <math.h>
#include <string.h>

enum { REAL = 32 };

static const char *const scales[] = {"global", "layer", "row", "column", "block"};
enum { SCALES = sizeof scales / sizeof *scales };

typedef void (*law)(const model *m, const char *what);

/* Constraint, support and scale with supports of their own for every layer: nothing is shared but by a
   global scale. */
static void check_one(law check, const sgn_solver *solver, const sgn_constraint *k,
                      const sgn_support_kind *on, const char *scale)
{
    char what[160];
    snprintf(what, sizeof what, "%s, %s, support %s, scale %s", solver->name, k->name, on->name,
             scale);
    sgn_config c =
        config_of("problem.kind=block-pm1 problem.blocks=4 network.solver=%s weights.constraint=%s "
                  "weights.support=%s weights.scale=%s weights.planes=3 weights.init=%s "
                  "weights.share_support=false network.step_size=on",
                  solver->name, k->name, on->name, scale, solver->setup ? "analytic" : "he");
    model m = model_of(&c);
    check(&m, what);
    model_free(&m);
}

static void check_all(law check)
{
    const sgn_solver *solver;
    OK(sgn_solver_find("lista-cp", &solver));
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
        for (const sgn_support_kind *const *on = sgn_support_kinds(); *on; on++)
            for (int i = 0; i < SCALES; i++) check_one(check, solver, *k, *on, scales[i]);
}

static const sgn_net_group *group_of(const sgn_net *net, const sgn_link *w)
{
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++)
            if (net->group[i].links.link[k] == w) return &net->group[i];
    cr_assert_fail("%s is in no group", w->name);
    return NULL;
}

static const sgn_link *next_matrix(const model *m, const sgn_link *w)
{
    const sgn_link *end = m->net->param + m->net->nparams;
    for (w = w ? w + 1 : m->net->param; w < end; w++)
        if (w->role == SGN_ROLE_LINKS) return w;
    return NULL;
}

#define FOR_EACH_MATRIX(w, m) for (const sgn_link *w = NULL; (w = next_matrix(m, w));)

/* ---- bits -------------------------------------------------------------------------------------- */

static int bits_of(int base, size_t digits)
{
    int bits = 0;
    while (ldexp(1, bits) < pow(base, (double)digits)) bits++;
    return bits;
}

/* As many digits as fit go to a word of 64 bits; the last word is as short as it can be. */
static double digits(int base, size_t count)
{
    size_t fit = 1;
    while (bits_of(base, fit + 1) <= 64) fit++;
    return (double)(count / fit) * bits_of(base, fit) + bits_of(base, count % fit);
}

static double links_on(const sgn_link *w, int p)
{
    double links = 0;
    for (size_t i = 0; i < sgn_link_size(w); i++) links += sgn_plane_has(w, p, i);
    return links;
}

static sgn_code code_of(const model *m, const sgn_link *w, int p)
{
    const sgn_net_group *g = group_of(m->net, w);
    return g->constraint->code(&g->links, p);
}

/* A code that says itself which links are off is there for all that might be on. */
static double codes_of(const model *m, const sgn_link *w, int p)
{
    int chosen = w->support[p] && !w->support[p]->derived;
    return chosen && !code_of(m, w, p).stores_support ? (double)sgn_link_size(w) : links_on(w, p);
}

static double sign_bits(const model *m)
{
    double bits = 0;
    FOR_EACH_MATRIX(w, m)
    for (int p = 0; p < w->planes; p++) {
        int levels = code_of(m, w, p).levels;
        double codes = codes_of(m, w, p);
        bits += levels ? digits(levels, (size_t)codes) : REAL * codes;
    }
    return bits;
}

/* What a support takes when it is written, and that it is the same when it was read. */
static double written(sgn_support *s, const char *what)
{
    uint8_t byte[1024] = {0}, on[512];
    size_t size = (size_t)s->rows * (size_t)s->cols;
    sgn_bitstream to = {.byte = byte, .capacity = sizeof byte * 8};
    sgn_support_put(s, &to);
    sgn_bitstream from = {.byte = byte, .capacity = to.at};
    memcpy(on, s->on, size);
    memset(s->on, 0, size);
    OK(sgn_support_get(s, &from));
    cr_expect_arr_eq(s->on, on, size, "%s: the places survive", what);
    return (double)to.at;
}

static double support_bits(const model *m, const char *what)
{
    double bits = 0;
    FOR_EACH_MATRIX(w, m)
    for (int p = 0; p < w->planes; p++)
        if (w->support[p] && !w->support[p]->derived && code_of(m, w, p).stores_support)
            bits += written(w->support[p], what);
    return bits;
}

static double numbers(const model *m, int of_scales)
{
    double all = 0;
    for (int p = 0; p < m->net->nparams; p++) {
        const sgn_link *w = &m->net->param[p];
        int is_scale = w->role == SGN_ROLE_SCALE || w->role == SGN_ROLE_VALUES;
        if (w->role != SGN_ROLE_LINKS && is_scale == of_scales) all += (double)sgn_link_size(w);
    }
    return all;
}

static void check_bits(const model *m, const char *what)
{
    sgn_ledger l;
    sgn_ledger_of(m->net, &l);
    cr_expect_eq(l.stored.sign, sign_bits(m), "%s: sign %g", what, l.stored.sign);
    cr_expect_eq(l.stored.support, support_bits(m, what), "%s: support %g", what, l.stored.support);
    cr_expect_eq(l.stored.scale, REAL * numbers(m, 1), "%s: scale %g", what, l.stored.scale);
    cr_expect_eq(l.stored.scalar, REAL * numbers(m, 0), "%s: scalar %g", what, l.stored.scalar);
    cr_expect_eq(sgn_ledger_stored(&l),
                 l.stored.sign + l.stored.support + l.stored.scale + l.stored.scalar, "%s", what);
}

Test(ledger, every_bit_is_counted_once) { check_all(check_bits); }

/* Of ternary links those that are 0 are off. */
static int is_on(const model *m, const sgn_link *w, int p, size_t entry)
{
    return code_of(m, w, p).stores_support ? sgn_plane_has(w, p, entry) : w->weight[entry] != 0;
}

static void check_counts(const model *m, const char *what)
{
    sgn_ledger l;
    double links = 0, active = 0, codes = 0;
    FOR_EACH_MATRIX(w, m)
    {
        links += (double)sgn_link_size(w);
        for (size_t i = 0; i < sgn_link_size(w); i++) {
            int on = 0;
            for (int p = 0; p < w->planes; p++) on |= is_on(m, w, p, i);
            active += on;
        }
        for (int p = 0; p < w->planes; p++) codes += codes_of(m, w, p);
    }
    sgn_ledger_of(m->net, &l);
    cr_expect_eq(l.links, links, "%s: links %g", what, l.links);
    cr_expect_eq(l.weights, links, "%s: weights %g", what, l.weights);
    cr_expect_eq(l.active_links, active, "%s: active %g", what, l.active_links);
    cr_expect_eq(l.parameters, codes + numbers(m, 0) + numbers(m, 1), "%s: parameters %g", what,
                 l.parameters);
    cr_expect_eq(l.real_bits, REAL * (links + numbers(m, 0)), "%s: real %g", what, l.real_bits);
}

Test(ledger, links_and_numbers_are_what_the_table_holds) { check_all(check_counts); }

/* ---- operations -------------------------------------------------------------------------------- */

static double links_at_work(const model *m, const sgn_link *w, int p)
{
    double links = 0;
    for (size_t i = 0; i < sgn_link_size(w); i++) links += is_on(m, w, p, i);
    return links;
}

/* Values -s, s and, between them, 0. */
static int are_signs(const model *m, const sgn_link *w, int p)
{
    const sgn_net_group *g = group_of(m->net, w);
    int levels = code_of(m, w, p).levels;
    if (levels != 2 && levels != 3) return 0;
    return g->constraint->value(&g->links, 0, p, 0) ==
           -g->constraint->value(&g->links, 0, p, levels - 1);
}

/* Pairs of a row and a unit with a link in common; one for a unit of a single column. */
static double sums(const model *m, const sgn_link *w, int p)
{
    const sgn_group *g = &group_of(m->net, w)->links;
    double all = 0;
    int counted[512] = {0};
    int one_column = g->units > 1 && g->colspan == 1;
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        int unit = sgn_unit_of(g, w, i), row = one_column ? 0 : (int)(i % (size_t)w->rows);
        int at = w->rows * unit + row;
        if (is_on(m, w, p, i) && !counted[at]) counted[at] = 1, all++;
    }
    return all;
}

/* What is left when the products with links are taken away: the same for every network of these laws,
   as the iteration does the same to the vectors. */
static void check_operations(const model *m, const char *what)
{
    static double additions = -1, multiplications = -1;
    sgn_operations o;
    sgn_operations_of(m->net, &o);
    FOR_EACH_MATRIX(w, m)
    for (int p = 0; p < w->planes; p++) {
        double links = links_at_work(m, w, p);
        o.additions -= links;
        o.multiplications -= are_signs(m, w, p) ? sums(m, w, p) : links;
    }
    if (additions < 0) additions = o.additions, multiplications = o.multiplications;
    cr_expect_eq(o.additions, additions, "%s: %g additions", what, o.additions);
    cr_expect_eq(o.multiplications, multiplications, "%s: %g multiplications", what,
                 o.multiplications);
}

Test(operations, a_sign_adds_and_any_other_link_multiplies_and_adds)
{
    check_all(check_operations);
}

/* Each matrix of these networks has one layer, each scale but a global one likewise. */
static void check_reads(const model *m, const char *what)
{
    sgn_ledger l;
    sgn_operations o;
    sgn_ledger_of(m->net, &l);
    sgn_operations_of(m->net, &o);
    double again = m->config.net.scale == SGN_SCALE_GLOBAL ? 2 * l.stored.scale : 0;
    cr_expect_eq(o.weight_bits, sgn_ledger_stored(&l) + again, "%s: %g bits", what, o.weight_bits);
}

Test(operations, what_is_stored_is_read_once_by_the_layer_that_uses_it) { check_all(check_reads); }

/* ---- deployed ---------------------------------------------------------------------------------- */

static void expect_same(const sgn_net *net, const sgn_net *deployed, const char *what)
{
    sgn_ledger l[2];
    sgn_operations o[2];
    sgn_ledger_of(net, &l[0]), sgn_ledger_of(deployed, &l[1]);
    sgn_operations_of(net, &o[0]), sgn_operations_of(deployed, &o[1]);
    cr_expect_arr_eq(&l[0], &l[1], sizeof *l, "%s: bits", what);
    cr_expect_arr_eq(&o[0], &o[1], sizeof *o, "%s: operations", what);
}

static double bits_of_part(const sgn_net *net, sgn_part part)
{
    sgn_bitstream count = {0};
    sgn_part_put(net, part, &count);
    return (double)count.at;
}

/* Every bit that is charged is written, and a network made of these bits is charged the same. */
static void check_deployed(const model *m, const char *what)
{
    sgn_ledger l;
    sgn_image image;
    sgn_net *deployed;
    sgn_ledger_of(m->net, &l);
    cr_expect_eq(bits_of_part(m->net, SGN_PART_CODES), l.stored.sign, "%s", what);
    cr_expect_eq(bits_of_part(m->net, SGN_PART_SUPPORTS), l.stored.support, "%s", what);
    cr_expect_eq(bits_of_part(m->net, SGN_PART_SCALES), l.stored.scale, "%s", what);
    cr_expect_eq(bits_of_part(m->net, SGN_PART_SCALARS), l.stored.scalar, "%s", what);
    OK(sgn_image_of(&image, m->net, 0));
    OK(sgn_net_of_image(&deployed, &m->config.net, m->net->solver, &m->problem->physics, 1,
                        m->config.seed, &image));
    expect_same(m->net, deployed, what);
    sgn_net_free(deployed);
    sgn_image_free(&image);
}

Test(ledger, a_deployed_network_is_the_bits_that_were_charged) { check_all(check_deployed); }

/* ---- solvers ----------------------------------------------------------------------------------- */

/* No operation of any solver is free, but to multiply by what the ledger prices. */
static void check_works(const model *m, const char *what)
{
    for (sgn_var v = 0; v < sgn_tape_length(m->net->tape); v++) {
        sgn_work k = sgn_tape_work(m->net->tape, v);
        if (sgn_tape_is_zero(m->net->tape, v) || v == m->net->y) continue;
        int by_matrix =
            k.by_A || (k.p != SGN_NO_PARAM && (m->net->param[k.p].role == SGN_ROLE_LINKS ||
                                               m->net->param[k.p].role == SGN_ROLE_PHYSICS));
        cr_expect(by_matrix || k.multiplications + k.additions > 0, "%s: value %d", what, v);
    }
}

static void check_stored(const model *m, const char *what)
{
    sgn_ledger l;
    sgn_operations o;
    sgn_ledger_of(m->net, &l);
    sgn_operations_of(m->net, &o);
    double read = o.weight_bits + o.physics_bits, held = sgn_ledger_stored(&l) + l.physics_bits;
    cr_expect_geq(read, held, "%s: what nobody reads is not held", what);
    cr_expect(l.active_links <= l.links && l.weights <= l.links, "%s", what);
    cr_expect(isfinite(sgn_operations_energy(&o, SGN_MEMORY_DRAM)) && o.additions > 0, "%s", what);
    check_works(m, what);
}

Test(operations, every_solver_reads_all_it_stores_and_nothing_it_does_is_free)
{
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++)
        for (const sgn_constraint *const *k = sgn_constraints(); *k && (*s)->step; k++)
            check_one(check_stored, *s, *k, *sgn_support_kinds(), "layer");
}
