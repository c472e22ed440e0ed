#include "solvers/problem.h"

#include "core/memory.h"
#include "core/registry.h"
#include "unroll/packed.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { MOST = 65536 };  // rows or columns of A
static const double default_lambda = 0.1;

#define AT(field) offsetof(sgn_problem_settings, field)
const sgn_option sgn_problem_options[] = {
    {"kind", SGN_OPT_NAME, AT(kind), 0, 0, 0, "gaussian", "the sensing matrix A"},
    {"m", SGN_OPT_INT, AT(m), 250, 1, MOST, NULL, "measurements, the rows of A"},
    {"n", SGN_OPT_INT, AT(n), 500, 1, MOST, NULL, "unknowns, the columns of A"},
    {"density", SGN_OPT_REAL, AT(density), 0.1, 1e-6, 1, NULL,
     "sparse-pm1: share of nonzeros in each column of A"},
    {"blocks", SGN_OPT_INT, AT(blocks), 1, 1, MOST, NULL, "block-*: diagonal blocks of A"},
    {"sparsity", SGN_OPT_REAL, AT(sparsity), 0.1, 1e-6, 1, NULL,
     "probability that an entry of x is not zero"},
    {"snr_db", SGN_OPT_REAL, AT(snr_db), (double)INFINITY, -20, (double)INFINITY, NULL,
     "measurements to noise in dB, per sample; inf for no noise"},
    {"seed", SGN_OPT_SEED, AT(seed), 0, 0, 0, NULL, "seed of A; 0 for the run's"},
    {"measurements", SGN_OPT_INT, AT(measurements), 1, 1, SGN_SHARD, NULL,
     "columns of a sample, whose x share one support (antennas): 1 2 4 8 16 32"},
    {"pilots", SGN_OPT_CHOICE, AT(pilots), 0, 0, 0, "qpsk|zadoff-chu|gaussian",
     "qpsk: what the users' pilot sequences are made of"},
    {"sign_only", SGN_OPT_BOOL, AT(sign_only), 0, 0, 0, NULL,
     "one-bit measurements: y = sign(A x + e), and x of norm 1"},
    {"exact_sparsity", SGN_OPT_BOOL, AT(exact_sparsity), 0, 0, 0, NULL,
     "x has sparsity * n nonzeros exactly, instead of on average"},
    {"file", SGN_OPT_PATH, AT(file), 0, 0, 0, "", "kind file: the HDF5 file with A and x"},
};
#undef AT
const int sgn_problem_option_count = sizeof sgn_problem_options / sizeof sgn_problem_options[0];

/* ---- the registry ---- */

#define PROBLEM(id) extern const sgn_problem_kind sgn_problem_kind_##id;
#include "solvers/problems.def"
#undef PROBLEM

static const sgn_problem_kind *const kinds[] = {
#define PROBLEM(id) &sgn_problem_kind_##id,
#include "solvers/problems.def"
#undef PROBLEM
    NULL,
};

const sgn_problem_kind *const *sgn_problem_kinds(void) { return kinds; }

sgn_status sgn_problem_kind_find(const char *name, const sgn_problem_kind **out)
{
    const sgn_problem_kind *found = sgn_registry_find("problem.kind", name, kinds);
    if (!found) return SGN_ENAME;
    *out = found;
    return SGN_OK;
}

/* ---- settings ---- */

/* A config file was checked when it was parsed; settings made by a caller pass the same table. */
static sgn_status check_ranges(const sgn_problem_settings *as)
{
    sgn_problem_settings unused = *as;
    char text[SGN_NAME_MAX];
    for (int i = 0; i < sgn_problem_option_count; i++) {
        const sgn_option *o = &sgn_problem_options[i];
        if (o->type != SGN_OPT_INT && o->type != SGN_OPT_REAL) continue;
        sgn_option_print(o, as, text, sizeof text);
        SGN_TRY(sgn_option_parse("problem", o, text, &unused));
    }
    return SGN_OK;
}

static sgn_status check_settings(const sgn_problem_settings *as, const sgn_problem_kind *kind)
{
    SGN_TRY(check_ranges(as));
    if ((long long)as->m * as->n > INT_MAX)
        return sgn_fail(SGN_ECONFIG, "problem.m x problem.n is %d x %d, more than %d entries",
                        as->m, as->n, INT_MAX);
    if (SGN_SHARD % as->measurements)
        return sgn_fail(SGN_ECONFIG, "problem.measurements is %d, must be 1, 2, 4, 8, 16 or 32",
                        as->measurements);
    if (kind->is_complex && (as->m % 2 || as->n % 2))
        return sgn_fail(SGN_ECONFIG,
                        "problem.m and problem.n are %d and %d, must be even: real and imaginary "
                        "parts of problem.kind %s",
                        as->m, as->n, kind->name);
    if (kind->has_blocks && (as->m % as->blocks || as->n % as->blocks))
        return sgn_fail(SGN_ECONFIG,
                        "problem.blocks is %d, must divide problem.m (%d) and problem.n (%d)",
                        as->blocks, as->m, as->n);
    return SGN_OK;
}

/* ---- matrices ---- */

