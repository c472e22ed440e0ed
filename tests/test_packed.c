/* A network put into bits and taken out again: it costs what the ledger says, and computes what it did. */
#include "core/bits.h"
#include "io/container.h"
#include "io/packed_file.h"
#include "laws.h"
#include "unroll/deploy.h"
#include "unroll/group.h"
#include "unroll/packed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 5 };

static const char *const scales[] = {"global", "layer", "row", "column", "block"};
enum { SCALES = sizeof scales / sizeof *scales };

/* ---- every combination ------------------------------------------------------------------------- */

typedef void law(const model *m, const char *what);

static void check_one(law *check, const char *fixed, const char *constraint, const char *support,
                      const char *scale)
{
    char what[256];
    snprintf(what, sizeof what, "%s, %s, support %s, scale %s", fixed, constraint, support, scale);
    sgn_config c = config_of("%s weights.constraint=%s weights.support=%s weights.scale=%s "
                             "weights.planes=3 weights.bits=3 weights.outliers=0.03",
                             fixed, constraint, support, scale);
    model m = model_of(&c);
    shake(m.net, 0.05);
    check(&m, what);
    model_free(&m);
}

static void check_all(law *check, const char *fixed)
{
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
        for (const sgn_support_kind *const *s = sgn_support_kinds(); *s; s++)
            for (int i = 0; i < SCALES; i++)
                check_one(check, fixed, (*k)->name, (*s)->name, scales[i]);
}

static void check_constraints(law *check, const char *fixed, const char *support)
{
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
        check_one(check, fixed, (*k)->name, support, "layer");
}

static const char blocks[] = "problem.kind=block-pm1 problem.blocks=4";
static const char odd[] = "problem.m=37 problem.n=70 weights.block=8";

static const sgn_solver *solver_of(const model *m)
{
    const sgn_solver *s;
    OK(sgn_solver_find(m->config.net.solver, &s));
    return s;
}

static sgn_net *deployed(const model *m, int with_physics)
{
    sgn_image image;
    sgn_net *net;
    OK(sgn_image_of(&image, m->net, with_physics));
    OK(sgn_net_of_image(&net, &m->net->as, solver_of(m), &m->problem->physics, BATCH,
                        m->config.seed, &image));
    sgn_image_free(&image);
    return net;
}

/* ---- what it costs ----------------------------------------------------------------------------- */

static double bits_of(const sgn_net *net, sgn_part part)
{
    sgn_bitstream count = {0};
    sgn_part_put(net, part, &count);
    return (double)count.at;
}

static void costs_what_it_takes(const model *m, const char *what)
{
    sgn_ledger l;
    sgn_ledger_of(m->net, &l);
    cr_expect_eq(l.stored.sign, bits_of(m->net, SGN_PART_CODES), "%s: codes", what);
    cr_expect_eq(l.stored.support, bits_of(m->net, SGN_PART_SUPPORTS), "%s: supports", what);
    cr_expect_eq(l.stored.scale, bits_of(m->net, SGN_PART_SCALES), "%s: scales", what);
    cr_expect_eq(l.stored.scalar, bits_of(m->net, SGN_PART_SCALARS), "%s: scalars", what);
}

Test(packed, every_part_takes_the_bits_that_the_ledger_charges)
{
    check_all(costs_what_it_takes, blocks);
    check_constraints(costs_what_it_takes, odd, "magnitude");
    check_constraints(costs_what_it_takes, "weights.frozen=true", "all");
    check_constraints(costs_what_it_takes, "network.physics_term=analytic", "nm");
    check_constraints(costs_what_it_takes, "network.tied=true weights.share_support=false",
                      "magnitude");
}

/* ---- what it computes --------------------------------------------------------------------------- */

/* The estimates for the same measurements, as if they were to be thresholded no further. */
static double difference(sgn_net *a, sgn_net *b, int cols)
{
    fill_normal(sgn_net_input(a).at, (size_t)a->m * (size_t)cols, 1, 7);
    fill_normal(sgn_net_input(b).at, (size_t)b->m * (size_t)cols, 1, 7);
    sgn_mat x = sgn_net_forward(a, NULL, cols), z = sgn_net_forward(b, NULL, cols);
    double size = sqrt(sgn_mat_sum_squares(x) / (double)((size_t)x.rows * (size_t)x.cols));
    cr_assert_gt(size, 0);
    return largest_difference(x.at, z.at, (size_t)x.rows * (size_t)x.cols) / size;
}

