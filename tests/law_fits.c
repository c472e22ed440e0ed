/* What every fit promises, under every constraint, on every kind of scale and of support. */
#include "laws.h"
#include "unroll/group.h"

#include <math.h>
#include <string.h>

static const char *const scales[] = {"global", "layer", "row", "column", "block"};
enum { SCALES = sizeof scales / sizeof *scales, M = 12, N = 20 };

typedef struct {
    const sgn_fit *fit;
    const sgn_constraint *constraint;
    const sgn_support_kind *support;
    const char *scale;
} choice;

static sgn_config config_for(const choice *c, const char *fit)
{
    return config_of(
        "problem.kind=block-gaussian problem.blocks=2 network.depth=2 weights.init=analytic "
        "weights.planes=2 weights.bits=2 weights.outliers=0.05 weights.constraint=%s "
        "weights.support=%s weights.scale=%s weights.fit=%s",
        c->constraint->name, c->support->name, c->scale, fit);
}

static int has_codes(const model *m)
{
    const sgn_net_group *g = &m->net->group[0];
    return g->constraint->code(&g->links, 0).levels > 0;
}

static const char *name_of(const choice *c)
{
    static char text[200];
    snprintf(text, sizeof text, "fit %s of %s, support %s, scale %s", c->fit->name,
             c->constraint->name, c->support->name, c->scale);
    return text;
}

typedef void (*law)(const choice *c, const model *m, const model *rounded);

static void check_one(law check, choice c)
{
    sgn_config fitted = config_for(&c, c.fit->name), plain = config_for(&c, "rounding");
    model m = model_of(&fitted), rounded = model_of(&plain);
    check(&c, &m, &rounded);
    model_free(&m), model_free(&rounded);
}

/* Scales in turn: with so many constraints and supports, each meets the others. */
static void check_all(law check)
{
    int turn = 0;
    for (const sgn_fit *const *f = sgn_fits(); *f; f++)
        for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
            for (const sgn_support_kind *const *s = sgn_support_kinds(); *s; s++, turn++)
                check_one(check, (choice){*f, *k, *s, scales[turn / 3 % SCALES]});
}

/* ---- the error of the output --------------------------------------------------------------------- */

static const sgn_link *matrix_of(const model *m) { return &m->net->param[0]; }

/* |(W - T) A|^2 for the first layer's W, T what real links would be */
static double error_of(const model *m)
{
    sgn_config c = m->config;
    snprintf(c.net.constraint, sizeof c.net.constraint, "full");
    snprintf(c.net.support, sizeof c.net.support, "all");
    model target = model_of(&c);
    sgn_real d[N * M], dA[N * N];
    for (int i = 0; i < N * M; i++) d[i] = matrix_of(m)->weight[i] - matrix_of(&target)->weight[i];
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, sgn_mat_view(d, N, M), m->problem->physics.A, 0,
             sgn_mat_view(dA, N, N));
    model_free(&target);
    return sgn_mat_sum_squares(sgn_mat_view(dA, N, N));
}

/* What fits do where H says that errors may cancel, they do in sum: one by one, some lose a little. */
static double fitted_error, rounded_error;

static void add_errors(const choice *c, const model *m, const model *rounded)
{
    if (!c->fit->improve || !has_codes(m)) return;
    fitted_error += error_of(m);
    rounded_error += error_of(rounded);
}

Test(fits, those_that_look_at_the_output_make_its_error_less)
{
    check_all(add_errors);
    cr_expect_lt(fitted_error, 0.95 * rounded_error, "%g and %g", fitted_error, rounded_error);
    cr_expect_gt(fitted_error, 0);
}

static void check_plain(const choice *c, const model *m, const model *rounded)
{
    char here[33], there[33];
    sgn_net_hash(m->net, here);
    sgn_net_hash(rounded->net, there);
    if (!c->fit->improve || !has_codes(m)) cr_expect_str_eq(here, there, "%s", name_of(c));
}

Test(fits, where_there_is_nothing_to_improve_the_start_stays_as_it_is) { check_all(check_plain); }

/* ---- what they leave ------------------------------------------------------------------------------ */

static void check_stands(const choice *c, const model *m, const model *rounded)
{
    sgn_real *before = copy_weights(m->net);
    sgn_net_choose_supports(m->net);
    for (int i = 0; i < m->net->ngroups; i++)
        sgn_group_quantise(&m->net->group[i].links, m->net->group[i].constraint);
    sgn_net_project(m->net, NULL);
    double moved = weights_moved(m->net, before);
    if (has_codes(m)) cr_expect_lt(moved, 1e-12, "%s: %g", name_of(c), moved);
    sgn_free(before);
    (void)rounded;
}

Test(fits, the_weights_stand_when_supports_are_chosen_and_latents_projected_again)
{
    check_all(check_stands);
}

static void check_links(const choice *c, const model *m, const model *rounded)
{
    cr_assert_eq(m->net->nsupports, rounded->net->nsupports);
    for (int i = 0; i < m->net->nsupports; i++) {
        const sgn_support *s = m->net->support[i];
        size_t active = s->active;
        cr_expect_eq(active, rounded->net->support[i]->active, "%s", name_of(c));
        sgn_support_count(m->net->support[i]);
        cr_expect_eq(s->active, active, "%s", name_of(c));
        if (s->derived || s->kind->put)
            cr_expect_arr_eq(s->on, rounded->net->support[i]->on, (size_t)s->rows * (size_t)s->cols,
                             "%s: these links may not move", name_of(c));
    }
}

Test(fits, a_support_keeps_its_size_and_what_is_not_stored_its_places) { check_all(check_links); }

static void check_layers(const choice *c, const model *m, const model *rounded)
{
    const sgn_link *w = matrix_of(m), *next = w + 1;
    while (strcmp(next->name, w->name) != 0) next++;
    if (!strcmp(c->support->name, "random") || c->fit->needs != SGN_FIT_NEEDS_MOMENTS) return;
    cr_expect_arr_eq(w->weight, next->weight, sgn_link_size(w) * sizeof(sgn_real), "%s",
                     name_of(c));
    (void)rounded;
}

Test(fits, layers_that_start_alike_end_alike) { check_all(check_layers); }