void sgn_unit_columns(sgn_mat A)
{
    for (int j = 0; j < A.cols; j++) {
        double norm = sqrt(sgn_mat_sum_squares(sgn_mat_cols(A, j, 1)));
        for (int i = 0; i < A.rows; i++) *sgn_mat_at(A, i, j) /= (sgn_real)norm;
    }
}

static int is_one_bit(sgn_mat A)
{
    sgn_real c = 0;
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++) {
            sgn_real size = (sgn_real)fabs((double)*sgn_mat_at(A, i, j));
            if (c == 0) c = size;
            if (size != 0 && size != c) return 0;
        }
    return 1;
}

static sgn_status new_mat(sgn_mat *out, int rows, int cols)
{
    *out = sgn_mat_view(NULL, rows, cols);
    if (cols == 0) return SGN_OK;
    out->at = sgn_alloc((size_t)rows * (size_t)cols, sizeof *out->at);
    return out->at ? SGN_OK : SGN_EMEM;
}

static sgn_status copy_mat(sgn_mat *out, sgn_mat from)
{
    SGN_TRY(new_mat(out, from.rows, from.cols));
    for (int j = 0; j < from.cols; j++)
        memcpy(sgn_mat_at(*out, 0, j), sgn_mat_at(from, 0, j), (size_t)from.rows * sizeof *from.at);
    return SGN_OK;
}

/* ---- the problem ---- */

/* What follows from the settings and the kind. */
static void describe(sgn_problem *q, const sgn_problem_kind *kind)
{
    sgn_physics *p = &q->physics;
    p->lambda = default_lambda;
    p->blocks = kind->has_blocks ? q->as.blocks : 1;
    p->one_bit = p->signs || is_one_bit(p->A);
    p->sparsity = q->as.sparsity;
    p->width = q->as.measurements;
    p->folds = kind->is_complex ? 2 : 1;
    p->sign_only = q->as.sign_only;
}

static sgn_status describe_all(sgn_problem *q, const sgn_problem_kind *kind)
{
    sgn_physics *p = &q->physics;
    SGN_TRY(sgn_lipschitz(p->A, &p->lipschitz));
    if (!(p->lipschitz > 0)) return sgn_fail(SGN_EDATA, "A is zero, so y says nothing about x");
    describe(q, kind);
    return SGN_OK;
}

static sgn_status draw_matrix(sgn_problem *q, const sgn_problem_kind *kind, uint64_t seed)
{
    sgn_rng rng = sgn_rng_stream(seed, SGN_RNG_MATRIX, 0, 0);
    SGN_TRY(new_mat(&q->physics.A, q->as.m, q->as.n));
    return kind->draw(&q->as, &rng, q->physics.A);
}

/* Panel by panel, so that no more than one is there as reals. */
static sgn_status draw_signs(sgn_problem *q, const sgn_problem_kind *kind, uint64_t seed)
{
    int m = q->as.m, n = q->as.n;
    sgn_rng rng = sgn_rng_stream(seed, SGN_RNG_MATRIX, 0, 0);
    sgn_mat panel;
    SGN_TRY(new_mat(&panel, m, SGN_PANEL));
    q->physics.A = sgn_mat_view(NULL, m, n);
    sgn_status s =
        sgn_packed_signs_new(&q->physics.signs, m, n, (sgn_real)(1 / sqrt((double)m)), 0);
    for (int j = 0; s == SGN_OK && j < n; j += SGN_PANEL) {
        sgn_mat columns = sgn_mat_cols(panel, 0, n - j < SGN_PANEL ? n - j : SGN_PANEL);
        s = kind->draw(&q->as, &rng, columns);
        if (s == SGN_OK) sgn_packed_set_columns(q->physics.signs, j, columns);
    }
    sgn_free(panel.at);
    return s;
}

static sgn_status give_or_free(sgn_problem **out, sgn_problem *q, sgn_status s)
{
    if (s == SGN_OK) *out = q;
    else sgn_problem_free(q);
    return s;
}

static sgn_status new_empty(sgn_problem **out, const sgn_problem_settings *as,
                            const sgn_problem_kind **kind)
{
    SGN_TRY(sgn_problem_kind_find(as->kind, kind));
    SGN_TRY(check_settings(as, *kind));
    *out = sgn_alloc(1, sizeof **out);
    if (!*out) return SGN_EMEM;
    (*out)->as = *as;
    **out = sgn_problem_nominal(*out);
    return SGN_OK;
}

sgn_status sgn_problem_new(sgn_problem **out, const sgn_problem_settings *as, uint64_t seed)
{
    const sgn_problem_kind *kind;
    sgn_problem *q;
    SGN_TRY(new_empty(&q, as, &kind));
    sgn_status s = draw_matrix(q, kind, as->seed ? as->seed : seed);
    if (s == SGN_OK) s = describe_all(q, kind);
    return give_or_free(out, q, s);
}

