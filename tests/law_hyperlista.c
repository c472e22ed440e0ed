/* Networks that learn numbers alone: how many, and the three of HyperLISTA do what its paper prints. */
#include "laws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t learned(const sgn_net *net)
{
    size_t count = 0;
    for (int p = 0; p < net->nparams; p++)
        if (net->param[p].trained) count += sgn_link_size(&net->param[p]);
    return count;
}

static size_t learned_by(const char *solver, int depth)
{
    sgn_config c = config_of("network.solver=%s network.depth=%d", solver, depth);
    model m = model_of(&c);
    size_t count = learned(m.net);
    model_free(&m);
    return count;
}

Test(numbers, hyperlista_learns_three_whatever_its_depth)
{
    cr_expect_eq(learned_by("hyperlista", 2), 3);
    cr_expect_eq(learned_by("hyperlista", 9), 3);
}

Test(numbers, step_lista_learns_a_step_a_layer_and_alista_two_numbers)
{
    cr_expect_eq(learned_by("step-lista", 9), 9);
    cr_expect_eq(learned_by("alista", 9), 18);
}

Test(numbers, step_lista_has_no_links)
{
    sgn_config c = config_of("network.solver=step-lista");
    model m = model_of(&c);
    for (int p = 0; p < m.net->nparams; p++)
        cr_expect_neq(m.net->param[p].role, SGN_ROLE_LINKS, "%s", m.net->param[p].name);
    model_free(&m);
}

/* ---- the paper's iteration, entry by entry ---------------------------------------------------- */

enum { ROWS = 12, COLS = 20 };
static const double c1 = 1, c2 = 2,
                    c3 = 0.03;  // of solvers/hyperlista.c; thresholds add 1e-7 to a level

typedef struct {
    double x[COLS], before[COLS], first;
} plain;

static int by_size(const void *a, const void *b)
{
    double d = fabs(*(const double *)b) - fabs(*(const double *)a);
    return (d > 0) - (d < 0);
}

static double shrink(double z, double theta) { return copysign(fmax(fabs(z) - theta, 0), z); }

/* The share of entry z that passes unshrunk when `count` do. */
static double share(const double *z, double theta, double count, double of)
{
    double sorted[COLS];
    memcpy(sorted, z, sizeof sorted);
    qsort(sorted, COLS, sizeof *sorted, by_size);
    int rank = 0;
    while (fabs(sorted[rank]) > fabs(of)) rank++;
    return fabs(of) > theta ? fmin(fmax(count - rank, 0), 1) : 0;
}

static void iterate(const sgn_physics *q, const sgn_real *y, plain *s)
{
    double e[COLS] = {0}, z[COLS], l1 = 0, l0 = 0;
    for (int i = 0; i < ROWS; i++) {
        double r = y[i];
        for (int j = 0; j < COLS; j++) r -= *sgn_mat_at(q->A, i, j) * s->x[j];
        for (int j = 0; j < COLS; j++) e[j] += *sgn_mat_at(q->A, i, j) * r / q->lipschitz;
    }
    for (int j = 0; j < COLS; j++) l1 += fabs(e[j]), l0 += s->x[j] != 0;
    if (s->first == 0) s->first = l1;
    double theta = c1 * (l1 / COLS + 1e-7), beta = c2 * l0 / COLS,
           p = c3 * COLS * log(s->first / l1);
    for (int j = 0; j < COLS; j++) z[j] = s->x[j] + e[j] + beta * (s->x[j] - s->before[j]);
    memcpy(s->before, s->x, sizeof s->x);
    for (int j = 0; j < COLS; j++) {
        double w = share(z, theta, p, z[j]);
        s->x[j] = w * z[j] + (1 - w) * shrink(z[j], theta);
    }
}

Test(numbers, hyperlista_is_what_its_paper_prints)
{
    const sgn_solver *hyperlista;
    sgn_config c = config_of("problem.snr_db=20");
    model m = model_of(&c);
    sgn_real truth[COLS], y[ROWS], x[COLS];
    sgn_classical_info info;
    OK(sgn_solver_find("hyperlista", &hyperlista));
    sgn_problem_draw(m.problem, 3, SGN_RNG_FREE, 0, 0, sgn_mat_view(truth, COLS, 1),
                     sgn_mat_view(y, ROWS, 1));
    plain s = {.first = 0};
    for (int k = 1; k <= 8; k++) {
        iterate(&m.problem->physics, y, &s);
        OK(sgn_classical_run(hyperlista, &m.problem->physics, k, 0, NULL, sgn_mat_view(y, ROWS, 1),
                             sgn_mat_view(x, COLS, 1), &info));
        double error = 0, moved = 0;
        for (int j = 0; j < COLS; j++) {
            error = fmax(error, fabs(s.x[j] - x[j]));
            moved = fmax(moved, fabs(s.before[j] - x[j]));
        }
        cr_expect_lt(error, 1e-9, "iteration %d: %g", k, error);
        cr_expect_gt(moved, 1e-4, "iteration %d stands still", k);
    }
    model_free(&m);
}
