/* fisher.c -- scales that serve the entries the loss looks at:  s = sum F |T| / sum F,  F the mean squared
 * gradient.
 *
 * The scale of signs that makes sum F (T - s sign T)^2 least, and the clustering of a codebook, weighed
 * with the diagonal of the empirical Fisher information.
 */
#include "unroll/fit.h"

const sgn_fit sgn_fit_fisher = {
    .name = "fisher",
    .title = "scales weighed with the mean squared gradient of each entry",
    .cite = "Kim et al. 2023, arXiv:2306.07629, sec. 4.1",
    .needs = SGN_FIT_NEEDS_IMPORTANCE,
};
