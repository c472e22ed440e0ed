/* Products with packed signs, against a loop over entries.  Inputs and scales are dyadic numbers, whose
   sums a float holds exactly in any order: so the results must have the same bits. */
#include "core/bits.h"

#include "core/memory.h"
#include "core/rng.h"

#include <criterion/criterion.h>
#include <math.h>

typedef struct {
    int rows, cols;
    double density;  // of the links; 1: no mask
    int rowspan, colspan;
} shape;

typedef struct {
    sgn_bitmat B;
    uint32_t *sign, *mask;
    sgn_unit_scales scales;
    sgn_real *scale;
} matrix;

static int parts(int length, int span) { return (length + span - 1) / span; }

static matrix matrix_of(shape s, sgn_rng *rng)
{
    size_t words = sgn_panel_words(s.rows, s.cols);
    int unitrows = parts(s.rows, s.rowspan), units = unitrows * parts(s.cols, s.colspan);
    matrix m = {.sign = sgn_alloc(words, 4), .scale = sgn_alloc((size_t)units, sizeof(sgn_real))};
    if (s.density < 1) m.mask = sgn_alloc(words, 4);
    for (int j = 0; j < s.cols; j++)
        for (int i = 0; i < s.rows; i++) {
            size_t at = sgn_panel_word(s.rows, i, j);
            int on = sgn_rng_uniform(rng) < s.density;
            if (m.mask && on) m.mask[at] |= sgn_panel_bit(j);
            if (on && sgn_rng_u32(rng) % 2) m.sign[at] |= sgn_panel_bit(j);
        }
    for (int u = 0; u < units; u++) m.scale[u] = (sgn_real)ldexp(1, -(int)sgn_rng_below(rng, 4));
    m.B = (sgn_bitmat){s.rows, s.cols, m.sign, m.mask};
    m.scales = (sgn_unit_scales){m.scale, s.rowspan, s.colspan, unitrows};
    return m;
}

static void matrix_free(matrix *m)
{
    sgn_free(m->sign);
    sgn_free(m->mask);
    sgn_free(m->scale);
}

static double entry(const matrix *m, int i, int j)
{
    size_t at = sgn_panel_word(m->B.rows, i, j);
    const sgn_unit_scales *s = &m->scales;
    double scale = (double)s->scale[i / s->rowspan + s->unitrows * (j / s->colspan)];
    if (m->mask && !(m->mask[at] & sgn_panel_bit(j))) return 0;
    return m->sign[at] & sgn_panel_bit(j) ? scale : -scale;
}

/* k / 64, |k| <= 127; or any number */
static sgn_mat vectors(int rows, int cols, int dyadic, sgn_rng *rng)
{
    sgn_mat x = sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof *x.at), rows, cols);
    for (int i = 0; i < rows * cols; i++)
        x.at[i] =
            (sgn_real)(dyadic ? ((int)sgn_rng_below(rng, 255) - 127) / 64.0 : sgn_rng_normal(rng));
    return x;
}

/* The root mean square of the differences, relative to that of the right results. */
static double error_of(const matrix *m, sgn_op op, double alpha, sgn_mat x, sgn_mat y0, sgn_mat y)
{
    double errors = 0, squares = 0;
    for (int b = 0; b < x.cols; b++)
        for (int i = 0; i < y.rows; i++) {
            double sum = (double)*sgn_mat_at(y0, i, b);
            for (int k = 0; k < x.rows; k++)
                sum += alpha * (op == SGN_PLAIN ? entry(m, i, k) : entry(m, k, i)) *
                       (double)*sgn_mat_at(x, k, b);
            errors += pow(sum - (double)*sgn_mat_at(y, i, b), 2);
            squares += sum * sum;
        }
    return sqrt(errors / squares);
}

static double error(shape s, sgn_op op, int batch, double alpha, int dyadic)
{
    sgn_rng rng = sgn_rng_stream(3, SGN_RNG_FREE, (uint32_t)batch, (uint32_t)s.rows);
    matrix m = matrix_of(s, &rng);
    int in = op == SGN_PLAIN ? s.cols : s.rows, out = op == SGN_PLAIN ? s.rows : s.cols;
    sgn_mat x = vectors(in, batch, dyadic, &rng), y0 = vectors(out, batch, dyadic, &rng);
    sgn_mat y = vectors(out, batch, dyadic, &rng);
    sgn_mat_copy(y0, y);
    sgn_bitmat_multiply(op, alpha, m.B, m.scales, x, y);
    double e = error_of(&m, op, alpha, x, y0, y);
    sgn_free(x.at), sgn_free(y0.at), sgn_free(y.at);
    matrix_free(&m);
    return e;
}

static const shape shapes[] = {
    {1, 1, 1, 1, 1},       {1, 33, 1, 1, 33},     {33, 1, 1, 33, 1},       {32, 32, 1, 32, 32},
    {64, 96, 1, 64, 96},   {50, 100, 1, 50, 100}, {50, 100, 0.3, 50, 100}, {50, 100, 1, 1, 100},
    {50, 100, 0.5, 50, 1}, {50, 100, 0.5, 7, 9},  {65, 31, 0.1, 33, 40},   {20, 70, 0, 20, 70},
    {40, 47, 1, 8, 5},     {70, 64, 0.9, 70, 16},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void check_all(double alpha, int dyadic, double bound)
{
    static const int batches[] = {1, 2, 15, 16, 17, 40};
    for (int i = 0; i < SHAPES; i++)
        for (int k = 0; k < 6; k++)
            for (int op = SGN_PLAIN; op <= SGN_TRANSPOSED; op++) {
                double e = error(shapes[i], (sgn_op)op, batches[k], alpha, dyadic);
                cr_expect(e <= bound, "%d x %d, density %g, units %d x %d, batch %d, op %d: %g",
                          shapes[i].rows, shapes[i].cols, shapes[i].density, shapes[i].rowspan,
                          shapes[i].colspan, batches[k], op, e);
            }
}

Test(bits, products_of_dyadic_numbers_are_exact) { check_all(1, 1, 0); }
Test(bits, products_may_be_subtracted) { check_all(-1, 1, 0); }
Test(bits, products_of_reals_are_as_good_as_single_precision) { check_all(1, 0, 1e-6); }

Test(bits, a_wrong_sign_would_be_seen)
{
    shape s = {50, 100, 1, 50, 100};
    sgn_rng rng = sgn_rng_stream(4, SGN_RNG_FREE, 0, 0);
    matrix m = matrix_of(s, &rng);
    sgn_mat x = vectors(100, 3, 1, &rng), y = vectors(50, 3, 1, &rng), y0 = vectors(50, 3, 1, &rng);
    sgn_mat_copy(y0, y);
    sgn_bitmat_multiply(SGN_PLAIN, 1, m.B, m.scales, x, y);
    m.sign[sgn_panel_word(50, 49, 99)] ^= sgn_panel_bit(99);
    cr_assert_gt(error_of(&m, SGN_PLAIN, 1, x, y0, y), 0);
    sgn_free(x.at), sgn_free(y.at), sgn_free(y0.at);
    matrix_free(&m);
}

/* A large square of signs: a sum of 5000 terms must not have lost digits on the way. */
Test(bits, long_sums_keep_their_digits)
{
    shape s = {5000, 33, 1, 5000, 33}, wide = {33, 5000, 1, 33, 5000};
    cr_expect_lt(error(s, SGN_TRANSPOSED, 4, 1, 0), 1e-6);
    cr_expect_lt(error(wide, SGN_PLAIN, 4, 1, 0), 1e-6);
}
