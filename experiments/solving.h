/* solving.h -- a classical solver on the vectors of a set, and the choice of its lambda.
 */
#ifndef SGN_EXPERIMENTS_SOLVING_H
#define SGN_EXPERIMENTS_SOLVING_H

#include "io/config.h"
#include "train/sets.h"

typedef struct {
    const sgn_config *c;
    const sgn_solver *solver;
    sgn_problem *problem;  // physics.lambda is what it is solved for
    sgn_pool *pool;
} sgn_solving;

/* Solves for every column of set->y into x (n, N), from the x that is there (see
   sgn_classical_continue), with as many atoms as solve.atoms says. */
SGN_MUST_CHECK sgn_status sgn_solve_set(const sgn_solving *s, const sgn_set *set, sgn_mat x,
                                        sgn_classical_info *info);

/* Sets problem->physics.lambda by solve.rule and solve.lambda. */
SGN_MUST_CHECK sgn_status sgn_choose_lambda(const sgn_solving *s);

#endif
