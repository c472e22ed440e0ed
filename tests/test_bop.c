#include "train/optimizer.h"

#include <criterion/criterion.h>
#include <math.h>

static const sgn_optimizer *bop(void)
{
    const sgn_optimizer *found;
    cr_assert_eq(sgn_optimizer_find("bop", &found), SGN_OK);
    return found;
}

enum { N = 4 };

/* One latent of either sign under a gradient of either sign. */
typedef struct {
    sgn_real v[N], g[N], m[N];
} state;

static state state_of(double gradient)
{
    sgn_real g = (sgn_real)gradient;
    return (state){.v = {2, 2, -3, -3}, .g = {g, -g, g, -g}};
}

static void take(state *s, int steps, double threshold)
{
    sgn_update u = {.lr = 1, .shrink = 0.5, .rate = 0.1, .threshold = threshold};
    sgn_real *moment[] = {s->m};
    for (u.t = 1; u.t <= steps; u.t++) bop()->step(&u, s->v, s->g, moment, N);
}

Test(bop, a_sign_flips_when_the_mean_gradient_agrees_with_it_and_exceeds_the_threshold)
{
    state s = state_of(1);
    take(&s, 1, 0.049);  // the mean is 0.1 * 0.5
    static const double to[] = {-2, 2, -3, 3};
    for (int i = 0; i < N; i++) cr_expect_eq((double)s.v[i], to[i], "%d", i);
}

Test(bop, a_gradient_that_disagrees_never_flips)
{
    state s = state_of(1);
    s.g[0] = s.g[1] = -1, s.g[2] = s.g[3] = 1;
    take(&s, 100, 0);
    for (int i = 0; i < N; i++) cr_expect_eq((double)s.v[i], i < 2 ? 2 : -3, "%d", i);
}

Test(bop, a_mean_below_the_threshold_flips_nothing)
{
    state s = state_of(1), more = s;
    take(&s, 1, 0.051);
    for (int i = 0; i < N; i++) cr_expect_eq((double)s.v[i], i < 2 ? 2 : -3, "%d", i);
    take(&more, 2, 0.051);  // the mean is 0.095 by then
    cr_expect_eq((double)more.v[0], -2);
    cr_expect_eq((double)more.v[3], 3);
}

Test(bop, the_mean_is_exponential)
{
    state s = state_of(1);
    take(&s, 5, 1e9);
    for (int i = 0; i < N; i++)
        cr_expect_float_eq((double)s.m[i], (i % 2 ? -0.5 : 0.5) * (1 - pow(0.9, 5)), 1e-6, "%d", i);
}

Test(bop, magnitudes_stay_and_flips_are_not_taken_back_at_once)
{
    state s = state_of(1);
    take(&s, 50, 0.01);
    for (int i = 0; i < N; i++) cr_expect_eq(fabs((double)s.v[i]), i < 2 ? 2 : 3, "%d", i);
    cr_expect(s.v[0] < 0 && s.v[3] > 0, "against the gradient, and there they stay");
}

Test(bop, something_else_moves_the_scalars)
{
    cr_assert_not_null(bop()->rest);
    cr_expect_null(bop()->rest->rest);
}
