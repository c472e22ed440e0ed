/* analytic.h -- weights that need no data: what a network starts from, or keeps frozen. */
#ifndef SGN_UNROLL_ANALYTIC_H
#define SGN_UNROLL_ANALYTIC_H

#include "unroll/solver.h"

/* W (n, m) <- the column-scaled ridge pseudo-inverse, the closed form of ALISTA's analytic weight
   (Liu et al. 2019): with P = (A A' + 1e-3 I)^{-1} A, row j of W is p_j' / (p_j' a_j). */
SGN_MUST_CHECK sgn_status sgn_analytic_weight(const sgn_physics *q, sgn_mat W);

/* W (n, m) <- the rows of least coherence with A, ALISTA's other analytic weight (Liu et al. 2019,
   definition 1), approached from the closed form and never above it, row by row:
       min max_{i != j} |w_j a_i|   subject to   w_j a_j = 1. */
SGN_MUST_CHECK sgn_status sgn_coherence_weight(const sgn_physics *q, sgn_mat W);

/* W (n, m) <- A' / L, the step of ISTA. */
void sgn_adjoint_weight(const sgn_physics *q, sgn_mat W);

#endif
