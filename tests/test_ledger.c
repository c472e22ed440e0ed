/* Bits counted by hand, for networks of three layers on a 12 x 20 problem. */
#include "unroll/ledger.h"

#include "laws.h"

#include <math.h>

enum { M = 12, N = 20, SIZE = M * N, DEPTH = 3, REAL = 32 };

/* A threshold in every layer; momentum needs an estimate to extrapolate, so the first has none. */
enum { SCALARS = REAL * (DEPTH + DEPTH - 1) };
/* Layers that share their links have a step each as well. */
enum { SCALARS_TIED = SCALARS + REAL * DEPTH };

/* ---- bits -------------------------------------------------------------------------------------- */

/* What a network costs, and what its supports would: 5 bits for k, 32 for their number and, for every
   link and the best k, floor(gap / 2^k) + 1 + k, counted once more here. */
typedef struct {
    sgn_ledger l;
    int supports;
    double places;
} bill;

static double places_with(const sgn_support *s, int k)
{
    double bits = 0;
    int gap = 0;
    for (int i = 0; i < s->rows * s->cols; i++)
        if (!s->on[i]) gap++;
        else bits += (gap >> k) + 1 + k, gap = 0;
    return bits;
}

static double places_of(const sgn_support *s)
{
    double least = HUGE_VAL;
    for (int k = 0; k < 32; k++) least = fmin(least, places_with(s, k));
    return 5 + 32 + least;
}

static bill bill_of(const char *keys)
{
    bill b;
    sgn_config c = config_of("network.solver=lista-cp %s", keys);
    model m = model_of(&c);
    sgn_ledger_of(m.net, &b.l);
    b.supports = m.net->nsupports;
    b.places = 0;
    for (int i = 0; i < b.supports; i++) b.places += places_of(m.net->support[i]);
    model_free(&m);
    return b;
}

static sgn_ledger ledger(const char *keys) { return bill_of(keys).l; }

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

Test(ledger, a_learned_support_costs_its_places_once_where_layers_share_it)
{
    const char *shared = "weights.constraint=onebit weights.support=magnitude weights.density=0.5";
    const char *own = "weights.constraint=onebit weights.support=magnitude weights.density=0.5 "
                      "weights.share_support=false";
    bill one = bill_of(shared), three = bill_of(own);
    cr_expect_eq(one.supports, 1);
    cr_expect_eq(three.supports, DEPTH);
    expect_bits(shared, DEPTH * SIZE / 2, one.places, REAL * DEPTH, SCALARS, A);
    expect_bits(own, DEPTH * SIZE / 2, three.places, REAL * DEPTH, SCALARS, A);
}

/* With k = 0 a gap g takes g + 1 bits, so the last link's place is all there is to count.  That is the
   best where every other link exists: with k = 1 a link takes at least 2. */
Test(ledger, half_of_the_links_cost_the_place_of_the_last_one)
{
    sgn_config c = config_of("network.solver=lista-cp weights.constraint=onebit "
                             "weights.support=magnitude weights.density=0.5");
    model m = model_of(&c);
    sgn_ledger l;
    int last = SIZE - 1;
    while (!m.net->support[0]->on[last]) last--;
    sgn_ledger_of(m.net, &l);
    cr_expect_eq(l.stored.support, 37 + last + 1);
    model_free(&m);
}

