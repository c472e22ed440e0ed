/* Each weight constraint by its paper's numbers, on one small matrix. */
#include "laws.h"
#include "unroll/group.h"

#include <math.h>
#include <string.h>

enum { MOST = 4096, COLUMNS = 256 };

/* A group of one matrix that stands by itself. */
typedef struct {
    const sgn_constraint *c;
    sgn_group g;
    sgn_link w, scale, *member[1];
    sgn_real latent[MOST], weight[MOST], dweight[MOST];
    sgn_real log_scale[COLUMNS], of_scale[COLUMNS], dscale[COLUMNS];
} bench;

static bench b;  // too large for the stack

/* `target` (rows, cols), one unit; it starts and projects. */
static void set_up(const char *constraint, int bits, const sgn_real *target, int rows, int cols)
{
    size_t n = (size_t)rows * (size_t)cols;
    b = (bench){.w = {.role = SGN_ROLE_LINKS, .rows = rows, .cols = cols, .planes = 1, .size = 1}};
    OK(sgn_constraint_find(constraint, &b.c));
    b.w.latent = b.latent, b.w.weight = b.weight, b.w.dweight = b.w.dlatent = b.dweight;
    b.scale = (sgn_link){.rows = 1, .planes = 1};
    b.scale.latent = b.log_scale, b.scale.weight = b.of_scale;
    b.scale.dweight = b.scale.dlatent = b.dscale;
    b.member[0] = &b.w;
    b.g = (sgn_group){.link = b.member, .n = 1, .units = 1, .rowspan = rows, .colspan = cols};
    b.g.unitrows = 1, b.g.bits = bits, b.g.scale = &b.scale, b.g.progress = 1;
    b.scale.cols = b.c->scale_columns ? b.c->scale_columns(&b.g) : 1;
    b.g.scratch = sgn_alloc(b.c->room > n ? b.c->room : n, sizeof(sgn_real));
    memcpy(b.weight, target, n * sizeof *target);
}

static void start(const char *constraint, int bits, const sgn_real *target, int rows, int cols)
{
    set_up(constraint, bits, target, rows, cols);
    b.c->start(&b.g);
    b.c->project(&b.g);
}

static void tear_down(void) { sgn_free(b.g.scratch); }

static double error_from(const sgn_real *target, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += pow((double)b.weight[i] - (double)target[i], 2);
    return sum;
}

static void expect_weights(const sgn_real *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect_float_eq(b.weight[i], wanted[i], 1e-6, "%s, entry %zu: %g, not %g", b.c->name, i,
                           (double)b.weight[i], (double)wanted[i]);
}

static const sgn_real *normal_target(void)
{
    static sgn_real target[MOST];
    fill_normal(target, MOST, 0.3, 11);
    return target;
}

/* ---- signs and ternary codes -------------------------------------------------------------------- */

Test(constraints, the_sign_alone_and_the_sign_beside_the_mean)
{
    const sgn_real target[] = {1, 2, 3, 4, 8, -6}, plain[] = {4, 4, 4, 4, 4, -4},
                   centred[] = {-4, 4, 4, 4, 4, -4};
    start("onebit-absmean", 4, target, 3, 2);
    expect_weights(plain, 6);
    tear_down();
    start("onebit-centred", 4, target, 3, 2);
    expect_weights(centred, 6);
    tear_down();
}

/* The mean is 1: one limit is 0.7, the other 0.5. */
Test(constraints, ternary_codes_keep_what_their_papers_keep)
{
    const sgn_real target[] = {1.25f, -0.72f, 1.5f, 0.69f, -0.45f, 1.39f},
                   twn[] = {1.215f, -1.215f, 1.215f, 0, 0, 1.215f}, absmean[] = {1, -1, 1, 1, 0, 1};
    start("ternary-twn", 4, target, 2, 3);
    expect_weights(twn, 6);
    tear_down();
    start("ternary-absmean", 4, target, 2, 3);
    expect_weights(absmean, 6);
    tear_down();
}

Test(constraints, latents_that_are_all_alike_keep_their_sign_beside_their_mean)
{
    const sgn_real down[] = {-0.3f, -0.3f, -0.3f}, up[] = {0.3f, 0.3f, 0.3f};
    start("onebit-centred", 4, down, 3, 1);
    expect_weights(down, 3);
    tear_down();
    start("onebit-centred", 4, up, 3, 1);
    expect_weights(up, 3);
    tear_down();
}

