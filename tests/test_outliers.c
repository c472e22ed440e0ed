/* The few links of dense-sparse that stay real: which they are, and what they cost. */
#include "laws.h"
#include "unroll/group.h"

#include <math.h>

static const char outliers[] = "problem.kind=block-pm1 problem.blocks=4 network.depth=2 "
                               "weights.constraint=dense-sparse weights.outliers=0.05";

static int outliers_of(const sgn_link *w, double *least, double *most_of_others, const sgn_link *t)
{
    int n = 0;
    *least = (double)INFINITY, *most_of_others = 0;
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        double size = fabs((double)t->weight[i]);
        if (!sgn_plane_has(w, 0, i)) continue;
        if (w->support[1]->on[i]) n++, *least = fmin(*least, size);
        else *most_of_others = fmax(*most_of_others, size);
    }
    return n;
}

/* The same network with real links is the target. */
static model target_of(const sgn_config *c)
{
    sgn_config full = *c;
    snprintf(full.net.constraint, sizeof full.net.constraint, "full");
    return model_of(&full);
}

Test(outliers, are_the_largest_links_and_exact)
{
    sgn_config c = config_of("problem.kind=gaussian network.depth=2 weights.init=analytic "
                             "weights.constraint=dense-sparse weights.outliers=0.05");
    model m = model_of(&c), t = target_of(&c);
    const sgn_link *w = m.net->group[0].links.link[0], *T = t.net->group[0].links.link[0];
    double least, others;
    cr_expect_eq(outliers_of(w, &least, &others, T), 12, "5 %% of 240");
    cr_expect_geq(least, others);
    for (size_t i = 0; i < sgn_link_size(w); i++)
        if (w->support[1]->on[i]) cr_expect_eq(w->weight[i], T->weight[i], "entry %zu", i);
    model_free(&m), model_free(&t);
}

Test(outliers, keep_to_the_support)
{
    sgn_config c = config_of("%s weights.support=blocks", outliers);
    model m = model_of(&c);
    const sgn_link *w = m.net->group[0].links.link[0];
    cr_expect_eq(w->support[0]->active, 60);
    cr_expect_eq(w->support[1]->active, 3, "5 %% of the links there are");
    for (size_t i = 0; i < sgn_link_size(w); i++)
        cr_expect(w->support[0]->on[i] || !w->support[1]->on[i], "entry %zu", i);
    model_free(&m);
}

/* Where they are, the codes rest at 0: the weight is the real number alone, and so is its gradient. */
Test(outliers, are_learned_in_full_precision_alone)
{
    sgn_config c = config_of("%s", outliers);
    model m = model_of(&c);
    const sgn_link *w = m.net->group[0].links.link[0];
    size_t size = sgn_link_size(w);
    fill_normal(w->dweight, size, 1, 5);
    sgn_net_pullback(m.net, NULL);
    for (size_t i = 0; i < size; i++) {
        int on = w->support[1]->on[i];
        cr_expect(!on || *sgn_plane(w, 0, i) == 0, "entry %zu", i);
        cr_expect(!on || *sgn_plane_grad(w, 0, i) == 0, "entry %zu", i);
        cr_expect_eq(*sgn_plane_grad(w, 1, i), on ? w->dweight[i] : 0, "entry %zu", i);
    }
    model_free(&m);
}

/* Each matrix its own, though share_support is on; the codes' support follows from the problem. */
Test(outliers, are_charged_with_their_places)
{
    sgn_config c = config_of("%s weights.support=blocks weights.bits=4", outliers);
    model m = model_of(&c);
    sgn_ledger l;
    sgn_ledger_of(m.net, &l);
    const sgn_support *first = m.net->group[0].links.link[0]->support[1],
                      *second = m.net->group[1].links.link[0]->support[1];
    cr_expect_neq(first, second);
    cr_expect_float_eq(l.stored.support, sgn_support_bits(first) + sgn_support_bits(second), 1e-9);
    cr_expect_gt(l.stored.support, 0);
    cr_expect_float_eq(l.stored.sign, 2 * (60 * 4 + 3 * 32), 1e-9, "%g", l.stored.sign);
    cr_expect_float_eq(l.stored.scale, 2 * 32, 1e-9);
    model_free(&m);
}
