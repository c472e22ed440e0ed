/* activation.h -- the entrywise functions of random features, and what a Gaussian becomes in them.
 */
#ifndef SGN_TRAIN_ACTIVATION_H
#define SGN_TRAIN_ACTIVATION_H

#include "core/base.h"

#define SGN_ACTIVATIONS "tanh|relu|erf|sign|linear"  // names, in the order of the enum
typedef enum {
    SGN_ACTIVATION_TANH,
    SGN_ACTIVATION_RELU,
    SGN_ACTIVATION_ERF,
    SGN_ACTIVATION_SIGN,  // sign(0) = +1
    SGN_ACTIVATION_LINEAR,
} sgn_activation;

double sgn_activate(sgn_activation s, double h);

/* s(h) of h ~ N(0, r) behaves in linear statistics like mean + slope h + rest z, with z a standard
   normal of its own:  slope = E s(h) h / r,  rest^2 = Var s(h) - r slope^2. */
typedef struct {
    double mean, variance;  // of s(h)
    double slope, rest2;    // kappa_1 and kappa_*^2
} sgn_moments;

sgn_moments sgn_activation_moments(sgn_activation s, double r);  // r > 0

#endif
