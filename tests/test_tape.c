/* What the operations compute, by hand; their gradients are tests/law_ops.c's. */
#include "unroll/tape.h"

#include "laws.h"

#include <math.h>

/* A tape of two inputs of four entries and one threshold, for one sample or two. */
typedef struct {
    sgn_tape *tape;
    sgn_link theta;
    sgn_real value[4], gradient[4];
    sgn_var a, b;
} bench;

static void bench_new(bench *t, double theta, int batch)
{
    *t = (bench){.theta = {.role = SGN_ROLE_POSITIVE, .rows = 1, .cols = 1, .planes = 1}};
    t->theta.weight = t->value;
    t->theta.dweight = t->gradient;
    t->value[0] = (sgn_real)theta;
    OK(sgn_tape_new(&t->tape, &t->theta, 1, (sgn_mat){0}, batch));
    t->a = sgn_tape_input(t->tape, 4);
    t->b = sgn_tape_input(t->tape, 4);
}

static void put(const bench *t, sgn_var v, const sgn_real *from)
{
    sgn_mat to = sgn_tape_value(t->tape, v);
    for (int i = 0; i < to.rows * to.cols; i++) to.at[i] = from[i];
}

/* Seals the tape, runs it with a and b (NULL: zeros) and compares all samples of `out`. */
static void expect(bench *t, sgn_var out, const sgn_real *a, const sgn_real *b,
                   const sgn_real *wanted)
{
    OK(sgn_tape_seal(t->tape));
    put(t, t->a, a);
    if (b) put(t, t->b, b);
    sgn_tape_forward(t->tape, NULL, sgn_tape_batch(t->tape));
    sgn_mat z = sgn_tape_value(t->tape, out);
    for (int i = 0; i < z.rows * z.cols; i++)
        cr_expect_float_eq(z.at[i], wanted[i], 1e-6, "entry %d is %g", i, (double)z.at[i]);
    sgn_tape_free(t->tape);
}

Test(tape, shrink_moves_every_entry_towards_zero)
{
    bench t;
    bench_new(&t, 1, 1);
    expect(&t, sgn_shrink(t.tape, t.a, 0, SGN_NO_VAR, 0), (sgn_real[]){3, -2, 1, 0.5f}, NULL,
           (sgn_real[]){2, -1, 0, 0});
}

Test(tape, shrink_lets_the_largest_pass)
{
    bench t;
    bench_new(&t, 1, 2);
    expect(&t, sgn_shrink(t.tape, t.a, 0, SGN_NO_VAR, 1),
           (sgn_real[]){2, -3, 1.5f, 0, /**/ 0.5f, 0, 0, -0.9f}, NULL,
           (sgn_real[]){1, -3, 0.5f, 0, /**/ 0, 0, 0, 0});
}

/* |r| / sqrt(4) is 1 for the first sample, 2 for the second. */
Test(tape, shrink_follows_the_residual_of_each_sample)
{
    bench t;
    bench_new(&t, 0.5, 2);
    expect(&t, sgn_shrink(t.tape, t.a, 0, t.b, 0), (sgn_real[]){2, -2, 0, 0, /**/ 2, -2, 0, 0},
           (sgn_real[]){1, 1, -1, 1, /**/ 0, 4, 0, 0},
           (sgn_real[]){1.5f, -1.5f, 0, 0, /**/ 1, -1, 0, 0});
}

Test(tape, shrink_passes_on_what_is_no_number)
{
    bench t;
    bench_new(&t, 0.5, 1);
    sgn_var x = sgn_shrink(t.tape, t.a, 0, SGN_NO_VAR, 0);
    sgn_var positive = sgn_clip(t.tape, sgn_keep_largest(t.tape, x, 4), 0, (double)INFINITY);
    OK(sgn_tape_seal(t.tape));
    put(&t, t.a, (sgn_real[]){(sgn_real)NAN, 2, 0, 0});
    sgn_tape_forward(t.tape, NULL, 1);
    cr_expect_not(sgn_mat_finite(sgn_tape_value(t.tape, x)));
    cr_expect_not(sgn_mat_finite(sgn_tape_value(t.tape, positive)));
    put(&t, t.a, (sgn_real[]){1, 2, 0, 0});
    t.value[0] = (sgn_real)NAN;
    sgn_tape_forward(t.tape, NULL, 1);
    cr_expect_not(sgn_mat_finite(sgn_tape_value(t.tape, x)));
    sgn_tape_free(t.tape);
}

/* Groups of two columns and two folds: (3, 0, 4, 0) of norm 5 and (1, 0, 0, 0) of norm 1. */
Test(tape, rows_are_shrunk_by_their_norm)
{
    bench t;
    bench_new(&t, 2, 2);
    expect(&t, sgn_shrink_rows(t.tape, t.a, 0, 2, 2), (sgn_real[]){3, 1, 0, 0, /**/ 4, 0, 0, 0},
           NULL, (sgn_real[]){1.8f, 0, 0, 0, /**/ 2.4f, 0, 0, 0});
}

Test(tape, the_largest_are_kept_as_they_are)
{
    bench t;
    bench_new(&t, 1, 1);
    expect(&t, sgn_keep_largest(t.tape, t.a, 2), (sgn_real[]){1, -3, 0, 2}, NULL,
           (sgn_real[]){0, -3, 0, 2});
}

Test(tape, a_box_holds_every_entry)
{
    bench t;
    bench_new(&t, 1, 1);
    expect(&t, sgn_clip(t.tape, t.a, -1, 2), (sgn_real[]){1, -3, 0, 5}, NULL,
           (sgn_real[]){1, -1, 0, 2});
}

/* Two of four entries of x are not zero. */
Test(tape, the_onsager_term_is_the_share_of_nonzeros)
{
    bench t;
    bench_new(&t, 1, 1);
    expect(&t, sgn_onsager(t.tape, t.a, sgn_keep_largest(t.tape, t.b, 2), t.b),
           (sgn_real[]){1, 1, 1, 1}, (sgn_real[]){4, 2, 0, -6}, (sgn_real[]){3, 2, 1, -2});
}

Test(tape, a_mix_is_linear)
{
    bench t;
    bench_new(&t, 3, 1);
    sgn_var z = sgn_add_scaled(t.tape, sgn_mix(t.tape, 2, t.a, -1, t.b), 0, t.b);
    expect(&t, z, (sgn_real[]){1, 2, 3, 4}, (sgn_real[]){0, 1, 0, -1}, (sgn_real[]){2, 6, 6, 6});
}
