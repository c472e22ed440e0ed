/* Every set of kernels against the reference, for every class of shapes: the same bits where sums are
   exact, and single precision where they are not. */
#include "core/bits_kernels.h"
#include "core/memory.h"
#include "core/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq(call, SGN_OK, "%s", sgn_last_error())

/* How links lie: everywhere, as if drawn, in blocks aligned to words or not, on a band. */
typedef enum { ALL, SCATTERED, TILES, BLOCKS, BAND, PATTERNS } pattern;

enum { EVERY_USE = SGN_FOR_PLAIN | SGN_FOR_TRANSPOSED | SGN_FOR_BATCHES | SGN_FOR_SINGLES };

typedef struct {
    int rows, cols;
    int rowspan, colspan;
    pattern where;
    double density;  // of what is scattered
} shape;

typedef struct {
    sgn_bitmat B;
    uint32_t *sign, *mask;
    sgn_unit_scales s;
    sgn_real *scale;
} matrix;

static int parts(int length, int span) { return (length + span - 1) / span; }

static int has_link(shape s, int i, int j, sgn_rng *rng)
{
    switch (s.where) {
    case SCATTERED: return sgn_rng_uniform(rng) < s.density;
    case TILES: return (i / 64 + j / 32) % 3 == 0;
    case BLOCKS: return i / 9 == j / 17 || (i > 40 && j > 90);
    case BAND: return abs(i * s.cols / s.rows - j) < 20;
    default: return 1;
    }
}

/* Where there is no link the sign may be anything. */
static matrix matrix_of(shape s, sgn_rng *rng)
{
    size_t words = sgn_panel_words(s.rows, s.cols);
    int unitrows = parts(s.rows, s.rowspan), units = unitrows * parts(s.cols, s.colspan);
    matrix m = {.sign = sgn_alloc(words, 4), .scale = sgn_alloc((size_t)units, sizeof(sgn_real))};
    if (s.where != ALL) m.mask = sgn_alloc(words, 4);
    for (int j = 0; j < s.cols; j++)
        for (int i = 0; i < s.rows; i++) {
            size_t at = sgn_panel_word(s.rows, i, j);
            if (sgn_rng_u32(rng) % 2) m.sign[at] |= sgn_panel_bit(j);
            if (m.mask && has_link(s, i, j, rng)) m.mask[at] |= sgn_panel_bit(j);
        }
    for (int u = 0; u < units; u++) m.scale[u] = (sgn_real)ldexp(1, -(int)sgn_rng_below(rng, 4));
    m.B = (sgn_bitmat){s.rows, s.cols, m.sign, m.mask};
    m.s = (sgn_unit_scales){m.scale, s.rowspan, s.colspan, unitrows};
    return m;
}

static void matrix_free(matrix *m)
{
    sgn_free(m->sign);
    sgn_free(m->mask);
    sgn_free(m->scale);
}

/* (rows, cols), with a gap below each column; k / 64 with |k| <= 127, or any number */
static sgn_mat vectors(int rows, int cols, int dyadic, sgn_rng *rng)
{
    int ld = rows + 3;
    sgn_mat x = {sgn_alloc((size_t)ld * (size_t)cols, sizeof *x.at), rows, cols, ld};
    for (int i = 0; i < ld * cols; i++)
        x.at[i] =
            (sgn_real)(dyadic ? ((int)sgn_rng_below(rng, 255) - 127) / 64.0 : sgn_rng_normal(rng));
    return x;
}

static sgn_mat copy_of(sgn_mat a)
{
    sgn_mat b = {sgn_alloc((size_t)a.ld * (size_t)a.cols, sizeof *b.at), a.rows, a.cols, a.ld};
    memcpy(b.at, a.at, (size_t)a.ld * (size_t)a.cols * sizeof *a.at);
    return b;
}

/* The root mean square of the differences, relative to that of b; gaps between columns included. */
static double difference(sgn_mat a, sgn_mat b)
{
    double errors = 0, squares = 0;
    for (int i = 0; i < a.ld * a.cols; i++) {
        errors += pow((double)a.at[i] - (double)b.at[i], 2);
        squares += pow((double)b.at[i], 2);
    }
    return sqrt(errors / squares);
}

typedef struct {
    matrix m;
    sgn_bitplan *plan;
    sgn_op op;
    double alpha;
    sgn_mat x, y, expected;
} product;

static double error(const product *p, int planned)
{
    sgn_mat y = copy_of(p->y);
    if (planned) sgn_bitplan_multiply(p->op, p->alpha, p->plan, p->m.s, p->x, y);
    else sgn_bitmat_multiply(p->op, p->alpha, p->m.B, p->m.s, p->x, y);
    double e = difference(y, p->expected);
    sgn_free(y.at);
    return e;
}

