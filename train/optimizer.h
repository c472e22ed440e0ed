/* optimizer.h -- one step down the gradient, parameter by parameter. */
#ifndef SGN_TRAIN_OPTIMIZER_H
#define SGN_TRAIN_OPTIMIZER_H

#include "core/base.h"

enum { SGN_MAX_MOMENTS = 2 };

typedef struct {
    double lr;
    double shrink;           // gradients are multiplied by it: gradient clipping
    int t;                   // steps taken in this stage, this one included: 1, 2 ...
    double threshold, rate;  // of optimisers that flip signs
} sgn_update;

typedef struct sgn_optimizer {
    const char *name, *title, *cite;
    int moments;  // reals remembered per latent
    /* v[i] moves against g[i]; moment[j][i] is the memory, zero before the first step. */
    void (*step)(const sgn_update *u, sgn_real *v, const sgn_real *g, sgn_real *const *moment,
                 size_t n);
    /* One that flips signs moves links that are signs; this one moves everything else, and the links
       where they are not.  NULL: moves all by itself. */
    const struct sgn_optimizer *rest;
} sgn_optimizer;

const sgn_optimizer *const *sgn_optimizers(void);  // NULL-ended
SGN_MUST_CHECK sgn_status sgn_optimizer_find(const char *name, const sgn_optimizer **out);

#endif