/* dV without its straight-through part is the derivative of the scale, to which every V adds. */
Test(constraints, a_computed_scale_is_differentiated)
{
    const sgn_real target[] = {0.5f, -1, 2, -0.25f}, slope[] = {1, -2, 0.5f, 3}, h = (sgn_real)1e-2;
    for (int i = 0; i < 4; i++) {
        double difference = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            start("onebit-absmean", 4, target, 2, 2);
            b.latent[i] += (sgn_real)sign * h;
            b.c->project(&b.g);
            for (int j = 0; j < 4; j++) difference += sign * (double)(slope[j] * b.weight[j]);
            tear_down();
        }
        start("onebit-absmean", 4, target, 2, 2);
        memcpy(b.dweight, slope, sizeof slope);
        b.c->pullback(&b.g);
        double exact = (double)(b.dweight[i] - b.of_scale[0] * slope[i]);
        cr_expect_float_eq(exact, difference / (2 * (double)h), 1e-4, "entry %d: %g", i, exact);
        tear_down();
    }
}

/* Entries whose error costs more have more say in what stands for all. */
Test(constraints, scales_are_weighed_with_the_importance)
{
    const sgn_real target[] = {1, -2, 3, 4}, importance[] = {1, 0, 0, 3};
    set_up("onebit", 4, target, 2, 2);
    b.g.importance = importance;
    b.c->start(&b.g);
    cr_expect_float_eq(b.of_scale[0], (1 + 3 * 4) / 4.0, 1e-6, "sum F |w| / sum F");
    tear_down();
    start("onebit", 4, target, 2, 2);
    cr_expect_float_eq(b.of_scale[0], 2.5, 1e-6, "the mean, where all are alike");
    tear_down();
}

/* ---- evenly spaced values ------------------------------------------------------------------------ */

Test(constraints, bits_count_the_values_on_both_sides_of_zero)
{
    const sgn_real target[] = {-5, -1.6f, -0.4f, 0.4f, 0.6f, 9}, wanted[] = {-2, -2, 0, 0, 1, 1};
    set_up("kbit", 2, target, 2, 3);
    memcpy(b.latent, target, sizeof target);
    b.of_scale[0] = 1;
    b.c->project(&b.g);
    expect_weights(wanted, 6);
    tear_down();
}

static double error_at_step(const sgn_real *target, double s)
{
    b.of_scale[0] = (sgn_real)s;
    b.c->project(&b.g);
    return error_from(target, MOST);
}

/* The paper's step is for training; links that stay as they are want the best there is. */
Test(constraints, the_step_starts_at_the_least_squared_error)
{
    const sgn_real *target = normal_target();
    for (int bits = 2; bits <= 8; bits++) {
        start("kbit", bits, target, 64, 64);
        double ours = error_from(target, MOST), best = (double)INFINITY, mean = 0;
        for (int i = 0; i < MOST; i++) mean += fabs((double)target[i]) / MOST;
        for (int i = 1; i < 1000; i++) best = fmin(best, error_at_step(target, 0.001 * i));
        double paper = error_at_step(target, 2 * mean / sqrt((1 << (bits - 1)) - 1));
        cr_expect_lt(ours, 1.01 * best, "%d bits: %g, and %g", bits, ours, best);
        cr_expect_lt(ours, paper, "%d bits: %g, and %g", bits, ours, paper);
        tear_down();
    }
}

Test(constraints, signs_of_one_size_are_told_exactly)
{
    const sgn_real target[] = {0.3f, -0.3f, -0.3f, 0.3f};
    for (int bits = 2; bits <= 8; bits++) {
        start("kbit", bits, target, 2, 2);
        expect_weights(target, 4);
        tear_down();
    }
}

/* <slope, s (clip(V / s) + what rounding added at `from`)> (Esser et al. 2020, sec. 2.1). */
static double smooth(const sgn_real *slope, int n, double s, double from, double least, double most)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double v = (double)b.latent[i], clipped = fmin(fmax(v / from, least), most);
        double added = round(clipped) - clipped;
        sum += (double)slope[i] * s * (fmin(fmax(v / s, least), most) + added);
    }
    return sum;
}

Test(constraints, the_step_follows_its_paper)
{
    enum { N = 100 };
    sgn_real slope[N];
    fill_normal(slope, N, 1, 3);
    for (int bits = 2; bits <= 8; bits += 2) {
        double most = (1 << (bits - 1)) - 1, least = -most - 1, s = 0.4 / most, h = 1e-5 * s;
        set_up("kbit", bits, normal_target(), 10, 10);
        memcpy(b.latent, normal_target(), N * sizeof *b.latent);
        b.of_scale[0] = (sgn_real)s, s = (double)b.of_scale[0];
        memcpy(b.dweight, slope, sizeof slope);
        b.c->pullback(&b.g);
        double difference =
            (smooth(slope, N, s + h, s, least, most) - smooth(slope, N, s - h, s, least, most)) /
            (2 * h);
        double ds = (double)b.dscale[0] * sqrt(N * most);
        cr_expect_float_eq(ds, difference, 1e-4 * fabs(difference), "%d bits: %g, not %g", bits, ds,
                           difference);
        for (int i = 0; i < N; i++) {
            double x = (double)b.latent[i] / s;
            cr_expect_eq(b.dweight[i], x > least && x < most ? slope[i] : 0, "%d bits, %g", bits,
                         x);
        }
        tear_down();
    }
}

