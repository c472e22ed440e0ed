/* condition.c -- what test samples are drawn under where that is not the problem: another noise, another
 * sparsity, an A that nobody told the solver of.
 */
#include "core/memory.h"
#include "solvers/problem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(sgn_condition, field)
const sgn_option sgn_condition_options[] = {
    {"snr_db", SGN_OPT_REAL, AT(snr_db), (double)NAN, -20, (double)INFINITY, NULL,
     "measurements to noise in dB of the test set; auto: problem.snr_db"},
    {"sparsity", SGN_OPT_REAL, AT(sparsity), (double)NAN, 1e-6, 1, NULL,
     "probability of a nonzero in the test set; auto: problem.sparsity"},
    {"matrix_error", SGN_OPT_REAL, AT(matrix_error), 0, 0, 1e6, NULL,
     "the test set is measured with A + E, |E| so many times |A| (Frobenius); solvers keep A"},
};
#undef AT
const int sgn_condition_option_count = sizeof sgn_condition_options / sizeof *sgn_condition_options;

static const sgn_condition as_the_problem = {.snr_db = (double)NAN, .sparsity = (double)NAN};

int sgn_condition_is_any(const sgn_condition *c)
{
    return !isnan(c->snr_db) || !isnan(c->sparsity) || c->matrix_error > 0;
}

void sgn_condition_text(const sgn_condition *c, char *text, size_t size)
{
    size_t n = 0;
    text[0] = 0;
    if (!isnan(c->snr_db)) n += (size_t)snprintf(text, size, "snr=%g", c->snr_db);
    if (!isnan(c->sparsity) && n < size)
        n += (size_t)snprintf(text + n, size - n, "%sp=%g", n ? " " : "", c->sparsity);
    if (c->matrix_error > 0 && n < size)
        snprintf(text + n, size - n, "%s|E|=%g|A|", n ? " " : "", c->matrix_error);
}

/* ---- A + E ------------------------------------------------------------------------------------- */

/* Of complex entries E is the real form, too: [Re -Im; Im Re]. */
static void fold(sgn_mat E)
{
    int m = E.rows / 2, n = E.cols / 2;
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            *sgn_mat_at(E, i + m, j + n) = *sgn_mat_at(E, i, j);
            *sgn_mat_at(E, i, j + n) = -*sgn_mat_at(E, i + m, j);
        }
}

/* A has no gaps between its columns: the problem owns it. */
static sgn_status draw_other_matrix(sgn_problem *q, double error, uint64_t seed)
{
    sgn_mat A = q->physics.A;
    size_t size = (size_t)A.rows * (size_t)A.cols;
    sgn_mat E = sgn_mat_view(sgn_alloc(size, sizeof *E.at), A.rows, A.cols);
    if (!E.at) return SGN_EMEM;
    sgn_rng rng = sgn_rng_stream(seed, SGN_RNG_MATRIX_ERROR, 0, 0);
    for (size_t i = 0; i < size; i++) E.at[i] = (sgn_real)sgn_rng_normal(&rng);
    if (q->physics.folds > 1) fold(E);
    double by = error * sqrt(sgn_mat_sum_squares(A) / sgn_mat_sum_squares(E));
    for (size_t i = 0; i < size; i++) E.at[i] = A.at[i] + (sgn_real)by * E.at[i];
    q->test_A = E;
    return SGN_OK;
}

/* ---- problems under a condition ---------------------------------------------------------------- */

sgn_status sgn_problem_test_under(sgn_problem *q, const sgn_condition *c, uint64_t seed)
{
    if (sgn_condition_is_any(c) && q->test_x.cols)
        return sgn_fail(
            SGN_ECONFIG,
            "test.snr_db, test.sparsity and test.matrix_error are for test vectors that "
            "are drawn, but those of %s are given; they must be auto, auto and 0",
            *q->as.file ? q->as.file : "the file");
    sgn_free(q->test_A.at);
    q->test_A = (sgn_mat){0};
    q->test = *c;
    return c->matrix_error > 0 ? draw_other_matrix(q, c->matrix_error, seed) : SGN_OK;
}

sgn_problem sgn_problem_tested(const sgn_problem *q)
{
    sgn_problem t = *q;
    if (!isnan(q->test.snr_db)) t.as.snr_db = q->test.snr_db;
    if (!isnan(q->test.sparsity)) t.as.sparsity = q->test.sparsity;
    if (q->test_A.cols) t.physics.A = q->test_A;
    return t;
}

sgn_problem sgn_problem_nominal(const sgn_problem *q)
{
    sgn_problem t = *q;
    t.test = as_the_problem;
    t.test_A = (sgn_mat){0};
    return t;
}
