/* classical.h -- any registered solver run as the classical method it comes from.
 *
 * One iteration is recorded at its published values and replayed until the estimates stop moving.
 */
#ifndef SGN_SOLVERS_CLASSICAL_H
#define SGN_SOLVERS_CLASSICAL_H

#include "core/option.h"
#include "core/pool.h"
#include "unroll/solver.h"

typedef struct {
    double lambda;  // NAN: the one of a grid with the least error on validation vectors
    int iterations;
    double tolerance;  // stop when |x_k - x_{k-1}| <= tolerance |x_k| for every signal; 0: never
} sgn_classical_settings;

extern const sgn_option sgn_classical_options[];
extern const int sgn_classical_option_count;

/* Solves for every column of y (m, N) into x (n, N).  q->lambda is the l1 weight. */
SGN_MUST_CHECK sgn_status sgn_classical_run(const sgn_solver *solver, const sgn_physics *q,
                                            int iterations, double tolerance, sgn_pool *pool,
                                            sgn_mat y, sgn_mat x, sgn_classical_info *info);

#endif
