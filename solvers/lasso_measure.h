/* lasso_measure.h -- how good a solution of the lasso is: objective and duality gap.
 *
 *     P(x) = 1/2 |y - A x|^2 + lambda |x|_1
 *     D(u) = 1/2 |y|^2 - 1/2 |y - u|^2         for |A' u|_inf <= lambda
 *
 * With r = y - A x the scaled residual u = r min(1, lambda / |A' r|_inf) is feasible, and
 * P(x) - D(u) >= P(x) - min P  (Kim et al. 2007, "An interior-point method for large-scale
 * l1-regularized least squares", sec. III.A).
 */
#ifndef SGN_SOLVERS_LASSO_MEASURE_H
#define SGN_SOLVERS_LASSO_MEASURE_H

#include "unroll/solver.h"

/* Sets objective (mean over the columns) and gap (the largest, relative to its column's objective)
   of x (n, N) for y (m, N). */
SGN_MUST_CHECK sgn_status sgn_lasso_measure(const sgn_physics *q, sgn_mat y, sgn_mat x,
                                            sgn_classical_info *info);

#endif