/* Of three links in four the absent ones are told, which are fewer. */
Test(ledger, the_places_of_the_rarer_kind_are_stored)
{
    sgn_config c = config_of("network.solver=lista-cp weights.constraint=onebit "
                             "weights.support=magnitude weights.density=0.75");
    model m = model_of(&c);
    sgn_support *s = m.net->support[0];
    sgn_ledger l;
    sgn_ledger_of(m.net, &l);
    double present = places_of(s);
    for (int i = 0; i < SIZE; i++) s->on[i] = !s->on[i];
    cr_expect_eq(l.stored.support, places_of(s));
    cr_expect_lt(l.stored.support, present);
    model_free(&m);
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
    const char *sparse = "weights.constraint=planes weights.planes=2 weights.support=magnitude "
                         "weights.density=0.25";
    bill b = bill_of(sparse);
    expect_bits("weights.constraint=planes weights.planes=2 weights.support=all", 2 * DEPTH * SIZE,
                0, 2 * REAL * DEPTH, SCALARS, A);
    cr_expect_eq(b.supports, 2);
    expect_bits(sparse, 2 * DEPTH * SIZE / 4, b.places, 2 * REAL * DEPTH, SCALARS, A);
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

/* 3^40 < 2^64 < 3^41: 40 ternary codes to a word of 64 bits. */
Test(ledger, forty_ternary_links_cost_a_word)
{
    double dense = 64 * DEPTH * SIZE / 40;
    expect_bits("weights.constraint=ternary-absmean", dense, 0, REAL * DEPTH, SCALARS, A);
    /* a code of 0 says that a link is off, so every link has one ... */
    expect_bits("weights.constraint=ternary-absmean weights.support=magnitude", dense, 0,
                REAL * DEPTH, SCALARS, A);
    /* ... but those that the configuration leaves out */
    expect_bits("weights.constraint=ternary-absmean weights.support=random weights.density=0.5",
                dense / 2, 0, REAL * DEPTH, SCALARS, A);
    /* 100 links: two words, and 20 codes in 32 bits, for 2^31 < 3^20 < 2^32 */
    expect_bits("weights.constraint=ternary-absmean weights.support=random weights.density=0.4167",
                DEPTH * (64 + 64 + 32), 0, REAL * DEPTH, SCALARS, A);
}

Test(ledger, relatives_cost_what_their_codes_do)
{
    expect_bits("weights.constraint=onebit-absmean", DEPTH * SIZE, 0, REAL * DEPTH, SCALARS, A);
    expect_bits("weights.constraint=onebit-centred", DEPTH * SIZE, 0, REAL * DEPTH, SCALARS, A);
    expect_bits("weights.constraint=ternary-twn", 64 * DEPTH * SIZE / 40, 0, REAL * DEPTH, SCALARS,
                A);
}

/* 16 codes of 4 bits, or 21 of 3 (63 bits) to a word: 240 of these are 11 words and 9 codes. */
Test(ledger, a_link_of_k_bits_costs_k_bits)
{
    expect_bits("weights.constraint=kbit weights.bits=4", 4 * DEPTH * SIZE, 0, REAL * DEPTH,
                SCALARS, A);
    expect_bits("weights.constraint=kbit weights.bits=3", DEPTH * (11 * 63 + 27), 0, REAL * DEPTH,
                SCALARS, A);
}

Test(ledger, a_codebook_is_stored_for_every_unit)
{
    expect_bits("weights.constraint=codebook weights.bits=2", 2 * DEPTH * SIZE, 0, 4 * REAL * DEPTH,
                SCALARS, A);
    expect_bits("weights.constraint=codebook weights.bits=2 weights.scale=row", 2 * DEPTH * SIZE, 0,
                4 * REAL * DEPTH * N, SCALARS, A);
}

/* Five links in a hundred are real, too: 12 of each matrix, at places of their own. */
Test(ledger, outliers_cost_a_real_and_their_places)
{
    const char *keys = "weights.constraint=dense-sparse weights.bits=4 weights.outliers=0.05";
    bill b = bill_of(keys);
    cr_expect_eq(b.supports, DEPTH);
    expect_bits(keys, DEPTH * (4 * SIZE + REAL * 12), b.places, REAL * DEPTH, SCALARS, A);
}

/* Two of four neighbours are one of 6 choices; 24 of them take 63 bits, and 12 take 32.  One bit says that
   they were chosen. */
Test(ledger, a_support_with_a_form_of_its_own_costs_that)
{
    expect_bits("weights.constraint=onebit weights.support=nm weights.keep=2 weights.of=4",
                DEPTH * SIZE / 2, 1 + 2 * 63 + 32, REAL * DEPTH, SCALARS, A);
}

Test(ledger, links_that_are_real_for_now_cost_reals)
{
    sgn_config c = config_of("network.solver=lista-cp weights.constraint=planes weights.planes=3");
    model m = model_of(&c);
    sgn_ledger l;
    OK(sgn_net_relax(m.net, 1));
    sgn_ledger_of(m.net, &l);
    cr_expect_eq(l.stored.sign, REAL * DEPTH * SIZE);
    cr_expect_eq(l.active_links, DEPTH * SIZE);
    model_free(&m);
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

static double choose(double n, double k)  // log2 of the number of choices
{
    double bits = 0;
    for (int i = 0; i < k; i++) bits += log2((n - i) / (k - i));
    return bits;
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

Test(ledger, compression_is_what_real_links_would_store_over_what_is_stored)
{
    sgn_ledger l = ledger("weights.constraint=full");
    cr_expect_eq(sgn_ledger_compression(&l), 1);
    l = ledger("weights.constraint=onebit");
    cr_expect_float_eq(
        sgn_ledger_compression(&l),
        (REAL * DEPTH * SIZE + SCALARS) / (double)(DEPTH * SIZE + REAL * DEPTH + SCALARS), 1e-12);
    l = ledger("weights.constraint=onebit network.tied=true");
    cr_expect_float_eq(sgn_ledger_compression(&l),
                       (REAL * SIZE + SCALARS_TIED) / (double)(SIZE + REAL + SCALARS_TIED), 1e-12);
    l = ledger("weights.constraint=full weights.frozen=true");
    cr_expect_eq(sgn_ledger_compression(&l), 1, "links that follow from A are stored by neither");
}
