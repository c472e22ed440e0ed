/* random.c -- drawn from the seed: what a support that knows nothing is worth. */
#include "unroll/support.h"

/* Selection sampling, Knuth vol. 2, algorithm 3.4.2 S. */
static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    size_t size = (size_t)s->rows * (size_t)s->cols, left = sgn_support_kept(wish->density, size);
    for (size_t i = 0; i < size; i++) {
        s->on[i] = sgn_rng_uniform(rng) * (double)(size - i) < (double)left;
        left -= s->on[i];
    }
    return SGN_OK;
}

const sgn_support_kind sgn_support_random = {
    .name = "random",
    .title = "drawn from the seed: a control",
    .cite = "",
    .derived = 1,
    .fill = fill,
};
