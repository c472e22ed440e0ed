/* Bits counted by hand, for networks of three layers on a 12 x 20 problem. */
#include "unroll/ledger.h"

#include "laws.h"

#include <math.h>

enum { M = 12, N = 20, SIZE = M * N, DEPTH = 3, REAL = 32 };

/* A threshold in every layer; momentum needs an estimate to extrapolate, so the first has none. */
enum { SCALARS = REAL * (DEPTH + DEPTH - 1) };
/* Layers that share their links have a step each as well. */
enum { SCALARS_TIED = SCALARS + REAL * DEPTH };

static sgn_ledger ledger(const char *keys)
{
    sgn_ledger l;
    sgn_config c = config_of("network.solver=lista-cp %s", keys);
    model m = model_of(&c);
    sgn_ledger_of(m.net, &l);
    model_free(&m);
    return l;
}

static void expect_bits(const char *keys, double sign, double support, double scale, double scalar,
                        double physics)
{
    sgn_ledger l = ledger(keys);
    cr_expect_float_eq(l.stored.sign, sign, 1e-6, "%s: sign %g", keys, l.stored.sign);
    cr_expect_float_eq(l.stored.support, support, 1e-6, "%s: support %g", keys, l.stored.support);
    cr_expect_float_eq(l.stored.scale, scale, 1e-6, "%s: scale %g", keys, l.stored.scale);
    cr_expect_float_eq(l.stored.scalar, scalar, 1e-6, "%s: scalar %g", keys, l.stored.scalar);
    cr_expect_float_eq(l.physics_bits, physics, 1e-6, "%s: physics %g", keys, l.physics_bits);
    cr_expect_float_eq(sgn_ledger_stored(&l), sign + support + scale + scalar, 1e-6, "%s", keys);
    cr_expect_eq(l.links, DEPTH * SIZE, "%s: links %g", keys, l.links);
}

static const double A = REAL * SIZE;  // a real sensing matrix

Test(ledger, a_real_link_costs_a_real)
{
    expect_bits("weights.constraint=full", REAL * DEPTH * SIZE, 0, 0, SCALARS, A);
}

Test(ledger, a_one_bit_link_costs_a_bit_and_a_layer_a_scale)
{
    expect_bits("weights.constraint=onebit", DEPTH * SIZE, 0, REAL * DEPTH, SCALARS, A);
    expect_bits("weights.constraint=onebit weights.scale=row", DEPTH * SIZE, 0, REAL * DEPTH * N,
                SCALARS, A);
}

Test(ledger, a_learned_support_costs_its_choice_once_where_layers_share_it)
{
    const char *shared = "weights.constraint=onebit weights.support=magnitude weights.density=0.5";
    const char *own = "weights.constraint=onebit weights.support=magnitude weights.density=0.5 "
                      "weights.share_support=false";
    expect_bits(shared, DEPTH * SIZE / 2, choose(SIZE, SIZE / 2), REAL * DEPTH, SCALARS, A);
    expect_bits(own, DEPTH * SIZE / 2, DEPTH * choose(SIZE, SIZE / 2), REAL * DEPTH, SCALARS, A);
}

Test(ledger, a_drawn_support_costs_nothing)
{
    expect_bits("weights.constraint=onebit weights.support=random weights.density=0.25",
                DEPTH * SIZE / 4, 0, REAL * DEPTH, SCALARS, A);
}

Test(ledger, a_tied_matrix_is_stored_once_and_counted_in_every_layer)
{
    const char *keys = "weights.constraint=onebit network.tied=true";
    expect_bits(keys, SIZE, 0, REAL, SCALARS_TIED, A);
    sgn_ledger l = ledger(keys);
    cr_expect_eq(l.weights, SIZE);
    cr_expect_eq(l.active_links, DEPTH * SIZE);
}

Test(ledger, a_global_scale_is_one_number)
{
    expect_bits("weights.constraint=onebit weights.scale=global", DEPTH * SIZE, 0, REAL,
                SCALARS_TIED, A);
}

Test(ledger, every_plane_has_signs_a_support_and_scales)
{
    expect_bits("weights.constraint=planes weights.planes=2 weights.support=all", 2 * DEPTH * SIZE,
                0, 2 * REAL * DEPTH, SCALARS, A);
    expect_bits("weights.constraint=planes weights.planes=2 weights.support=magnitude "
                "weights.density=0.25",
                2 * DEPTH * SIZE / 4, 2 * choose(SIZE, SIZE / 4), 2 * REAL * DEPTH, SCALARS, A);
}

Test(ledger, a_link_on_two_planes_is_one_link)
{
    sgn_ledger l = ledger("weights.constraint=planes weights.planes=2 weights.support=all");
    cr_expect_eq(l.active_links, DEPTH * SIZE);
    cr_expect_eq(l.parameters, 2 * DEPTH * SIZE + 2 * DEPTH + SCALARS / REAL);
    l = ledger("weights.constraint=planes weights.planes=2 weights.support=random "
               "weights.density=0.5");
    cr_expect_gt(l.active_links, DEPTH * SIZE / 2);
    cr_expect_lt(l.active_links, DEPTH * SIZE);
}

Test(ledger, a_ternary_link_costs_log2_of_3)
{
    expect_bits("weights.constraint=ternary-absmean", log2(3) * DEPTH * SIZE, 0, REAL * DEPTH,
                SCALARS, A);
    /* a code of 0 says that a link is off, so every link has one ... */
    expect_bits("weights.constraint=ternary-absmean weights.support=magnitude",
                log2(3) * DEPTH * SIZE, 0, REAL * DEPTH, SCALARS, A);
    /* ... but those that the configuration leaves out */
    expect_bits("weights.constraint=ternary-absmean weights.support=random weights.density=0.5",
                log2(3) * DEPTH * SIZE / 2, 0, REAL * DEPTH, SCALARS, A);
}

Test(ledger, real_links_that_are_frozen_are_physics)
{
    expect_bits("weights.constraint=full weights.frozen=true", 0, 0, 0, SCALARS_TIED,
                A + REAL * SIZE);
}

Test(ledger, an_analytic_matrix_beside_the_links_is_physics)
{
    expect_bits("weights.constraint=onebit network.physics_term=analytic", DEPTH * SIZE, 0,
                REAL * DEPTH, SCALARS + REAL * DEPTH, A + REAL * SIZE);
}

Test(ledger, a_matrix_of_signs_costs_a_bit_an_entry)
{
    expect_bits("weights.constraint=onebit problem.kind=rademacher", DEPTH * SIZE, 0, REAL * DEPTH,
                SCALARS, SIZE);
    /* two blocks: half of the entries, and where they are */
    expect_bits("weights.constraint=onebit problem.kind=block-pm1 problem.blocks=2", DEPTH * SIZE,
                0, REAL * DEPTH, SCALARS, SIZE / 2 + choose(SIZE, SIZE / 2));
}

Test(ledger, a_network_that_never_multiplies_by_the_matrix_needs_none)
{
    sgn_ledger l = ledger("network.solver=lista weights.constraint=full");
    cr_expect_eq(l.physics_bits, 0);
    cr_expect_eq(l.links, DEPTH * SIZE + (DEPTH - 1) * N * N, "the first layer has no estimate");
    cr_expect_eq(l.stored.sign, REAL * l.links);
}
