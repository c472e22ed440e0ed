/* Optimisers move latents as their papers say, and are never slow. */
#include "train/optimizer.h"

#include <criterion/criterion.h>
#include <math.h>

#define OK(expr) cr_assert_eq(expr, SGN_OK, "%s", sgn_last_error())

enum { N = 37 };

static const sgn_optimizer *found(const char *name)
{
    const sgn_optimizer *o = NULL;
    OK(sgn_optimizer_find(name, &o));
    return o;
}

Test(optimizers, adam_is_algorithm_1_of_its_paper)
{
    sgn_real v[N], g[N], m[N] = {0}, u[N] = {0}, *moment[] = {m, u};
    double V[N], M[N] = {0}, U[N] = {0};
    for (int i = 0; i < N; i++) V[i] = (double)(v[i] = (sgn_real)(i - N / 2) / N);
    for (int t = 1; t <= 50; t++) {
        sgn_update by = {.lr = 0.01, .shrink = 0.5, .t = t};
        for (int i = 0; i < N; i++) g[i] = (sgn_real)sin(i + 0.1 * t);
        found("adam")->step(&by, v, g, moment, N);
        for (int i = 0; i < N; i++) {
            double d = by.shrink * (double)g[i];
            M[i] = 0.9 * M[i] + 0.1 * d;
            U[i] = 0.999 * U[i] + 0.001 * d * d;
            V[i] -= by.lr * M[i] / (1 - pow(0.9, t)) / (sqrt(U[i] / (1 - pow(0.999, t))) + 1e-8);
        }
    }
    for (int i = 0; i < N; i++)
        cr_expect_float_eq(v[i], V[i], 1e-5, "%d: %g, %g", i, (double)v[i], V[i]);
}

/* 0.9^1000 would be a subnormal number, as would squares of gradients of 1e-20. */
Test(optimizers, no_moment_is_ever_subnormal)
{
    sgn_real v[N] = {0}, g[N], m[N] = {0}, u[N] = {0}, *moment[] = {m, u};
    for (int t = 1; t <= 2000; t++) {
        for (int i = 0; i < N; i++) g[i] = t == 1 ? 1 : (sgn_real)(i % 3 * 1e-20);
        found("adam")->step(&(sgn_update){.lr = 1e-3, .shrink = 1, .t = t}, v, g, moment, N);
        for (int i = 0; i < N; i++) {
            cr_assert_neq(fpclassify(m[i]), FP_SUBNORMAL, "step %d", t);
            cr_assert_neq(fpclassify(u[i]), FP_SUBNORMAL, "step %d", t);
        }
    }
    for (int i = 0; i < N; i++) cr_expect_eq(m[i], 0);
}

Test(optimizers, a_gradient_that_is_no_number_stays_one)
{
    sgn_real v[] = {0, 0}, g[] = {(sgn_real)NAN, 1}, m[2] = {0}, u[2] = {0}, *moment[] = {m, u};
    found("adam")->step(&(sgn_update){.lr = 1e-3, .shrink = 1, .t = 1}, v, g, moment, 2);
    cr_expect(isnan(v[0]) && !isnan(v[1]));
}