/* ---- values of any place ------------------------------------------------------------------------- */

static void expect_nearest(void)
{
    for (int i = 0; i < 64; i++) {
        double least = (double)INFINITY;
        for (int j = 0; j < 8; j++)
            least = fmin(least, fabs((double)b.of_scale[j] - (double)b.latent[i]));
        double ours = fabs((double)b.weight[i] - (double)b.latent[i]);
        cr_expect_float_eq(ours, least, 1e-7, "entry %d: %g away, not %g", i, ours, least);
    }
}

Test(constraints, the_nearest_value_is_taken_in_whatever_order_they_stand)
{
    start("codebook", 3, normal_target(), 8, 8);
    expect_nearest();
    for (int j = 0; j < 8; j++) b.of_scale[j] = (sgn_real)((j * 5 % 8 - 3.4) * 0.15);
    b.of_scale[6] = b.of_scale[1];
    b.c->project(&b.g);
    expect_nearest();
    tear_down();
}

Test(constraints, a_value_learns_from_the_links_that_have_it)
{
    sgn_real wanted[8] = {0};
    start("codebook", 3, normal_target(), 8, 8);
    for (int i = 0; i < 64; i++) {
        b.dweight[i] = (sgn_real)(i % 7 - 2);
        wanted[b.c->level(&b.g, &b.w, 0, (size_t)i)] += b.dweight[i];
    }
    b.c->pullback(&b.g);
    for (int j = 0; j < 8; j++) cr_expect_float_eq(b.dscale[j], wanted[j], 1e-5, "value %d", j);
    for (int i = 0; i < 64; i++) cr_expect_eq(b.dweight[i], (sgn_real)(i % 7 - 2));
    tear_down();
}

Test(constraints, values_of_ones_own_choice_are_nearer_than_even_ones)
{
    const sgn_real *target = normal_target();
    for (int bits = 2; bits <= 8; bits += 3) {
        start("kbit", bits, target, 64, 64);
        double even = error_from(target, MOST);
        tear_down();
        start("codebook", bits, target, 64, 64);
        cr_expect_lt(error_from(target, MOST), even, "%d bits", bits);
        tear_down();
    }
}

Test(constraints, values_are_weighed_with_the_importance)
{
    const sgn_real *target = normal_target();
    static sgn_real importance[MOST];
    for (int i = 0; i < MOST; i++) importance[i] = target[i] > 0.5f ? 100 : 1;
    double error[2] = {0};
    for (int weighed = 0; weighed < 2; weighed++) {
        set_up("codebook", 3, target, 64, 64);
        if (weighed) b.g.importance = importance;
        b.c->start(&b.g);
        b.c->project(&b.g);
        for (int i = 0; i < MOST; i++)
            error[weighed] +=
                (double)importance[i] * pow((double)b.weight[i] - (double)target[i], 2);
        tear_down();
    }
    cr_expect_lt(error[1], 0.8 * error[0], "%g, and %g without", error[1], error[0]);
}

/* ---- for a while, something else ------------------------------------------------------------------ */

static int values_in(const sgn_link *w)
{
    sgn_real seen[MOST];
    int n = 0, j;
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        for (j = 0; j < n && seen[j] != w->weight[i]; j++) {
        }
        if (j == n) seen[n++] = w->weight[i];
    }
    return n;
}

/* A ladder of bits ends at the constraint, whichever it is. */
Test(constraints, bits_stand_in_for_what_has_a_scale_a_unit)
{
    const sgn_constraint *kbit;
    OK(sgn_constraint_find("kbit", &kbit));
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
        if ((*k)->scales == SGN_SCALES_NONE || (*k)->scales == SGN_SCALES_REAL) continue;
        sgn_config c = config_of("weights.constraint=%s weights.init=analytic", (*k)->name);
        model m = model_of(&c);
        OK(sgn_net_relax(m.net, 1));
        for (int bits = 4; bits >= 2; bits -= 2) {
            OK(sgn_net_quantise(m.net, kbit, bits, NULL));
            const sgn_link *w = m.net->group[0].links.link[0];
            int values = values_in(w);
            cr_expect(values > 2 && values <= 1 << bits, "%s, %d bits: %d", (*k)->name, bits,
                      values);
        }
        OK(sgn_net_quantise(m.net, NULL, 0, NULL));
        cr_expect_eq(m.net->group[0].constraint, *k);
        model_free(&m);
    }
}
