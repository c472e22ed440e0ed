#include "experiments/solving.h"

#include "solvers/classical.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The number solve.atoms names; -1 for "true". */
static sgn_status atoms_of(const sgn_config *c, int n, int *out)
{
    char *end = NULL;
    const char *text = c->solve.atoms;
    int each = !strcmp(text, "true");
    long atoms = each ? -1 : strtol(text, &end, 10);
    if (!each && (*end || end == text || atoms < 0 || atoms > n))
        return sgn_fail(SGN_ECONFIG, "solve.atoms is %s, must be a number from 0 to %d or true",
                        text, n);
    *out = (int)atoms;
    return SGN_OK;
}

static sgn_status run(const sgn_solving *s, double sparsity, sgn_mat y, sgn_mat x,
                      sgn_classical_info *info)
{
    const sgn_classical_settings *as = &s->c->solve;
    sgn_physics q = s->problem->physics;
    q.sparsity = sparsity;
    return sgn_classical_continue(s->solver, &q, as->iterations, as->tolerance, s->pool, y, x,
                                  info);
}

static double share_of_nonzeros(sgn_mat x)
{
    double nonzeros = 0;
    for (int i = 0; i < x.rows; i++) nonzeros += x.at[i] != 0;
    return nonzeros / x.rows;
}

/* Sample by sample, since each is told another number. */
static sgn_status run_each(const sgn_solving *s, const sgn_set *set, sgn_mat x,
                           sgn_classical_info *info)
{
    int width = s->problem->physics.width;
    sgn_classical_info all = {0}, one;
    for (int j = 0; j < x.cols; j += width) {
        SGN_TRY(run(s, share_of_nonzeros(sgn_mat_cols(set->x, j, 1)),
                    sgn_mat_cols(set->y, j, width), sgn_mat_cols(x, j, width), &one));
        if (one.iterations > all.iterations) all.iterations = one.iterations;
        all.objective += one.objective * width / x.cols;
        all.gap = one.gap > all.gap || isnan(one.gap) ? one.gap : all.gap;
    }
    *info = all;
    return SGN_OK;
}

sgn_status sgn_solve_set(const sgn_solving *s, const sgn_set *set, sgn_mat x,
                         sgn_classical_info *info)
{
    int atoms = 0, n = s->problem->physics.A.cols;
    SGN_TRY(atoms_of(s->c, n, &atoms));
    if (atoms < 0) return run_each(s, set, x, info);
    return run(s, atoms ? (double)atoms / n : s->problem->physics.sparsity, set->y, x, info);
}
