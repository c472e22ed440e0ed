/* The soft estimators of signs are functions with a derivative, and the pullback is that derivative. */
#include "laws.h"

#include <math.h>
#include <string.h>

typedef struct {
    const model *m;
    sgn_real *slope;  // (weights of the whole network), owned
} linear;

static int is_links(const sgn_link *w) { return w->role == SGN_ROLE_LINKS; }

/* <slope, W>, over the link matrices */
static double value(void *linear_)
{
    const linear *f = linear_;
    const sgn_net *net = f->m->net;
    double sum = 0;
    sgn_net_project(f->m->net, NULL);
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        const sgn_real *slope = f->slope + weights_before(net, w);
        for (size_t i = 0; is_links(w) && i < sgn_link_size(w); i++) sum += slope[i] * w->weight[i];
    }
    return sum;
}

/* Random latents, and a random gradient of the weights pulled back to them; slope is a copy of it. */
static linear pulled_back(const model *m, double progress)
{
    size_t n = weights_of(m->net);
    sgn_net_set_progress(m->net, progress);
    shake(m->net, 0.05);
    fill_normal(m->net->param->dweight, n, 1, 7);
    linear f = {m, sgn_alloc(n, sizeof *f.slope)};
    memcpy(f.slope, m->net->param->dweight, n * sizeof *f.slope);
    sgn_net_pullback(m->net, NULL);
    return f;
}

/* The largest error over latents and scales. */
static double largest_error(linear *f)
{
    double most = 0;
    for (int p = 0; p < f->m->net->nparams; p++) {
        const sgn_link *w = &f->m->net->param[p];
        if (!is_links(w) && w->role != SGN_ROLE_SCALE) continue;
        size_t n = sgn_link_latents(w);
        sgn_real *gradient = sgn_alloc(n, sizeof *gradient);
        memcpy(gradient, w->dlatent, n * sizeof *gradient);
        most = fmax(most, gradient_error(value, f, w->latent, gradient, n));
        sgn_free(gradient);
    }
    return most;
}

static double error_of(const char *keys, double progress)
{
    sgn_config c = config_of("weights.support=random %s", keys);
    model m = model_of(&c);
    linear f = pulled_back(&m, progress);
    double error = largest_error(&f);
    sgn_free(f.slope);
    model_free(&m);
    return error;
}

Test(estimators, the_pullback_is_a_central_difference)
{
    static const char *const soft[] = {"tanh", "prox"}, *const of[] = {"onebit", "planes"};
    static const char *const scale[] = {"layer", "row", "global"};
    for (int i = 0; i < 12; i++) {
        char keys[128];
        snprintf(keys, sizeof keys, "weights.estimator=%s weights.constraint=%s weights.scale=%s",
                 soft[i % 2], of[i / 2 % 2], scale[i / 4]);
        for (int k = 0; k < 3; k++) {
            double error = error_of(keys, k / 3.);
            cr_expect_lt(error, 1e-6, "%s at %d/3: %g", keys, k, error);
        }
    }
}

/* The control: a sign has no derivative, and the straight-through one is not a difference. */
Test(estimators, the_pullback_of_a_sign_is_not)
{
    cr_expect_gt(error_of("weights.estimator=identity", 0), 0.1);
    cr_expect_gt(error_of("weights.estimator=tanh", 1), 0.1);
}
