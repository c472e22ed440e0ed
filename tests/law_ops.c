/* The gradient of every operation of the tape is that of its value, and the zero vector folds away. */
#include "laws.h"

#include <math.h>
#include <string.h>

/* More samples than a shard, and a shape that tells rows from columns. */
enum { BATCH = SGN_SHARD + 4, M = 6, N = 8, WIDE = 130 };
enum { INPUTS = 3, OWN = INPUTS, PARAMS };

static const double tolerance = 1e-6;

/* ---- the operations ---------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    sgn_var (*record)(sgn_tape *t, const sgn_var *in);
    int rows[INPUTS];      // of the inputs; 0: there are no more
    int own[2];            // shape of the parameter OWN; 0: it has none
    unsigned may_be_zero;  // bit i: input i
} operation;

static sgn_var apply(sgn_tape *t, const sgn_var *in) { return sgn_apply(t, OWN, in[0]); }
static sgn_var apply_to(sgn_tape *t, const sgn_var *in)
{
    return sgn_apply_to(t, in[1], OWN, in[0]);
}
static sgn_var transposed(sgn_tape *t, const sgn_var *in)
{
    return sgn_apply_transposed(t, OWN, in[0]);
}
static sgn_var twice(sgn_tape *t, const sgn_var *in)
{
    return sgn_apply_to(t, in[0], OWN, sgn_apply_transposed(t, OWN, in[0]));
}
static sgn_var there_and_back(sgn_tape *t, const sgn_var *in)
{
    return sgn_apply_transposed(t, OWN, sgn_apply(t, OWN, in[0]));
}
static sgn_var residual(sgn_tape *t, const sgn_var *in) { return sgn_residual(t, in[0], in[1]); }
static sgn_var backproject(sgn_tape *t, const sgn_var *in) { return sgn_backproject(t, in[0]); }
static sgn_var mix(sgn_tape *t, const sgn_var *in) { return sgn_mix(t, 1.5, in[0], -0.5, in[1]); }
static sgn_var add_scaled(sgn_tape *t, const sgn_var *in)
{
    return sgn_add_scaled(t, in[0], OWN, in[1]);
}
static sgn_var shift(sgn_tape *t, const sgn_var *in) { return sgn_shift(t, in[0], OWN); }
static sgn_var shrink(sgn_tape *t, const sgn_var *in)
{
    return sgn_shrink(t, in[0], OWN, SGN_NO_VAR, 0);
}
static sgn_var shrink_selected(sgn_tape *t, const sgn_var *in)
{
    return sgn_shrink(t, in[0], OWN, SGN_NO_VAR, 2);
}
static sgn_var shrink_by_residual(sgn_tape *t, const sgn_var *in)
{
    return sgn_shrink(t, in[0], OWN, in[1], 0);
}
static sgn_var shrink_both(sgn_tape *t, const sgn_var *in)
{
    return sgn_shrink(t, in[0], OWN, in[1], 2);
}
static sgn_var shrink_rows(sgn_tape *t, const sgn_var *in)
{
    return sgn_shrink_rows(t, in[0], OWN, 4, 2);
}
static sgn_var keep_largest(sgn_tape *t, const sgn_var *in)
{
    return sgn_keep_largest(t, in[0], 3);
}
/* In a support that does not move, and (with x the zero vector) the largest. */
static sgn_var keep_support(sgn_tape *t, const sgn_var *in)
{
    return sgn_keep_support(t, in[0], sgn_keep_largest(t, in[1], 5), 3);
}
/* Beside something with a slope, for its own is 0. */
static sgn_var sign(sgn_tape *t, const sgn_var *in)
{
    return sgn_mix(t, 1, in[0], 0.5, sgn_sign(t, in[0]));
}
static sgn_var measure(sgn_tape *t, const sgn_var *in) { return sgn_measure(t, in[0]); }
static sgn_var line_search(sgn_tape *t, const sgn_var *in)
{
    return sgn_line_search(t, in[0], in[1], in[2]);
}
static sgn_var box(sgn_tape *t, const sgn_var *in) { return sgn_clip(t, in[0], -0.5, 0.8); }
static sgn_var positive(sgn_tape *t, const sgn_var *in)
{
    return sgn_clip(t, in[0], 0, (double)INFINITY);
}
/* |x|_0 does not change while x has zeros that stay zeros. */
static sgn_var onsager(sgn_tape *t, const sgn_var *in)
{
    return sgn_onsager(t, in[0], sgn_keep_largest(t, in[1], 3), in[2]);
}