sgn_status sgn_problem_new_to_run(sgn_problem **out, const sgn_problem_settings *as, uint64_t seed)
{
    const sgn_problem_kind *kind;
    sgn_problem *q;
    SGN_TRY(new_empty(&q, as, &kind));
    uint64_t of_A = as->seed ? as->seed : seed;
    sgn_status s = kind->has_sign_columns ? draw_signs(q, kind, of_A) : draw_matrix(q, kind, of_A);
    if (s == SGN_OK) describe(q, kind);
    return give_or_free(out, q, s);
}

void sgn_problem_free(sgn_problem *q)
{
    if (!q) return;
    sgn_free(q->physics.A.at);
    sgn_free(q->test_A.at);
    sgn_packed_free(q->physics.signs);
    sgn_free(q->test_x.at);
    sgn_free(q->test_y.at);
    sgn_free(q->train_x.at);
    sgn_free(q->train_y.at);
    sgn_free(q);
}

/* ---- the problem of a file ---- */

/* Indices as the file has them: A[row][column], but x[sample][entry]. */
static sgn_status check_finite(const char *name, sgn_mat a, int by_sample)
{
    for (int j = 0; j < a.cols; j++)
        for (int i = 0; i < a.rows; i++) {
            double value = (double)*sgn_mat_at(a, i, j);
            if (!isfinite(value))
                return sgn_fail(SGN_EDATA, "%s[%d][%d] is %g, every value must be finite", name,
                                by_sample ? j : i, by_sample ? i : j, value);
        }
    return SGN_OK;
}

static sgn_status check_matrix(sgn_mat A)
{
    if (A.rows < 1 || A.cols < 1 || A.rows > MOST || A.cols > MOST)
        return sgn_fail(SGN_EDATA, "A is %d x %d, both must be 1 to %d", A.rows, A.cols, MOST);
    return check_finite("A", A, 0);
}

static sgn_status check_vectors(const char *name, sgn_mat v, int length, const char *length_name)
{
    if (v.cols > 0 && v.rows != length)
        return sgn_fail(SGN_EDATA, "the vectors of %s have length %d, A has %d %s", name, v.rows,
                        length, length_name);
    return check_finite(name, v, 1);
}

static sgn_status check_samples(const char *name, sgn_mat v, int measurements)
{
    if (v.cols % measurements == 0) return SGN_OK;
    return sgn_fail(SGN_EDATA, "%s has %d vectors, not a multiple of problem.measurements (%d)",
                    name, v.cols, measurements);
}

static sgn_status check_pair(sgn_mat A, const char *x_name, sgn_mat x, const char *y_name,
                             sgn_mat y)
{
    SGN_TRY(check_vectors(x_name, x, A.cols, "columns"));
    SGN_TRY(check_vectors(y_name, y, A.rows, "rows"));
    if (x.cols > 0 && y.cols > 0 && x.cols != y.cols)
        return sgn_fail(SGN_EDATA, "%s has %d vectors and %s has %d, must be as many", x_name,
                        x.cols, y_name, y.cols);
    return SGN_OK;
}

static sgn_status take_pair(sgn_problem *q, sgn_rng_purpose purpose, sgn_mat x, sgn_mat y,
                            sgn_mat *own_x, sgn_mat *own_y)
{
    SGN_TRY(copy_mat(own_x, x));
    if (y.cols > 0 || x.cols == 0) {
        SGN_TRY(copy_mat(own_y, y));
        if (q->physics.sign_only) sgn_take_signs(*own_y);
        return SGN_OK;
    }
    SGN_TRY(new_mat(own_y, q->as.m, x.cols));
    sgn_problem_observe(q, q->as.seed, purpose, 0, 0, *own_x, *own_y);
    if (!sgn_mat_finite(*own_y))
        return sgn_fail(SGN_EDATA, "y = A x is not finite: the values of A or x are too large");
    return SGN_OK;
}

sgn_status sgn_problem_from_data(sgn_problem **out, const sgn_problem_settings *as, sgn_mat A,
                                 sgn_mat test_x, sgn_mat test_y, sgn_mat train_x, sgn_mat train_y)
{
    const sgn_problem_kind *kind;
    SGN_TRY(sgn_problem_kind_find(as->kind, &kind));
    SGN_TRY(check_matrix(A));
    SGN_TRY(check_pair(A, "x", test_x, "y", test_y));
    SGN_TRY(check_pair(A, "train_x", train_x, "train_y", train_y));
    sgn_problem *q = sgn_alloc(1, sizeof *q);
    if (!q) return SGN_EMEM;
    q->as = *as;
    *q = sgn_problem_nominal(q);
    q->as.m = A.rows, q->as.n = A.cols;
    sgn_status s = check_settings(&q->as, kind);
    if (s == SGN_OK) s = check_samples("x", test_x, q->as.measurements);
    if (s == SGN_OK) s = check_samples("train_x", train_x, q->as.measurements);
    if (s == SGN_OK) s = copy_mat(&q->physics.A, A);
    if (s == SGN_OK) s = describe_all(q, kind);
    if (s == SGN_OK) s = take_pair(q, SGN_RNG_TEST, test_x, test_y, &q->test_x, &q->test_y);
    if (s == SGN_OK) s = take_pair(q, SGN_RNG_TRAIN, train_x, train_y, &q->train_x, &q->train_y);
    return give_or_free(out, q, s);
}