static void lower_thresholds(const model *m)
{
    for (int p = 0; p < m->net->nparams; p++)
        if (!strncmp(m->net->param[p].name, "theta", 5))
            for (size_t i = 0; i < sgn_link_size(&m->net->param[p]); i++)
                m->net->param[p].latent[i] = (sgn_real)log(1e-3);
    sgn_net_project(m->net, NULL);
}

static void computes_the_same(const model *m, const char *what)
{
    lower_thresholds(m);
    sgn_net *net = deployed(m, 0);
    double one = difference(m->net, net, 1), all = difference(m->net, net, BATCH);
    cr_expect_lt(one, 2e-6, "%s: %g", what, one);
    cr_expect_lt(all, 2e-6, "%s: %g", what, all);
    sgn_net_free(net);
}

Test(packed, a_deployed_network_computes_what_the_trained_one_does)
{
    check_all(computes_the_same, blocks);
    check_constraints(computes_the_same, odd, "magnitude");
    check_constraints(computes_the_same, odd, "initial");
    check_constraints(computes_the_same, "weights.frozen=true", "all");
    check_constraints(computes_the_same, "network.physics_term=analytic", "nm");
    check_constraints(computes_the_same, "network.solver=lista", "magnitude");
}

/* Weights k / 64 with scales 2^-k: their sums are exact, so single and summed entries must agree. */
static void make_dyadic(const model *m)
{
    for (int p = 0; p < m->net->nparams; p++) {
        const sgn_link *w = &m->net->param[p];
        int is_scale = w->role == SGN_ROLE_SCALE || w->role == SGN_ROLE_VALUES;
        for (size_t i = 0; w->role == SGN_ROLE_LINKS && i < sgn_link_latents(w); i++)
            w->latent[i] = (sgn_real)(round((double)w->latent[i] * 64) / 64);
        for (size_t i = 0; is_scale && i < sgn_link_size(w); i++)
            w->weight[i] = (sgn_real)ldexp(1, -(int)(i % 4));
    }
}

/* sum over planes of value(code), for an entry of a trained network's matrix */
static double weight_at(const sgn_net_group *g, const sgn_link *w, size_t entry)
{
    double sum = 0;
    const sgn_group *links = &g->links;
    for (int p = 0; p < w->planes; p++) {
        if (!sgn_plane_has(w, p, entry)) continue;
        int has_codes = g->constraint->code(links, p).levels;
        sum += (double)(has_codes ? g->constraint->value(links, sgn_unit_of(links, w, entry), p,
                                                         g->constraint->level(links, w, p, entry))
                                  : *sgn_plane(w, p, entry));
    }
    return sum;
}

static void check_product(const sgn_net_group *g, const sgn_link *w, const sgn_packed *packed,
                          sgn_op op, const char *what)
{
    int in = op == SGN_PLAIN ? w->cols : w->rows, out = op == SGN_PLAIN ? w->rows : w->cols;
    sgn_mat x = sgn_mat_view(sgn_alloc((size_t)in, sizeof *x.at), in, 1),
            y = sgn_mat_view(sgn_alloc((size_t)out, sizeof *y.at), out, 1);
    for (int i = 0; i < in; i++) x.at[i] = (sgn_real)((i * 37 % 255 - 127) / 64.0);
    sgn_packed_multiply(op, 1, packed, x, y);
    for (int i = 0; i < out; i++) {
        double sum = 0;
        for (int k = 0; k < in; k++) {
            size_t row = (size_t)(op == SGN_PLAIN ? i : k), col = (size_t)(op == SGN_PLAIN ? k : i);
            sum += weight_at(g, w, row + col * (size_t)w->rows) * (double)x.at[k];
        }
        cr_expect_eq(sum, (double)y.at[i], "%s: %s[%d] is %.9g, not %.9g", what, w->name, i,
                     (double)y.at[i], sum);
    }
    sgn_free(x.at), sgn_free(y.at);
}

static void multiplies_exactly(const model *m, const char *what)
{
    make_dyadic(m);
    sgn_net *net = deployed(m, 0);
    for (int i = 0; i < net->ngroups; i++) {
        const sgn_link *w = m->net->group[i].links.link[0];
        const sgn_packed *packed = net->group[i].links.link[0]->packed;
        check_product(&m->net->group[i], w, packed, SGN_PLAIN, what);
        check_product(&m->net->group[i], w, packed, SGN_TRANSPOSED, what);
    }
    sgn_net_free(net);
}

Test(packed, products_of_dyadic_numbers_are_exact)
{
    check_all(multiplies_exactly, blocks);
    check_constraints(multiplies_exactly, odd, "magnitude");
    check_constraints(multiplies_exactly, odd, "all");
}

