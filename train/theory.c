#include "train/theory.h"

#include "core/memory.h"
#include "unroll/deploy.h"
#include "unroll/net_layer.h"

/* Test samples that convergence, stability and sensitivity are measured on. */
enum { SAMPLES = 256 };

static const double most_links = 160000;  // m n depth that are cheap enough to be done unasked

int sgn_theory_wanted(const sgn_train_settings *as, const sgn_net *net)
{
    if (sgn_net_is_deployed(net)) return 0;  // it has no latents and no gradients
    if (as->theory != SGN_THEORY_AUTO) return as->theory == SGN_THEORY_ON;
    return (double)net->m * net->n * net->as.depth <= most_links;
}

static sgn_theory nothing(void)
{
    const double none = (double)NAN;
    return (sgn_theory){none, none, none, none, none, none, none, none, none, none};
}

static sgn_status measure(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                          const sgn_theory_layer *layer, const sgn_set *test)
{
    SGN_TRY(sgn_theory_convergence(out, net, pool, layer, test));
    SGN_TRY(sgn_theory_stability(out, net, pool, layer, test));
    return sgn_theory_sensitivity(out, net, pool, layer, test);
}

/* The layers of a coupled network; of any other, NULL. */
static sgn_status layers_of(const sgn_net *net, sgn_theory_layer **out)
{
    *out = NULL;
    if (!sgn_net_is_coupled(net)) return SGN_OK;
    sgn_theory_layer *layer = sgn_alloc((size_t)net->as.depth, sizeof *layer);
    if (!layer) return SGN_EMEM;
    sgn_status status = sgn_theory_layers(net, layer);
    if (status) sgn_free(layer);
    else *out = layer;
    return status;
}

sgn_status sgn_theory_of(sgn_theory *out, sgn_net *net, sgn_pool *pool, const sgn_problem *q,
                         const sgn_train_settings *as, uint64_t seed)
{
    sgn_theory t = nothing();
    sgn_theory_layer *layer;
    sgn_set test;
    int count = as->test_samples < SAMPLES ? as->test_samples : SAMPLES;
    SGN_TRY(sgn_test_set(&test, q, seed, count));
    sgn_status status = layers_of(net, &layer);
    if (!status) {
        status = measure(&t, net, pool, layer, &test);
        sgn_free(layer);
    }
    sgn_set_release(&test);
    if (!status) status = sgn_theory_generalization(&t, net, pool, q, as, seed);
    if (!status) *out = t;
    return status;
}