static void check_kernels(const product *p, shape s, double bound)
{
    for (int k = 0; sgn_bits_all[k]; k++) {
        if (!sgn_bits_all[k]->usable()) continue;
        OK(sgn_bits_use(sgn_bits_all[k]->name));
        for (int planned = 0; planned < 2; planned++) {
            double e = error(p, planned);
            cr_expect(e <= bound,
                      "%s: %d x %d, links %d (%g), units %d x %d, batch %d, op %d, planned %d: %g",
                      sgn_bits_used(), s.rows, s.cols, s.where, s.density, s.rowspan, s.colspan,
                      p->x.cols, p->op, planned, e);
        }
    }
}

static void check(shape s, sgn_op op, int batch, double alpha, int dyadic)
{
    sgn_rng rng = sgn_rng_stream(5, SGN_RNG_FREE, (uint32_t)batch, (uint32_t)s.rows);
    product p = {.m = matrix_of(s, &rng), .op = op, .alpha = alpha};
    int in = op == SGN_PLAIN ? s.cols : s.rows, out = op == SGN_PLAIN ? s.rows : s.cols;
    OK(sgn_bitplan_new(&p.plan, p.m.B, EVERY_USE));
    p.x = vectors(in, batch, dyadic, &rng);
    p.y = vectors(out, batch, dyadic, &rng);
    p.expected = copy_of(p.y);
    sgn_bits_reference(op, alpha, p.m.B, p.m.s, p.x, p.expected);
    check_kernels(&p, s, dyadic ? 0 : 1e-6);
    sgn_free(p.x.at), sgn_free(p.y.at), sgn_free(p.expected.at);
    sgn_bitplan_free(p.plan);
    matrix_free(&p.m);
}

static void check_batches(shape s, double alpha, int dyadic)
{
    static const int batches[] = {1, 3, 8, 16, 26, 48};
    for (int k = 0; k < 6; k++)
        for (int op = SGN_PLAIN; op <= SGN_TRANSPOSED; op++)
            check(s, (sgn_op)op, batches[k], alpha, dyadic);
}

