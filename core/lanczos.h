/* lanczos.h -- the largest eigenvalue of A A' where all of them would take too long. */
#ifndef SGN_CORE_LANCZOS_H
#define SGN_CORE_LANCZOS_H

#include "core/mat.h"

/* The square of the largest singular value of A (m, n), to about 1e-7 of it, in a hundred products or so with
   A; A is finite.  Lanczos with full reorthogonalisation (Golub & Van Loan, Matrix Computations, 10.1).
   Room for STEPS vectors of m doubles.  SGN_EMEM. */
SGN_MUST_CHECK sgn_status sgn_lanczos_norm(sgn_mat A, double *out);

#endif
