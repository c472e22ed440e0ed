/* Operations counted by hand, for networks of three layers on a 12 x 20 problem. */
#include "unroll/operations.h"

#include "unroll/iteration.h"
#include "unroll/ledger.h"

#include "laws.h"

enum { M = 12, N = 20, SIZE = M * N, DEPTH = 3, REAL = 32 };

/* The plainest iteration: W r and a threshold in every layer, y - A x in all but the first. */
static const char plain[] = "network.solver=lista-cp network.momentum=none network.selection=off "
                            "network.threshold=absolute network.step_size=off";
enum { THRESHOLDS = 2 * N * DEPTH, RESIDUALS = (DEPTH - 1) * SIZE };

static sgn_operations operations(const char *start, const char *keys)
{
    sgn_operations o;
    sgn_config c = config_of("%s %s", start, keys);
    model m = model_of(&c);
    sgn_operations_of(m.net, &o);
    model_free(&m);
    return o;
}

/* Beside thresholds, and residuals with a real A. */
static void expect_products(const char *keys, double multiplications, double additions)
{
    sgn_operations o = operations(plain, keys);
    cr_expect_eq(o.multiplications - RESIDUALS, multiplications, "%s: %g multiplications", keys,
                 o.multiplications - RESIDUALS);
    cr_expect_eq(o.additions - RESIDUALS - THRESHOLDS, additions, "%s: %g additions", keys,
                 o.additions - RESIDUALS - THRESHOLDS);
}

Test(operations, a_real_link_multiplies_and_adds)
{
    expect_products("weights.constraint=full", DEPTH * SIZE, DEPTH * SIZE);
    expect_products("weights.constraint=full weights.support=random weights.density=0.25",
                    DEPTH * SIZE / 4, DEPTH * SIZE / 4);
}

Test(operations, a_link_that_is_a_sign_adds_and_its_scale_multiplies_the_sum)
{
    expect_products("weights.constraint=onebit", DEPTH * N, DEPTH * SIZE);
    expect_products("weights.constraint=onebit weights.scale=global network.step_size=off",
                    DEPTH * N, DEPTH * SIZE);
    expect_products("weights.constraint=onebit weights.scale=row", DEPTH * N, DEPTH * SIZE);
}

Test(operations, a_scale_of_one_input_multiplies_that)
{
    expect_products("weights.constraint=onebit weights.scale=column", DEPTH * M, DEPTH * SIZE);
}

Test(operations, an_output_has_a_sum_in_every_block_it_crosses)
{
    expect_products("weights.constraint=onebit weights.scale=block weights.block=4",
                    DEPTH * N * (M / 4), DEPTH * SIZE);
}

/* Two blocks of A: W' has two diagonal blocks, and no sums off them. */
Test(operations, where_no_link_exists_no_scale_multiplies)
{
    sgn_operations o =
        operations(plain, "weights.constraint=onebit problem.kind=block-pm1 problem.blocks=2 "
                          "weights.support=blocks weights.scale=block weights.block=2");
    cr_expect_eq(o.additions - THRESHOLDS, DEPTH * SIZE / 2 + RESIDUALS / 2);
    cr_expect_eq(o.multiplications, DEPTH * N * (M / 2 / 2) + (DEPTH - 1) * M);
}

Test(operations, every_plane_adds_its_links)
{
    expect_products("weights.constraint=planes weights.planes=2 weights.support=all", 2 * DEPTH * N,
                    2 * DEPTH * SIZE);
}

Test(operations, a_link_of_several_values_multiplies_like_a_real_one)
{
    expect_products("weights.constraint=kbit weights.bits=4", DEPTH * SIZE, DEPTH * SIZE);
    expect_products("weights.constraint=codebook weights.bits=4", DEPTH * SIZE, DEPTH * SIZE);
    expect_products("weights.constraint=dense-sparse weights.outliers=0.05", DEPTH * (SIZE + 12),
                    DEPTH * (SIZE + 12));
}

/* x <- shrink(x + W' (y - A x)), W m x n: its columns are the outputs. */
static void transposed_step(sgn_layer *l, sgn_var y, sgn_var *s)
{
    sgn_tape *t = l->tape;
    sgn_var z = sgn_apply_transposed(t, l->slot[0], sgn_residual(t, y, s[0]));
    s[0] = sgn_threshold(l, sgn_mix(t, 1, s[0], 1, z), l->slot[1], SGN_NO_VAR);
}

static sgn_status transposed_setup(const sgn_physics *q, sgn_mat W0, sgn_mat *slot)
{
    (void)W0;
    sgn_mat_copy(q->A, slot[0]);
    slot[1].at[0] = 1;
    return SGN_OK;
}

static const sgn_solver transposed = {
    .name = "transposed",
    .slot = {{"W", SGN_DIM_M, SGN_DIM_N, SGN_SLOT_LINKS},
             {"theta", SGN_DIM_1, SGN_DIM_1, SGN_SLOT_THRESHOLD}},
    .state = {SGN_DIM_N},
    .init = "adjoint",
    .step = transposed_step,
    .setup = transposed_setup,
};

static double scalings_of_transposed(const char *scale)
{
    sgn_operations o;
    sgn_net *net;
    sgn_config c = config_of("weights.constraint=onebit weights.scale=%s", scale);
    model m = model_of(&c);
    OK(sgn_net_new(&net, &c.net, &transposed, &m.problem->physics, 1, 1));
    sgn_operations_of(net, &o);
    sgn_net_free(net);
    model_free(&m);
    cr_expect_eq(o.additions, DEPTH * SIZE + RESIDUALS + THRESHOLDS + (DEPTH - 1) * N);
    return o.multiplications - RESIDUALS;
}

