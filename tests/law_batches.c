/* A batch of B samples is B batches of one: forwards, and backwards in sum. */
#include "laws.h"

#include <math.h>
#include <string.h>

/* Not a multiple of a shard, and more than one. */
enum { BATCH = SGN_SHARD + 13, PART = SGN_SHARD - 5 };

static const double tolerance = 1e-12;

typedef struct {
    model all, one;  // the same network, for BATCH samples and for one
    sgn_mat slope;   // (n, BATCH) dL/dx of the last layer
    sgn_net *net;    // the one that runs
    int first;       // the sample it runs at, of the whole batch
} pair;

static model shaken(const char *solver, const char *constraint, int batch)
{
    sgn_config c = config_of("network.solver=%s weights.constraint=%s problem.kind=block-pm1 "
                             "problem.blocks=2 train.batch=%d",
                             solver, constraint, batch);
    model m = model_of(&c);
    shake(m.net, 0.05);
    // the gradients of scales are the constraint's, not the tape's
    memset(m.net->param->dweight, 0, weights_of(m.net) * sizeof(sgn_real));
    return m;
}

static pair pair_of(const char *solver, const char *constraint)
{
    pair p = {.all = shaken(solver, constraint, BATCH), .one = shaken(solver, constraint, 1)};
    int n = p.all.net->n;
    sgn_mat x = sgn_mat_view(sgn_alloc((size_t)n * BATCH, sizeof(sgn_real)), n, BATCH);
    sgn_problem_draw(p.all.problem, 3, SGN_RNG_FREE, 0, 0, x, sgn_net_input(p.all.net));
    fill_normal(x.at, (size_t)n * BATCH, 1, 1);
    p.slope = x;
    return p;
}

static void pair_free(pair *p)
{
    model_free(&p->all), model_free(&p->one);
    sgn_free(p->slope.at);
}

static void seed(void *pair_, int first, int count)
{
    const pair *p = pair_;
    sgn_mat g = sgn_tape_grad(p->net->tape, p->net->x[p->net->as.depth - 1]);
    for (int j = first; j < first + count; j++)
        for (int i = 0; i < g.rows; i++)
            *sgn_mat_at(g, i, j) += *sgn_mat_at(p->slope, i, p->first + j);
}

static sgn_mat run(pair *p, sgn_net *net, int first, int cols)
{
    p->net = net;
    p->first = first;
    sgn_mat x = sgn_net_forward(net, NULL, cols);
    sgn_tape_backward(net->tape, NULL, cols, seed, p);
    return x;
}

/* The first `cols` samples together and one by one. */
static void compare(pair *p, int cols, const char *what)
{
    sgn_mat together = run(p, p->all.net, 0, cols);
    size_t weights = weights_of(p->one.net), n = (size_t)together.rows;
    sgn_real *sum = sgn_alloc(weights, sizeof *sum);
    double apart = 0, size = 0;
    for (int j = 0; j < cols; j++) {
        sgn_mat_copy(sgn_mat_cols(sgn_net_input(p->all.net), j, 1), sgn_net_input(p->one.net));
        sgn_mat x = run(p, p->one.net, j, 1);
        apart = fmax(apart, largest_difference(x.at, sgn_mat_at(together, 0, j), n));
        for (size_t i = 0; i < weights; i++) sum[i] += p->one.net->param->dweight[i];
    }
    for (size_t i = 0; i < weights; i++) size = fmax(size, fabs(sum[i]));
    double off = largest_difference(sum, p->all.net->param->dweight, weights);
    cr_expect_lt(apart, tolerance, "%s, %d samples: %g", what, cols, apart);
    cr_expect_lt(off, tolerance * size, "%s, gradient of %d samples: %g of %g", what, cols, off,
                 size);
    cr_expect_gt(size, 0);
    sgn_free(sum);
}

Test(batches, a_batch_is_as_many_batches_of_one)
{
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++)
        for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
            char what[128];
            snprintf(what, sizeof what, "%s, %s", (*s)->name, (*k)->name);
            pair p = pair_of((*s)->name, (*k)->name);
            compare(&p, BATCH, what);
            compare(&p, PART, what);
            pair_free(&p);
        }
}

Test(batches, another_sample_gives_another_estimate)
{
    pair p = pair_of("lista-cp", "full");
    sgn_mat x = sgn_net_forward(p.all.net, NULL, BATCH);
    for (int j = 1; j < BATCH; j++)
        cr_expect_gt(largest_difference(x.at, sgn_mat_at(x, 0, j), (size_t)x.rows), 1e-3,
                     "sample %d", j);
    pair_free(&p);
}
