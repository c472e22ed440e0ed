/* A batch of B samples is B batches of one: forwards, and backwards in sum. */
#include "laws.h"

#include <math.h>
#include <string.h>

/* Not a multiple of a shard, and more than one. */
enum { BATCH = SGN_SHARD + 13, PART = SGN_SHARD - 5 };

static const double tolerance = 1e-12;

typedef struct {
    model all, one;  // the same network, for BATCH samples and for one
    sgn_mat slope;   // (n, columns of BATCH samples) dL/dx of the last layer
    sgn_net *net;    // the one that runs
    int first;       // the column it runs at, of the whole batch
} pair;

/* Vectors, and samples of several columns whose rows are real and imaginary parts.  Not of signs: with
   links of signs too, sums tie or cancel, and an iteration that is not continuous asks the rounding. */
static const char *const problems[] = {
    "problem.kind=block-gaussian problem.blocks=2",
    "problem.kind=qpsk problem.pilots=gaussian problem.measurements=4"};

static model shaken(const char *solver, const char *constraint, const char *problem, int batch)
{
    sgn_config c = config_of("network.solver=%s weights.constraint=%s %s train.batch=%d", solver,
                             constraint, problem, batch);
    model m = model_of(&c);
    shake(m.net, 0.05);
    // the gradients of scales are the constraint's, not the tape's
    memset(m.net->param->dweight, 0, weights_of(m.net) * sizeof(sgn_real));
    return m;
}

static pair pair_of(const char *solver, const char *constraint, const char *problem)
{
    pair p = {.all = shaken(solver, constraint, problem, BATCH),
              .one = shaken(solver, constraint, problem, 1)};
    int n = p.all.net->n, cols = sgn_tape_batch(p.all.net->tape);
    sgn_mat x = sgn_mat_view(sgn_alloc((size_t)n * (size_t)cols, sizeof(sgn_real)), n, cols);
    sgn_problem_draw(p.all.problem, 3, SGN_RNG_FREE, 0, 0, x, sgn_net_input(p.all.net));
    fill_normal(x.at, (size_t)n * (size_t)cols, 1, 1);
    p.slope = x;
    return p;
}

static void pair_free(pair *p)
{
    model_free(&p->all), model_free(&p->one);
    sgn_free(p->slope.at);
}

static void seed(void *pair_, sgn_var v, int first, int count)
{
    const pair *p = pair_;
    if (v != p->net->x[p->net->as.depth - 1]) return;
    sgn_mat g = sgn_tape_grad(p->net->tape, v);
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

/* The first `samples` together and one by one. */
static void compare(pair *p, int samples, const char *what)
{
    int width = p->all.net->physics.width;
    sgn_mat together = run(p, p->all.net, 0, samples * width);
    size_t weights = weights_of(p->one.net), size_of_one = (size_t)(together.rows * width);
    sgn_real *sum = sgn_alloc(weights, sizeof *sum);
    double apart = 0, size = 0;
    for (int j = 0; j < samples * width; j += width) {
        sgn_mat_copy(sgn_mat_cols(sgn_net_input(p->all.net), j, width), sgn_net_input(p->one.net));
        sgn_mat x = run(p, p->one.net, j, width);
        apart = fmax(apart, largest_difference(x.at, sgn_mat_at(together, 0, j), size_of_one));
        for (size_t i = 0; i < weights; i++) sum[i] += p->one.net->param->dweight[i];
    }
    for (size_t i = 0; i < weights; i++) size = fmax(size, fabs(sum[i]));
    double off = largest_difference(sum, p->all.net->param->dweight, weights);
    cr_expect_lt(apart, tolerance, "%s, %d samples: %g", what, samples, apart);
    cr_expect_lt(off, tolerance * size, "%s, gradient of %d samples: %g of %g", what, samples, off,
                 size);
    cr_expect_gt(size, 0);
    sgn_free(sum);
}

static void check(const char *solver, const char *constraint, const char *problem)
{
    char what[160];
    snprintf(what, sizeof what, "%s, %s, %s", solver, constraint, problem);
    pair p = pair_of(solver, constraint, problem);
    compare(&p, BATCH, what);
    compare(&p, PART, what);
    pair_free(&p);
}

Test(batches, a_batch_is_as_many_batches_of_one)
{
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++)
        for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
            for (int i = 0; i < 2 && (*s)->step; i++) check((*s)->name, (*k)->name, problems[i]);
}

Test(batches, another_sample_gives_another_estimate)
{
    pair p = pair_of("lista-cp", "full", problems[0]);
    sgn_mat x = sgn_net_forward(p.all.net, NULL, BATCH);
    for (int j = 1; j < BATCH; j++)
        cr_expect_gt(largest_difference(x.at, sgn_mat_at(x, 0, j), (size_t)x.rows), 1e-3,
                     "sample %d", j);
    pair_free(&p);
}