/* ---- what it takes in memory --------------------------------------------------------------------- */

static void has_codes_and_nothing_else(const model *m, const char *what)
{
    sgn_net *net = deployed(m, 0);
    size_t latents;
    cr_assert(sgn_net_is_deployed(net) && !sgn_net_is_deployed(m->net));
    cr_expect_null(sgn_net_latents(net, &latents), "%s", what);
    cr_expect_not(sgn_tape_has_grad(net->tape, net->x[net->as.depth - 1]), "%s", what);
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        cr_expect(!w->latent && !w->dweight && !w->dlatent, "%s: %s", what, w->name);
        cr_expect_eq(w->role == SGN_ROLE_LINKS, w->packed && !w->weight, "%s: %s", what, w->name);
    }
    sgn_net_free(net);
}

Test(packed, a_deployed_network_has_neither_latents_nor_gradients)
{
    check_constraints(has_codes_and_nothing_else, odd, "magnitude");
    check_constraints(has_codes_and_nothing_else, "weights.frozen=true", "all");
}

static void runs_without_what_it_sheds(const model *m, const char *what)
{
    sgn_net *net = deployed(m, 0);
    lower_thresholds(m);
    double before = difference(m->net, net, 1);
    sgn_net_shed(net);
    cr_expect_null(net->physics.A.at, "%s: A of +-c is packed", what);
    cr_expect_eq(before, difference(m->net, net, 1), "%s", what);
    sgn_net_free(net);
}

Test(packed, a_network_runs_without_what_it_sheds)
{
    check_constraints(runs_without_what_it_sheds, "problem.kind=rademacher", "magnitude");
    check_constraints(runs_without_what_it_sheds, blocks, "physics");
}

/* The same ledger, but that no code says whether a link is off the support or on it and 0. */
static void says_what_it_costs(const model *m, const char *what)
{
    sgn_ledger a, b;
    sgn_net *net = deployed(m, 0);
    char of_trained[33], of_deployed[33];
    sgn_ledger_of(m->net, &a);
    sgn_ledger_of(net, &b);
    cr_expect_eq(sgn_ledger_stored(&a), sgn_ledger_stored(&b), "%s", what);
    cr_expect_eq(a.physics_bits, b.physics_bits, "%s", what);
    cr_expect_eq(a.links, b.links, "%s", what);
    cr_expect_leq(b.active_links, a.active_links, "%s", what);
    sgn_net_hash(m->net, of_trained);
    sgn_net_hash(net, of_deployed);
    cr_expect_str_eq(of_trained, of_deployed, "%s", what);
    sgn_net_free(net);
}

Test(packed, a_deployed_network_has_the_ledger_of_the_trained_one)
{
    check_all(says_what_it_costs, blocks);
    check_constraints(says_what_it_costs, odd, "magnitude");
}

/* ---- what is computed from the problem ------------------------------------------------------------ */

static sgn_status deploy_for(const model *m, const sgn_physics *q, sgn_image *image)
{
    sgn_net *net = NULL;
    sgn_status status =
        sgn_net_of_image(&net, &m->net->as, solver_of(m), q, BATCH, m->config.seed, image);
    sgn_net_free(net);
    return status;
}

static model model_with(const char *keys)
{
    sgn_config c = config_of("%s", keys);
    return model_of(&c);
}

Test(packed, another_A_or_another_support_is_refused)
{
    model m = model_with("weights.support=initial"), other = model_with("seed=2");
    for (int i = 0; i < 3; i++) {
        sgn_image image;
        OK(sgn_image_of(&image, m.net, 0));
        if (i == 2) image.derived_hash ^= 1;
        sgn_status expected = i == 0 ? SGN_OK : SGN_EFORMAT;
        const sgn_physics *q = i == 1 ? &other.problem->physics : &m.problem->physics;
        cr_expect_eq(deploy_for(&m, q, &image), expected, "%d: %s", i, sgn_last_error());
        if (i) cr_expect(strstr(sgn_last_error(), "--with-physics"), "%s", sgn_last_error());
        sgn_image_free(&image);
    }
    model_free(&m);
    model_free(&other);
}

/* With its physics nothing is computed: a frozen matrix that only this network has comes back. */
static void brings_its_physics_along(const char *keys)
{
    model m = model_with(keys);
    for (int p = 0; p < m.net->nparams; p++)
        for (size_t i = 0; i < sgn_link_size(&m.net->param[p]); i++)
            if (m.net->param[p].role == SGN_ROLE_PHYSICS || !m.net->param[p].trained)
                m.net->param[p].weight[i] *= (sgn_real)1.125;
    sgn_net *with = deployed(&m, 1), *without = deployed(&m, 0);
    cr_expect_lt(difference(m.net, with, BATCH), 2e-6, "%s", keys);
    cr_expect_gt(difference(m.net, without, BATCH), 1e-3, "%s: it was computed", keys);
    sgn_net_free(with);
    sgn_net_free(without);
    model_free(&m);
}

