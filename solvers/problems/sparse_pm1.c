/* A_ij = +-c with probability `density`, else 0; c = 1/sqrt(m density), so that the expected norm
 * of a column is 1.  A row or column that came out empty gets one entry at a random place: nothing
 * is measured in vain and nothing goes unmeasured.
 */
#include "solvers/problem.h"

#include <math.h>

static sgn_real sign(sgn_rng *rng, sgn_real c) { return sgn_rng_u32(rng) >> 31 ? c : -c; }

static void fill_empty_columns(sgn_mat A, sgn_real c, sgn_rng *rng)
{
    for (int j = 0; j < A.cols; j++) {
        int i = 0;
        while (i < A.rows && *sgn_mat_at(A, i, j) == 0) i++;
        if (i == A.rows)
            *sgn_mat_at(A, (int)sgn_rng_below(rng, (uint32_t)A.rows), j) = sign(rng, c);
    }
}

static void fill_empty_rows(sgn_mat A, sgn_real c, sgn_rng *rng)
{
    for (int i = 0; i < A.rows; i++) {
        int j = 0;
        while (j < A.cols && *sgn_mat_at(A, i, j) == 0) j++;
        if (j == A.cols)
            *sgn_mat_at(A, i, (int)sgn_rng_below(rng, (uint32_t)A.cols)) = sign(rng, c);
    }
}

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    sgn_real c = (sgn_real)(1 / sqrt(A.rows * as->density));
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++)
            if (sgn_rng_uniform(rng) < as->density) *sgn_mat_at(A, i, j) = sign(rng, c);
    fill_empty_columns(A, c, rng);
    fill_empty_rows(A, c, rng);
    return SGN_OK;
}

const sgn_problem_kind sgn_problem_kind_sparse_pm1 = {
    .name = "sparse-pm1",
    .title = "a sparse matrix of signs with one amplitude",
    .cite = "Achlioptas 2003, Database-friendly random projections, JCSS 66(4)",
    .draw = draw,
};