static sgn_var mean_abs(sgn_tape *t, const sgn_var *in) { return sgn_mean_abs(t, in[0]); }
static sgn_var otherwise(sgn_tape *t, const sgn_var *in) { return sgn_otherwise(t, in[0], in[1]); }
static sgn_var log_ratio(sgn_tape *t, const sgn_var *in)
{
    return sgn_log_ratio(t, sgn_mean_abs(t, in[0]), sgn_mean_abs(t, in[1]));
}
static sgn_var pass_largest(sgn_tape *t, const sgn_var *in)
{
    return sgn_pass_largest(t, in[0], in[1], in[2]);
}

enum { FIRST = 1, SECOND = 2, THIRD = 4 };

static const operation operations[] = {
    {"apply", apply, {N}, {M, N}, FIRST},
    {"apply, several tiles", apply, {WIDE}, {2, WIDE}, FIRST},
    {"apply to", apply_to, {N, M}, {M, N}, FIRST | SECOND},
    {"apply transposed", transposed, {M}, {M, N}, FIRST},
    {"one matrix twice", twice, {M}, {M, N}, FIRST},
    {"one matrix there and back", there_and_back, {N}, {M, N}, FIRST},
    {"residual", residual, {M, N}, {0}, SECOND},
    {"backproject", backproject, {M}, {0}, FIRST},
    {"mix", mix, {N, N}, {0}, FIRST | SECOND},
    {"add scaled", add_scaled, {N, N}, {1, 1}, FIRST | SECOND},
    {"shift", shift, {N}, {N, 1}, 0},
    {"shrink", shrink, {N}, {1, 1}, FIRST},
    {"shrink, a threshold each", shrink, {N}, {N, 1}, FIRST},
    {"shrink, selection", shrink_selected, {N}, {1, 1}, FIRST},
    {"shrink, selection, a threshold each", shrink_selected, {N}, {N, 1}, FIRST},
    {"shrink, residual level", shrink_by_residual, {N, M}, {1, 1}, FIRST},
    {"shrink, residual level, a threshold each", shrink_by_residual, {N, M}, {N, 1}, FIRST},
    {"shrink, residual level, selection", shrink_both, {N, M}, {1, 1}, FIRST},
    {"shrink rows", shrink_rows, {N}, {1, 1}, FIRST},
    {"keep largest", keep_largest, {N}, {0}, FIRST},
    {"keep support", keep_support, {N, N}, {0}, FIRST | SECOND},
    {"sign", sign, {N}, {0}, FIRST},
    {"measure", measure, {N}, {0}, FIRST},
    {"line search", line_search, {N, M, M}, {0}, FIRST | SECOND | THIRD},
    {"clip to a box", box, {N}, {0}, FIRST},
    {"clip to x >= 0", positive, {N}, {0}, FIRST},
    {"Onsager", onsager, {M, N, M}, {0}, FIRST | SECOND | THIRD},
    {"mean abs", mean_abs, {N}, {0}, FIRST},
    {"otherwise", otherwise, {1, 1}, {0}, FIRST | SECOND},
    {"log ratio", log_ratio, {N, M}, {0}, 0},
    {"pass largest", pass_largest, {N, N, 1}, {0}, FIRST | THIRD},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

/* ---- a tape with one of them -------------------------------------------------------------------
 *
 * Input i is P_i u with u the identity, a sample a column: P_i is the input's value, and its gradient
 * the input's. */
typedef struct {
    sgn_tape *tape;
    sgn_link param[PARAMS];
    sgn_mat A;
    sgn_var out;
    int cols;
    sgn_real *slope, *bend;  // of L = sum slope z + bend z^2 / 2, by entry of z
} bench;

static sgn_link link_of(int rows, int cols, int trained, uint32_t stream)
{
    size_t n = (size_t)rows * (size_t)cols;
    sgn_link w = {.role = cols > 1 ? SGN_ROLE_LINKS : SGN_ROLE_POSITIVE,
                  .rows = rows,
                  .cols = cols,
                  .planes = 1,
                  .trained = trained,
                  .weight = sgn_alloc(n + 1, sizeof(sgn_real)),
                  .dweight = sgn_alloc(n + 1, sizeof(sgn_real))};
    fill_normal(w.weight, n, cols > 1 ? 1 : 0.05, stream);
    for (size_t i = 0; cols == 1 && i < n; i++) w.weight[i] += (sgn_real)0.4;  // a threshold
    return w;
}

/* Values that backward reads must outlive these, which take the places of those it does not. */
static void stir(sgn_tape *t, sgn_var v)
{
    sgn_var a[4];
    for (int k = 0; k < 4; k++) a[k] = sgn_mix(t, k + 2, v, 1, v);
    sgn_sign(t, sgn_mix(t, 1, sgn_mix(t, 1, a[0], 1, a[1]), 1, sgn_mix(t, 1, a[2], 1, a[3])));
}

static void record(bench *b, const operation *o, unsigned zero)
{
    sgn_var in[INPUTS] = {SGN_NO_VAR, SGN_NO_VAR, SGN_NO_VAR};
    OK(sgn_tape_new(&b->tape, b->param, PARAMS, b->A, BATCH));
    sgn_var u = sgn_tape_input(b->tape, BATCH);
    for (int i = 0; i < INPUTS && o->rows[i]; i++)
        in[i] = zero >> i & 1 ? sgn_zero(b->tape) : sgn_apply(b->tape, i, u);
    b->out = o->record(b->tape, in);
    for (int i = 0; i < INPUTS && o->rows[i]; i++) stir(b->tape, sgn_apply(b->tape, i, u));
    OK(sgn_tape_seal(b->tape));
    for (int i = 0; i < BATCH; i++) *sgn_mat_at(sgn_tape_value(b->tape, u), i, i) = 1;
}

/* `trained`: bit i for parameter i.  `zero`: inputs that are the zero vector. */
static void bench_new(bench *b, const operation *o, unsigned trained, unsigned zero)
{
    *b = (bench){.A = sgn_mat_view(sgn_alloc(M * N, sizeof(sgn_real)), M, N), .cols = BATCH};
    fill_normal(b->A.at, M * N, 1, 99);
    for (int i = 0; i < INPUTS; i++)
        b->param[i] = link_of(o->rows[i], BATCH, trained >> i & 1, (uint32_t)i);
    b->param[OWN] = link_of(o->own[0], o->own[1], trained >> OWN & 1, OWN);
    b->slope = sgn_alloc(WIDE * BATCH, sizeof *b->slope);
    b->bend = sgn_alloc(WIDE * BATCH, sizeof *b->bend);
    fill_normal(b->slope, WIDE * BATCH, 1, 100);
    fill_normal(b->bend, WIDE * BATCH, 1, 101);
    record(b, o, zero);
}

static void bench_free(bench *b)
{
    sgn_tape_free(b->tape);
    for (int i = 0; i < PARAMS; i++) sgn_free(b->param[i].weight), sgn_free(b->param[i].dweight);
    sgn_free(b->A.at), sgn_free(b->slope), sgn_free(b->bend);
}

static double loss(void *bench_)
{
    bench *b = bench_;
    sgn_tape_forward(b->tape, NULL, b->cols);
    sgn_mat z = sgn_tape_value(b->tape, b->out);
    double sum = 0;
    for (int i = 0; i < z.rows * b->cols; i++)
        sum += b->slope[i] * z.at[i] + b->bend[i] * z.at[i] * z.at[i] / 2;
    return sum;
}

static void seed(void *bench_, sgn_var v, int first, int count)
{
    const bench *b = bench_;
    if (v != b->out) return;
    sgn_mat z = sgn_tape_value(b->tape, v), g = sgn_tape_grad(b->tape, v);
    for (int i = first * z.rows; i < (first + count) * z.rows; i++)
        g.at[i] += b->slope[i] + b->bend[i] * z.at[i];
}

static void differentiate(bench *b)
{
    sgn_tape_forward(b->tape, NULL, b->cols);
    sgn_tape_backward(b->tape, NULL, b->cols, seed, b);
}

/* ---- the laws ---------------------------------------------------------------------------------- */

/* Parameters of `trained` that stand on the tape. */
static unsigned used(const bench *b, unsigned trained)
{
    for (int p = 0; p < PARAMS; p++)
        if (!sgn_tape_uses(b->tape, p)) trained &= ~(1u << p);
    return trained;
}

/* A backward pass adds to the gradients of inputs, and must leave that of the output alone. */
static double change_of_seed(const bench *b)
{
    sgn_mat z = sgn_tape_value(b->tape, b->out), g = sgn_tape_grad(b->tape, b->out);
    double most = 0;
    for (int i = 0; i < z.rows * b->cols; i++)
        most = fmax(most, fabs(g.at[i] - b->slope[i] - b->bend[i] * z.at[i]));
    return most;
}

static void check_gradients(const operation *o, unsigned trained, unsigned zero, int cols)
{
    bench b;
    bench_new(&b, o, trained, zero);
    b.cols = cols;
    if (used(&b, trained) && !sgn_tape_is_zero(b.tape, b.out)) {
        differentiate(&b);
        cr_expect_lt(change_of_seed(&b), 1e-13, "%s, trained %x", o->name, trained);
        for (int p = 0; p < PARAMS; p++) {
            const sgn_link *w = &b.param[p];
            if (!(used(&b, trained) >> p & 1)) continue;
            double error = gradient_error(loss, &b, w->weight, w->dweight, sgn_link_size(w));
            cr_expect_lt(error, tolerance, "%s, parameter %d, trained %x, zero %x: %g", o->name, p,
                         trained, zero, error);
        }
    }
    bench_free(&b);
}

Test(operations, gradients_are_central_differences)
{
    for (int i = 0; i < OPERATIONS; i++) check_gradients(&operations[i], 0xf, 0, BATCH);
}

Test(operations, gradients_do_not_depend_on_what_else_is_trained)
{
    for (int i = 0; i < OPERATIONS; i++)
        for (unsigned trained = 1; trained < 0xf; trained++)
            check_gradients(&operations[i], trained, 0, 4);
}

Test(operations, gradients_beside_a_zero_are_central_differences)
{
    for (int i = 0; i < OPERATIONS; i++)
        for (unsigned zero = 1; zero < 8; zero++)
            if ((zero & operations[i].may_be_zero) == zero)
                check_gradients(&operations[i], 0xf, zero, 4);
}

/* A batch that is not full leaves no trace of the columns behind it. */
Test(operations, gradients_of_part_of_a_batch_are_central_differences)
{
    for (int i = 0; i < OPERATIONS; i++) check_gradients(&operations[i], 0xf, 0, SGN_SHARD - 4);
}

Test(operations, a_wrong_sign_is_noticed)
{
    for (int i = 0; i < OPERATIONS; i++) {
        bench b;
        bench_new(&b, &operations[i], 0xf, 0);
        differentiate(&b);
        for (int j = 0; j < 4; j++) b.param[0].dweight[j] *= -1;  // of the first sample
        double error = gradient_error(loss, &b, b.param[0].weight, b.param[0].dweight, 4);
        cr_expect_gt(error, 0.5, "%s: %g", operations[i].name, error);
        bench_free(&b);
    }
}

static void check_folding(const operation *o, unsigned zero)
{
    bench folded, plain;
    bench_new(&folded, o, 0, zero);
    bench_new(&plain, o, 0, 0);
    for (int i = 0; i < INPUTS; i++)
        if (zero >> i & 1)
            memset(plain.param[i].weight, 0, sgn_link_size(&plain.param[i]) * sizeof(sgn_real));
    sgn_tape_forward(folded.tape, NULL, BATCH);
    sgn_tape_forward(plain.tape, NULL, BATCH);
    sgn_mat z = sgn_tape_value(plain.tape, plain.out), f = sgn_tape_value(folded.tape, folded.out);
    size_t n = (size_t)z.rows * (size_t)z.cols;
    double difference = sgn_tape_is_zero(folded.tape, folded.out)
                            ? sqrt(sgn_mat_sum_squares(z))
                            : largest_difference(z.at, f.at, n);
    cr_expect_lt(difference, 1e-14, "%s, zero %x: %g", o->name, zero, difference);
    bench_free(&folded), bench_free(&plain);
}

Test(operations, the_zero_vector_folds_to_the_same_values)
{
    for (int i = 0; i < OPERATIONS; i++)
        for (unsigned zero = 1; zero < 8; zero++)
            if ((zero & operations[i].may_be_zero) == zero) check_folding(&operations[i], zero);
}