Test(operations, the_outputs_of_a_transposed_matrix_are_its_columns)
{
    cr_expect_eq(scalings_of_transposed("layer"), DEPTH * N);
    cr_expect_eq(scalings_of_transposed("column"), DEPTH * N);
    cr_expect_eq(scalings_of_transposed("row"), DEPTH * M);
}

Test(operations, a_ternary_link_that_is_off_does_nothing)
{
    sgn_operations o;
    sgn_config c = config_of("%s weights.constraint=ternary-absmean", plain);
    model m = model_of(&c);
    double links = 0;
    for (int p = 0; p < m.net->nparams; p++)
        for (int i = 0; m.net->param[p].role == SGN_ROLE_LINKS && i < SIZE; i++)
            links += m.net->param[p].weight[i] != 0;
    sgn_operations_of(m.net, &o);
    cr_expect_eq(o.additions, links + RESIDUALS + THRESHOLDS);
    cr_expect_eq(o.multiplications, DEPTH * N + RESIDUALS);
    cr_expect_lt(links, DEPTH * SIZE);
    model_free(&m);
}

Test(operations, a_matrix_of_signs_adds_and_multiplies_once_an_output)
{
    sgn_operations o =
        operations(plain, "weights.constraint=full problem.kind=sparse-pm1 problem.density=0.25");
    cr_expect_eq(o.additions, DEPTH * SIZE + RESIDUALS / 4 + THRESHOLDS);
    cr_expect_eq(o.multiplications, DEPTH * SIZE + (DEPTH - 1) * M);
}

/* What lista-cp has by default, on top of the plain iteration:
 *   rho     y or r squared and summed, two more to its root, its product with theta
 *   beta    of layers 1 and 2; of the latter x - x_prev, too
 *   largest of layer 2, round(0.036 * 20) = 1 of 20 found and told from the others */
Test(operations, what_belongs_to_entries_is_counted_entry_by_entry)
{
    sgn_operations o = operations("network.solver=lista-cp", "weights.constraint=full");
    cr_expect_eq(o.multiplications, DEPTH * SIZE + RESIDUALS + DEPTH * (M + 3) + 2 * N);
    cr_expect_eq(o.additions,
                 DEPTH * SIZE + RESIDUALS + THRESHOLDS + DEPTH * (M + 1) + 3 * N + 3 * N);
}

Test(operations, every_layer_reads_its_matrix_whether_it_shares_it_or_not)
{
    const char *own = "weights.constraint=onebit", *tied = "weights.constraint=onebit "
                                                           "network.tied=true";
    double matrices = DEPTH * (SIZE + REAL), thresholds = REAL * DEPTH;
    sgn_operations o = operations(plain, own);
    cr_expect_eq(o.weight_bits, matrices + thresholds);
    cr_expect_eq(o.physics_bits, (DEPTH - 1) * REAL * SIZE);
    o = operations(plain, tied);
    cr_expect_eq(o.weight_bits, matrices + thresholds);
}

Test(operations, a_support_is_read_by_every_layer)
{
    sgn_operations o;
    sgn_ledger l;
    sgn_config c = config_of("%s weights.constraint=onebit weights.support=magnitude "
                             "weights.density=0.5",
                             plain);
    model m = model_of(&c);
    sgn_operations_of(m.net, &o);
    sgn_ledger_of(m.net, &l);
    cr_expect_gt(l.stored.support, 0);
    cr_expect_eq(o.weight_bits, DEPTH * (SIZE / 2 + REAL + l.stored.support) + REAL * DEPTH);
    model_free(&m);
}

Test(operations, frozen_real_links_are_read_as_physics)
{
    sgn_operations o = operations(plain, "weights.constraint=full weights.frozen=true");
    cr_expect_eq(o.weight_bits, REAL * DEPTH);
    cr_expect_eq(o.physics_bits, (DEPTH + DEPTH - 1) * REAL * SIZE);
}

/* A sample of several columns takes their arithmetic, and reads every matrix once. */
Test(operations, a_sample_of_several_measurements_is_one_signal)
{
    sgn_operations one = operations(plain, "problem.measurements=1"),
                   four = operations(plain, "problem.measurements=4");
    cr_expect_eq(four.additions, 4 * one.additions);
    cr_expect_eq(four.multiplications, 4 * one.multiplications);
    cr_expect_eq(four.weight_bits, one.weight_bits);
    cr_expect_eq(four.physics_bits, one.physics_bits);
}

/* 1000 multiplications and 2000 additions are 3.7 + 1.8 nJ; 300 words 1.5 nJ or 192 nJ. */
Test(operations, energy_is_that_of_the_arithmetic_and_of_the_weights_that_are_read)
{
    sgn_operations o = {.multiplications = 1000,
                        .additions = 2000,
                        .weight_bits = 100 * 32,
                        .physics_bits = 200 * 32};
    cr_expect_float_eq(sgn_operations_energy(&o, SGN_MEMORY_SRAM), 7, 1e-12);
    cr_expect_float_eq(sgn_operations_energy(&o, SGN_MEMORY_DRAM), 197.5, 1e-12);
}
