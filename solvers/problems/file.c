/* A matrix somebody measured: it is read from problem.file and reaches the library through
 * sgn_problem_from_data, so there is nothing to draw.
 */
#include "solvers/problem.h"

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    (void)rng, (void)A;
    return sgn_fail(SGN_ECONFIG,
                    "problem.kind is 'file': the matrix is to be loaded from problem.file ('%s'), "
                    "it cannot be drawn",
                    as->file);
}

const sgn_problem_kind sgn_problem_kind_file = {
    .name = "file",
    .title = "matrix and test vectors of a data file",
    .cite = "docs/format.md, the data set",
    .draw = draw,
};
