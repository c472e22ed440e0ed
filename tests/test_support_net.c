/* Supports in a network: what is asked of the configuration, what moves and what stays. */
#include "io/checkpoint.h"
#include "io/dataset.h"
#include "laws.h"
#include "unroll/analytic.h"
#include "unroll/group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(support_net, .timeout = 60);

/* ---- in a network ------------------------------------------------------------------------------ */

static void refuses(const char *keys, const char *why)
{
    const sgn_solver *solver;
    sgn_config c = config_of("%s", keys);
    sgn_problem *problem;
    sgn_net *net = NULL;
    OK(sgn_problem_new(&problem, &c.problem, c.seed));
    OK(sgn_solver_find(c.net.solver, &solver));
    cr_expect_eq(sgn_net_new(&net, &c.net, solver, &problem->physics, 8, 1), SGN_ECONFIG, "%s",
                 keys);
    cr_expect(strstr(sgn_last_error(), why), "%s", sgn_last_error());
    sgn_problem_free(problem);
}

Test(support_net, what_a_kind_needs_is_asked_for_by_its_key)
{
    refuses("weights.support=band weights.band=0", "weights.band is 0");
    refuses("weights.support=nm weights.keep=5", "weights.keep is 5, must be at most weights.of");
    refuses("weights.support=block-magnitude", "weights.block is 0");
    refuses("weights.support=blocks", "weights.support blocks");
}

static model model_with(const char *keys)
{
    sgn_config c = config_of("%s", keys);
    return model_of(&c);
}

static void train(model *m)
{
    sgn_trainer *t;
    OK(sgn_trainer_new(&t, &m->config.train, 1, m->problem, m->net, NULL));
    OK(sgn_trainer_run(t, &(sgn_observer){0}));
    sgn_trainer_free(t);
}

static const char initial[] = "weights.support=initial weights.density=0.3 train.steps=20 "
                              "network.physics_term=adjoint train.lr=0.1 ";

Test(support_net, the_initial_one_has_the_largest_corrections_of_the_adjoint)
{
    model m = model_with(initial);
    const sgn_support *s = m.net->support[0];
    sgn_mat A = m.problem->physics.A, W = sgn_mat_view(sgn_alloc(20 * 12, sizeof *W.at), 20, 12);
    double least = (double)INFINITY, most = 0;
    OK(sgn_analytic_weight(&m.problem->physics, W));
    for (int i = 0; i < 20; i++)
        for (int j = 0; j < 12; j++) {
            double size = fabs((double)*sgn_mat_at(W, i, j) - (double)*sgn_mat_at(A, j, i));
            if (s->on[sgn_support_entry(s, i, j)]) least = fmin(least, size);
            else most = fmax(most, size);
        }
    cr_expect_eq(s->active, 72);
    cr_expect_gt(least, most);
    sgn_free(W.at);
    model_free(&m);
}

static void check_initial(const char *stages)
{
    uint8_t before[20 * 12];
    sgn_ledger l;
    sgn_config c = config_of("%s train.stages=%s", initial, stages);
    model m = model_of(&c);
    const sgn_support *s = m.net->support[0];
    memcpy(before, s->on, sizeof before);
    train(&m);
    OK(sgn_net_quantise(m.net, NULL, 0, NULL));
    cr_expect_arr_eq(before, s->on, sizeof before, "stages %s", stages);
    cr_expect_eq(s->active, 72);
    sgn_ledger_of(m.net, &l);
    cr_expect_eq(l.stored.support, 0);
    model_free(&m);
}

Test(support_net, the_initial_one_stays_and_costs_nothing)
{
    check_initial("one");
    check_initial("two");
    uint8_t before[20 * 12];  // and one that follows the weights would have moved
    model m = model_with("weights.support=magnitude weights.density=0.3 train.steps=20 "
                         "network.physics_term=adjoint train.lr=0.1 train.stages=one");
    memcpy(before, m.net->support[0]->on, sizeof before);
    train(&m);
    cr_expect_arr_neq(before, m.net->support[0]->on, sizeof before);
    model_free(&m);
}

Test(support_net, pruning_goes_from_every_link_to_the_density_and_keeps_blocks_whole)
{
    static const char *const kinds[] = {"magnitude", "block-magnitude"};
    for (int k = 0; k < 2; k++) {
        sgn_config c = config_of("weights.support=%s weights.block=%d weights.density=0.25 "
                                 "weights.prune_until=0.5 weights.constraint=full",
                                 kinds[k], k ? 4 : 0);
        model m = model_of(&c);
        const sgn_support *s = m.net->support[0];
        size_t before = 241;
        for (int i = 0; i <= 20; i++) {
            double left = i < 10 ? 1 - i / 10. : 0, density = 0.25 + 0.75 * left * left * left;
            int whole = 1;
            sgn_net_set_progress(m.net, i / 20.);
            shake(m.net, 0.001);
            sgn_net_choose_supports(m.net);
            cr_expect_leq(s->active, before, "%s, step %d", kinds[k], i);
            size_t unit = k ? 16 : 1;
            cr_expect_eq(s->active, unit * (size_t)lround(density * 240 / (double)unit),
                         "%s, step %d: %zu", kinds[k], i, s->active);
            for (int j = 0; k && j < 240; j++) {
                size_t corner = sgn_support_entry(s, j % 20 / 4 * 4, j / 20 / 4 * 4);
                whole &= s->on[j] == s->on[corner];
            }
            cr_expect(whole, "step %d", i);
            before = s->active;
        }
        model_free(&m);
    }
}