Test(packed, stored_physics_is_not_computed)
{
    brings_its_physics_along("weights.constraint=full weights.frozen=true");
    brings_its_physics_along("network.physics_term=analytic");
    brings_its_physics_along("network.physics_term=analytic weights.support=initial");
}

Test(packed, links_of_an_early_stage_are_not_exported)
{
    sgn_image image;
    model m = model_with("weights.constraint=onebit");
    OK(sgn_net_relax(m.net, 1));
    cr_expect_eq(sgn_image_of(&image, m.net, 0), SGN_ECONFIG);
    cr_expect(strstr(sgn_last_error(), "the links are still full, not onebit"));
    model_free(&m);
}

/* ---- without ever being there as reals ----------------------------------------------------------- */

/* As sgn_net_new builds it and its image brings it back: the same weights, and the same estimates. */
static void starts_alike(const char *keys, const char *constraint)
{
    char expected[33], found[33];
    sgn_config c = config_of("%s weights.constraint=%s", keys, constraint);
    model m = model_of(&c);
    sgn_net *net, *twin = deployed(&m, 0);
    OK(sgn_net_new_to_run(&net, &m.net->as, solver_of(&m), &m.problem->physics, BATCH,
                          m.config.seed));
    sgn_net_hash(m.net, expected);
    sgn_net_hash(net, found);
    cr_expect_str_eq(found, expected, "%s %s", keys, constraint);
    for (int i = 0; i < net->m; i++)
        sgn_net_input(net).at[i] = sgn_net_input(twin).at[i] = (sgn_real)((i * 7) % 5 - 2);
    sgn_mat x = sgn_net_forward(net, NULL, 1), z = sgn_net_forward(twin, NULL, 1);
    cr_expect_arr_eq(x.at, z.at, (size_t)net->n * sizeof *x.at, "%s %s", keys, constraint);
    sgn_net_free(net);
    sgn_net_free(twin);
    model_free(&m);
}

Test(packed, an_untrained_network_is_deployed_layer_by_layer_as_if_it_had_been_built)
{
    static const char *const each[] = {"onebit", "planes"};
    for (int i = 0; i < 2; i++) {
        starts_alike("network.depth=3 weights.support=all", each[i]);
        starts_alike("network.depth=3 network.solver=lista weights.scale=row", each[i]);
        starts_alike("network.depth=4 network.tied=true weights.init=random", each[i]);
        starts_alike("problem.kind=sparse-pm1 weights.support=physics", each[i]);
        starts_alike("problem.kind=rademacher network.physics_term=adjoint", each[i]);
    }
}

/* 70 columns are two panels and a rest. */
Test(packed, a_matrix_of_signs_takes_the_place_of_its_reals)
{
    model m = model_with("problem.kind=rademacher problem.m=37 problem.n=70 "
                         "weights.constraint=onebit network.physics_term=adjoint");
    sgn_image image;
    sgn_problem *signs;
    sgn_net *net, *twin = deployed(&m, 0);
    OK(sgn_image_of(&image, m.net, 0));
    cr_expect(!sgn_image_needs_A(&image, &m.net->as));
    OK(sgn_problem_new_to_run(&signs, &m.config.problem, m.config.seed));
    cr_expect_null(signs->physics.A.at);
    for (int j = 0; j < 70; j++)
        for (int i = 0; i < 37; i++)
            cr_assert_eq(sgn_packed_at(signs->physics.signs, i, j),
                         *sgn_mat_at(m.problem->physics.A, i, j), "%d %d", i, j);
    OK(sgn_net_of_image(&net, &m.net->as, solver_of(&m), &signs->physics, BATCH, m.config.seed,
                        &image));
    for (int i = 0; i < net->m; i++)
        sgn_net_input(net).at[i] = sgn_net_input(twin).at[i] = (sgn_real)((i * 7) % 5 - 2);
    sgn_mat x = sgn_net_forward(net, NULL, 1), z = sgn_net_forward(twin, NULL, 1);
    cr_expect_arr_eq(x.at, z.at, (size_t)net->n * sizeof *x.at);
    sgn_net_free(net), sgn_net_free(twin);
    sgn_problem_free(signs);
    sgn_image_free(&image);
    model_free(&m);
}
