#include "unroll/estimator.h"

#include "laws.h"

#include <math.h>
#include <string.h>

enum { N = 41 };
static const double size = 0.3;

/* Latents from -2 to 2 sizes, none of them 0. */
static void fill_latents(sgn_real *v)
{
    for (int i = 0; i < N; i++) v[i] = (sgn_real)(size * (-2 + 0.0999 * i));
}

static sgn_group group_of(sgn_estimator e, double progress)
{
    return (sgn_group){.estimator = e, .progress = progress};
}

static sgn_real sign_of(sgn_real v) { return v < 0 ? -1 : 1; }

/* ---- values and derivatives -------------------------------------------------------------------- */

static void expect_signs(sgn_estimator e, double progress)
{
    sgn_real v[N], q[N];
    sgn_group g = group_of(e, progress);
    fill_latents(v);
    sgn_estimator_at(&g, size, v, q, NULL, N);
    cr_expect(sgn_estimator_is_hard(&g));
    for (int i = 0; i < N; i++)
        cr_expect_eq(q[i], sign_of(v[i]), "estimator %d at %g", e, (double)v[i]);
}

Test(estimators, all_are_the_sign_in_the_end)
{
    for (int e = SGN_ESTIMATOR_IDENTITY; e <= SGN_ESTIMATOR_PROX; e++)
        expect_signs((sgn_estimator)e, 1);
    expect_signs(SGN_ESTIMATOR_IDENTITY, 0);
    expect_signs(SGN_ESTIMATOR_CLIPPED, 0);
}

static double distance_from_signs(double progress)
{
    sgn_real v[N], q[N];
    double most = 0;
    sgn_group g = group_of(SGN_ESTIMATOR_TANH, progress);
    fill_latents(v);
    cr_expect_eq(sgn_estimator_is_hard(&g), progress == 1);
    sgn_estimator_at(&g, size, v, q, NULL, N);
    for (int i = 0; i < N; i++) most = fmax(most, fabs((double)(q[i] - sign_of(v[i]))));
    return most;
}

Test(estimators, tanh_comes_ever_closer_to_the_sign)
{
    cr_expect_eq(distance_from_signs(1), 0);
    for (int i = 0; i < 10; i++)
        cr_expect_lt(distance_from_signs((i + 1) / 10.), distance_from_signs(i / 10.), "%d", i);
}

Test(estimators, the_identity_passes_every_gradient)
{
    sgn_real v[N], q[N], dq[N];
    sgn_group g = group_of(SGN_ESTIMATOR_IDENTITY, 0.5);
    fill_latents(v);
    sgn_estimator_at(&g, size, v, q, dq, N);
    for (int i = 0; i < N; i++) cr_expect_eq(dq[i], 1);
}

Test(estimators, clipped_passes_no_gradient_outside)
{
    sgn_real v[N], q[N], dq[N];
    int inside = 0;
    for (int progress = 0; progress <= 1; progress++) {
        sgn_group g = group_of(SGN_ESTIMATOR_CLIPPED, progress);
        fill_latents(v);
        sgn_estimator_at(&g, size, v, q, dq, N);
        for (int i = 0; i < N; i++) {
            int is_inside = fabs((double)v[i]) <= 1.5 * size;
            cr_expect_eq(dq[i] == 1, is_inside, "%g", (double)v[i]);
            inside += is_inside;
        }
    }
    cr_expect(inside > 0 && inside < 2 * N);
}

/* ---- the proximal step ------------------------------------------------------------------------- */

Test(estimators, only_plus_and_minus_one_size_stay_where_they_are)
{
    sgn_real v[N], was[N];
    fill_latents(was);
    was[0] = (sgn_real)size, was[1] = -(sgn_real)size;
    memcpy(v, was, sizeof v);
    sgn_estimator_prox(size, 0.01, v, NULL, N);
    for (int i = 0; i < N; i++) {
        double before = fabs(fabs((double)was[i]) - size), now = fabs(fabs((double)v[i]) - size);
        cr_expect_eq(v[i] == was[i], i < 2, "%g", (double)was[i]);
        cr_expect(i < 2 || now < before, "%g moved to %g", (double)was[i], (double)v[i]);
        cr_expect_eq(sign_of(v[i]), sign_of(was[i]), "no sign flips by itself");
    }
}

Test(estimators, many_proximal_steps_end_at_plus_or_minus_one_size)
{
    sgn_real v[N], was[N];
    uint8_t on[N];
    fill_latents(was);
    memcpy(v, was, sizeof v);
    for (int i = 0; i < N; i++) on[i] = i % 3 != 0;
    for (int i = 0; i < 200; i++) sgn_estimator_prox(size, 0.01, v, on, N);
    for (int i = 0; i < N; i++)
        cr_expect_eq(v[i], on[i] ? sign_of(was[i]) * (sgn_real)size : was[i], "%d", i);
}

/* A step of r moves by r, in units of the size, as far as it goes. */
Test(estimators, a_proximal_step_has_its_length)
{
    sgn_real v[] = {(sgn_real)0.1, (sgn_real)-0.1, 2, (sgn_real)-1.05};
    static const double to[] = {0.3, -0.3, 1.8, -1};
    sgn_estimator_prox(1, 0.2, v, NULL, 4);
    for (int i = 0; i < 4; i++) cr_expect_float_eq((double)v[i], to[i], 1e-6, "%d", i);
}

/* ---- where they do not belong ------------------------------------------------------------------ */

static void expect_refused(const char *keys, const char *words)
{
    const sgn_solver *solver;
    sgn_config c = config_of("%s", keys);
    OK(sgn_solver_find(c.net.solver, &solver));
    cr_expect_eq(sgn_net_resolve(&c.net, solver), SGN_ECONFIG, "%s", keys);
    cr_expect_not_null(strstr(sgn_last_error(), words), "%s: %s", keys, sgn_last_error());
}

Test(estimators, links_without_signs_have_none)
{
    expect_refused("weights.constraint=full weights.estimator=tanh",
                   "weights.constraint full has none");
    expect_refused("weights.constraint=ternary-absmean weights.estimator=prox",
                   "weights.estimator is prox");
    expect_refused("weights.constraint=onebit weights.estimator=clipped weights.frozen=true",
                   "frozen");
    config_of("weights.constraint=planes weights.estimator=clipped");
}