Test(support_net, n_of_m_is_not_pruned_by_and_by)
{
    model m = model_with("weights.support=nm weights.prune_until=1 weights.density=0.9");
    for (int i = 0; i <= 4; i++) {
        sgn_net_set_progress(m.net, i / 4.);
        sgn_net_choose_supports(m.net);
        cr_expect_eq(m.net->support[0]->active, 120);
    }
    model_free(&m);
}

/* ---- scales of blocks -------------------------------------------------------------------------- */

/* Every entry of w is in one stretch, and that has the scale of its block of `size` x `size`. */
static void check_units(const sgn_group *g, const sgn_link *w, int size)
{
    int down = (w->rows + size - 1) / size;
    size_t next = 0;
    for (sgn_stretch r = sgn_stretch_first(g, w); r.count; r = sgn_stretch_next(g, w, r)) {
        cr_expect_eq(r.first, next);
        next = r.first + r.count;
        for (size_t e = r.first; e < next; e++) {
            int i = (int)e % w->rows, j = (int)e / w->rows, unit = i / size + j / size * down;
            cr_expect(r.unit == unit && sgn_unit_of(g, w, e) == unit, "block %d: %d, %d", size, i,
                      j);
        }
    }
    cr_expect_eq(next, sgn_link_size(w));
    cr_expect_eq(g->units, down * ((w->cols + size - 1) / size), "block %d", size);
}

Test(support_net, a_scale_of_blocks_is_one_a_block_whatever_the_size)
{
    static const int sizes[] = {1, 2, 3, 5, 7, 12, 13, 20, 50};
    for (int k = 0; k < 9; k++) {
        sgn_config c = config_of("weights.scale=block weights.block=%d network.solver=lista "
                                 "weights.support=block-magnitude",
                                 sizes[k]);
        model m = model_of(&c);
        for (int i = 0; i < m.net->ngroups; i++) {
            const sgn_group *g = &m.net->group[i].links;
            check_units(g, g->link[0], sizes[k]);
            cr_expect_eq(g->scale->rows, g->units);
        }
        model_free(&m);
    }
}

/* ---- from a file ------------------------------------------------------------------------------- */

static char path[64];

static void new_path(void)
{
    strcpy(path, "/tmp/sgn_support_XXXXXX");
    cr_assert_neq(mkstemp(path), -1);
}

static void remove_path(void) { unlink(path); }

static void refuses_file(sgn_dataset d, sgn_mat A, const char *why)
{
    sgn_mat out = {0};
    OK(sgn_dataset_save(&d, path));
    cr_expect_eq(sgn_dataset_support(&out, path, A), SGN_EDATA);
    cr_expect(strstr(sgn_last_error(), why) && strstr(sgn_last_error(), path), "%s",
              sgn_last_error());
    cr_expect_null(out.at);
}

Test(support_net, a_file_has_to_fit_the_matrix, .init = new_path, .fini = remove_path)
{
    sgn_real a[6] = {1, 0, 2, 0, 0, 3}, zero[6] = {0};
    sgn_mat A = sgn_mat_view(zero, 2, 3), out;
    OK(sgn_dataset_save(&(sgn_dataset){.support = sgn_mat_view(a, 3, 2)}, path));
    OK(sgn_dataset_support(&out, path, A));
    cr_expect(out.rows == 3 && out.cols == 2 && !memcmp(out.at, a, sizeof a));
    sgn_free(out.at);
    refuses_file((sgn_dataset){.support = sgn_mat_view(a, 2, 3)}, A,
                 "support has shape (2, 3), expected (3, 2) because A is (2, 3)");
    refuses_file((sgn_dataset){.support = sgn_mat_view(zero, 3, 2)}, A, "0 everywhere");
    refuses_file((sgn_dataset){.A = sgn_mat_view(a, 2, 3)}, A, "no dataset support");
    a[2] = (sgn_real)NAN;
    refuses_file((sgn_dataset){.support = sgn_mat_view(a, 3, 2)}, A, "support has nan at [2, 0]");
}

/* The mask is in the checkpoint: what it is restored into need not have seen the file. */
Test(support_net, one_from_a_file_is_restored_without_it, .init = new_path, .fini = remove_path)
{
    char before[33], after[33];
    sgn_checkpoint *saved;
    const sgn_solver *solver;
    sgn_net *other;
    model m = model_with("weights.support=file");
    cr_expect_eq(m.net->support[0]->active, 96, "two links of five");
    OK(sgn_checkpoint_save(path, &m.config, m.net, NULL));
    sgn_physics physics = m.problem->physics;
    physics.pattern = (sgn_mat){0};
    OK(sgn_solver_find(m.config.net.solver, &solver));
    OK(sgn_net_new(&other, &m.config.net, solver, &physics, 5, 1));
    cr_expect_eq(other->support[0]->active, 240);
    OK(sgn_checkpoint_open(&saved, path));
    OK(sgn_checkpoint_restore(saved, other, NULL));
    sgn_checkpoint_close(saved);
    sgn_net_hash(m.net, before);
    sgn_net_hash(other, after);
    cr_expect_str_eq(before, after);
    cr_expect_eq(sgn_support_bits(other->support[0]), sgn_support_bits(m.net->support[0]));
    sgn_net_free(other);
    model_free(&m);
}
