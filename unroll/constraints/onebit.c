/* onebit.c -- a sign per link on a support, times one scale:  W = s M (.) sign(V).
 *
 * M fixed by the physics or by the configuration, or the largest |V| summed over the layers that
 * share it, chosen anew at every step.  The formulas are in unroll/signs.h.
 */
#include "unroll/signs.h"

const sgn_constraint sgn_constraint_onebit = {
    .name = "onebit",
    .title = "one sign per link on a support, one scale per group",
    .cite = "Rastegari et al. 2016, arXiv:1603.05279; sparse and unrolled: arXiv:2502.01908",
    .scales = SGN_SCALES_LEARNED,
    .density = 0.5,
    .start = sgn_signs_start,
    .project = sgn_signs_project,
    .pullback = sgn_signs_pullback,
    .pull_part = sgn_signs_pull_part,
    .code = sgn_signs_code,
    .level = sgn_signs_level,
    .value = sgn_signs_value,
    .set = sgn_signs_set,
};
