/* Every column has round(density m) nonzeros at random places, +-c with c = 1 over the square root of
 * their number: unit columns of one amplitude.  An even column weight is what makes such matrices
 * good for recovery (Berinde et al. 2008, arXiv:0804.4666); with independent entries the lightest
 * columns cannot be told apart.  A row that came out empty takes over one entry of a column.
 */
#include "solvers/problem.h"

#include <math.h>

static int column_weight(const sgn_problem_settings *as, int m)
{
    long weight = lround(as->density * m);
    return weight < 1 ? 1 : (int)weight;
}

/* `weight` distinct rows: the rejections stay cheap up to weight = m, which is filled in order. */
static void draw_column(sgn_mat A, int j, int weight, sgn_real c, sgn_rng *rng)
{
    for (int placed = 0; placed < weight;) {
        int i = weight == A.rows ? placed : (int)sgn_rng_below(rng, (uint32_t)A.rows);
        if (*sgn_mat_at(A, i, j) != 0) continue;
        *sgn_mat_at(A, i, j) = sgn_rng_u32(rng) >> 31 ? c : -c;
        placed++;
    }
}

static int row_weight(sgn_mat A, int i)
{
    int weight = 0;
    for (int j = 0; j < A.cols; j++) weight += *sgn_mat_at(A, i, j) != 0;
    return weight;
}

/* Moves an entry from a row that has others to row i. */
static void fill_row(sgn_mat A, int i, sgn_rng *rng)
{
    while (row_weight(A, i) == 0) {
        int from = (int)sgn_rng_below(rng, (uint32_t)A.rows),
            j = (int)sgn_rng_below(rng, (uint32_t)A.cols);
        sgn_real *entry = sgn_mat_at(A, from, j);
        if (*entry == 0 || row_weight(A, from) < 2) continue;
        *sgn_mat_at(A, i, j) = *entry;
        *entry = 0;
    }
}

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    int weight = column_weight(as, A.rows);
    if ((long)weight * A.cols < A.rows)
        return sgn_fail(SGN_ECONFIG,
                        "problem.density is %g: %d nonzeros in %d rows leave some row empty; at "
                        "least %g is needed",
                        as->density, weight * A.cols, A.rows,
                        ceil((double)A.rows / A.cols) / A.rows);
    for (int j = 0; j < A.cols; j++) draw_column(A, j, weight, (sgn_real)(1 / sqrt(weight)), rng);
    for (int i = 0; i < A.rows; i++) fill_row(A, i, rng);
    return SGN_OK;
}

const sgn_problem_kind sgn_problem_kind_sparse_pm1 = {
    .name = "sparse-pm1",
    .title = "sparse +-c, the same number of nonzeros in every column",
    .cite = "after Berinde et al. 2008, arXiv:0804.4666",
    .draw = draw,
};
