/* bop.c -- Bop, the binary optimiser (Helwegen et al. 2019, arXiv:1906.02107, algorithm 1):
 *
 *     m <- (1 - gamma) m + gamma g
 *     v <- -v  where |m| > tau and sign(m) = sign(v)
 *
 * A sign has no step size: it flips when the gradient has asked for it often enough.  |v| stays.
 */
#include "core/vector.h"
#include "train/optimizer.h"

typedef struct {
    sgn_real shrink, rate, threshold;
} constants;

SGN_VECTOR static void run(constants c, sgn_real *restrict v, const sgn_real *restrict g,
                           sgn_real *restrict m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        m[i] += c.rate * (g[i] * c.shrink - m[i]);
        sgn_real agreement = v[i] < 0 ? -m[i] : m[i];
        v[i] = agreement > c.threshold ? -v[i] : v[i];
    }
}

static void step(const sgn_update *u, sgn_real *v, const sgn_real *g, sgn_real *const *moment,
                 size_t n)
{
    run((constants){(sgn_real)u->shrink, (sgn_real)u->rate, (sgn_real)u->threshold}, v, g,
        moment[0], n);
}

extern const sgn_optimizer sgn_optimizer_adam;

const sgn_optimizer sgn_optimizer_bop = {
    .name = "bop",
    .title = "flips a sign when its mean gradient says so",
    .cite = "Helwegen et al. 2019, arXiv:1906.02107",
    .moments = 1,
    .step = step,
    .rest = &sgn_optimizer_adam,
};
