/* classical.h -- any registered solver run as the classical method it comes from.
 *
 * One iteration is recorded at its published values and replayed until the estimates stop moving.
 * A method that cannot be unrolled brings a procedure of its own (sgn_solver.solve).
 */
#ifndef SGN_SOLVERS_CLASSICAL_H
#define SGN_SOLVERS_CLASSICAL_H

#include "core/option.h"
#include "core/pool.h"
#include "unroll/solver.h"

/* Where lambda comes from: the setting, or a path of falling values down to it. */
typedef enum {
    SGN_LAMBDA_VALUE,       // solve.lambda itself
    SGN_LAMBDA_PATH,        // the one of least error on validation vectors
    SGN_LAMBDA_DISCREPANCY  // the largest whose residual is no larger than the noise
} sgn_lambda_rule;

typedef struct {
    int rule;       // sgn_lambda_rule
    double lambda;  // NAN: the one of a grid with the least error on validation vectors
    int points;     // of the path
    int iterations;
    double tolerance;  // stop when |x_k - x_{k-1}| <= tolerance |x_k| for every signal; 0: never
    char atoms[SGN_NAME_MAX];  // "0": as problem.sparsity says; "true": each signal's own number
} sgn_classical_settings;

extern const sgn_option sgn_classical_options[];
extern const int sgn_classical_option_count;

/* Solves for every column of y (m, N) into x (n, N).  q->lambda is the l1 weight. */
SGN_MUST_CHECK sgn_status sgn_classical_run(const sgn_solver *solver, const sgn_physics *q,
                                            int iterations, double tolerance, sgn_pool *pool,
                                            sgn_mat y, sgn_mat x, sgn_classical_info *info);

/* The same from the x that is there, where the solver minimises a convex function (the lasso): a
   solution for one lambda is a good start for the next.  Other solvers start at zero. */
SGN_MUST_CHECK sgn_status sgn_classical_continue(const sgn_solver *solver, const sgn_physics *q,
                                                 int iterations, double tolerance, sgn_pool *pool,
                                                 sgn_mat y, sgn_mat x, sgn_classical_info *info);

#endif