static const struct {
    int rows, cols;
} sizes[] = {{1, 1}, {1, 33}, {33, 1}, {32, 32}, {64, 96}, {50, 100}, {131, 67}, {128, 600}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void check_all(int dyadic)
{
    for (int i = 0; i < SIZES; i++)
        for (int where = ALL; where < PATTERNS; where++) {
            int rows = sizes[i].rows, cols = sizes[i].cols;
            shape s = {rows, cols, rows, cols, (pattern)where, i % 2 ? 0.5 : 0.1};
            check_batches(s, i % 2 ? 1 : -0.5, dyadic);
        }
}

Test(bits_kernels, products_of_dyadic_numbers_are_exact) { check_all(1); }
Test(bits_kernels, products_of_reals_are_as_good_as_single_precision) { check_all(0); }

Test(bits_kernels, units_of_any_size_have_their_scales)
{
    static const int span[][2] = {{1, 200},  {140, 1}, {7, 9},   {70, 9}, {7, 70},
                                  {70, 200}, {1, 1},   {65, 33}, {32, 32}};
    for (int i = 0; i < 9; i++)
        for (int where = ALL; where <= SCATTERED; where++)
            check_batches((shape){140, 200, span[i][0], span[i][1], (pattern)where, 0.1}, 1, 1);
}

Test(bits_kernels, large_matrices_are_cut_up)
{
    shape tall = {4200, 40, 4200, 40, SCATTERED, 0.1}, wide = {40, 4200, 40, 4200, SCATTERED, 0.1};
    shape all = {2100, 33, 1, 33, ALL, 1}, units = {2100, 33, 1050, 1, TILES, 1};
    for (int op = SGN_PLAIN; op <= SGN_TRANSPOSED; op++)
        for (int batch = 1; batch < 20; batch += 16) {
            check(tall, (sgn_op)op, batch, 1, 1);
            check(wide, (sgn_op)op, batch, 1, 1);
            check(all, (sgn_op)op, batch, 1, 1);
            check(units, (sgn_op)op, batch, 1, 1);
        }
}

/* What x holds where there is no link does not matter, be it no number. */
static void check_no_link(shape s)
{
    sgn_rng rng = sgn_rng_stream(6, SGN_RNG_FREE, 0, 0);
    matrix m = matrix_of(s, &rng);
    sgn_bitplan *plan;
    for (int i = 0; i < 64; i++) m.mask[sgn_panel_word(64, i, 5)] &= ~sgn_panel_bit(5);
    OK(sgn_bitplan_new(&plan, m.B, EVERY_USE));
    for (int k = 0; sgn_bits_all[k]; k++)
        for (int batch = 1; batch < 20 && sgn_bits_all[k]->usable(); batch += 16) {
            OK(sgn_bits_use(sgn_bits_all[k]->name));
            sgn_mat x = vectors(64, batch, 1, &rng), y = vectors(64, batch, 1, &rng);
            for (int b = 0; b < batch; b++) *sgn_mat_at(x, 5, b) = (sgn_real)INFINITY;
            sgn_bitmat_multiply(SGN_PLAIN, 1, m.B, m.s, x, y);
            sgn_bitplan_multiply(SGN_PLAIN, 1, plan, m.s, x, y);
            cr_expect(sgn_mat_finite(y), "%s, batch %d", sgn_bits_used(), batch);
            sgn_free(x.at), sgn_free(y.at);
        }
    sgn_bitplan_free(plan);
    matrix_free(&m);
}

Test(bits_kernels, what_has_no_link_has_no_effect)
{
    check_no_link((shape){64, 64, 64, 64, BLOCKS, 1});
    check_no_link((shape){64, 64, 64, 64, SCATTERED, 0.05});
}

/* ---- plans --------------------------------------------------------------------------------------- */

Test(bits_kernels, a_plan_lists_links_where_they_are_few_and_scattered)
{
    static const struct {
        shape s;
        int has_links, has_picks;
    } cases[] = {{{128, 128, 128, 128, SCATTERED, 0.1}, 1, 1},
                 {{128, 128, 128, 128, SCATTERED, 0.24}, 1, 0},
                 {{128, 128, 128, 128, SCATTERED, 0.5}, 0, 0},
                 {{128, 128, 128, 128, TILES, 1}, 0, 0},
                 {{128, 128, 128, 128, ALL, 1}, 0, 0}};
    for (int i = 0; i < 5; i++) {
        sgn_rng rng = sgn_rng_stream(7, SGN_RNG_FREE, 0, 0);
        matrix m = matrix_of(cases[i].s, &rng);
        sgn_bitplan *plan;
        OK(sgn_bitplan_new(&plan, m.B, EVERY_USE));
        for (int op = SGN_PLAIN; op <= SGN_TRANSPOSED; op++) {
            cr_expect_eq(plan->side[op].link != NULL, cases[i].has_links, "%d, op %d", i, op);
            cr_expect_eq(plan->side[op].picks.word != NULL, cases[i].has_picks, "%d, %d", i, op);
        }
        sgn_bitplan_free(plan);
        matrix_free(&m);
    }
}

Test(bits_kernels, every_kernel_transposes_words)
{
    sgn_rng rng = sgn_rng_stream(8, SGN_RNG_FREE, 0, 0);
    uint32_t word[SGN_PANEL], turned[SGN_PANEL];
    for (int i = 0; i < SGN_PANEL; i++) word[i] = sgn_rng_u32(&rng);
    for (int k = 0; sgn_bits_all[k]; k++) {
        if (!sgn_bits_all[k]->transpose || !sgn_bits_all[k]->usable()) continue;
        sgn_bits_all[k]->transpose(word, turned);
        for (int i = 0; i < SGN_PANEL; i++)
            for (int j = 0; j < SGN_PANEL; j++)
                cr_expect_eq(word[i] >> j & 1, turned[j] >> i & 1, "%s: %d, %d",
                             sgn_bits_all[k]->name, i, j);
    }
}

/* ---- the choice ---------------------------------------------------------------------------------- */

Test(bits_kernels, the_environment_chooses)
{
    setenv("SIGNROLL_ISA", "portable", 1);
    OK(sgn_bits_init());
    cr_expect_str_eq(sgn_bits_used(), "portable");
    setenv("SIGNROLL_ISA", "", 1);
    OK(sgn_bits_init());
    int last = 0;
    for (int k = 0; sgn_bits_all[k]; k++)
        if (sgn_bits_all[k]->usable()) last = k;
    cr_expect_str_eq(sgn_bits_used(), sgn_bits_all[last]->name);
}

Test(bits_kernels, an_unknown_name_changes_nothing)
{
    OK(sgn_bits_use("portable"));
    setenv("SIGNROLL_ISA", "avx1024", 1);
    cr_expect_eq(sgn_bits_init(), SGN_ENAME);
    cr_expect(strstr(sgn_last_error(), "avx1024"), "%s", sgn_last_error());
    cr_expect_str_eq(sgn_bits_used(), "portable");
}
