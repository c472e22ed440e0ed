/* planes.c -- a sum of P sparse sign planes:  W = sum_p s_p M_p (.) sign(V_p).
 *
 * Each plane has a support and a scale of its own, fitted one after the other to what the planes
 * before leave of the target (residual binarisation: Guo et al. 2017, arXiv:1706.02021; here with
 * sparse planes).  The formulas are in unroll/signs.h.
 */
#include "unroll/signs.h"

const sgn_constraint sgn_constraint_planes = {
    .name = "planes",
    .title = "a sum of sparse sign planes, each with its own support and scale",
    .cite = "after Guo et al. 2017, arXiv:1706.02021",
    .scales = SGN_SCALES_LEARNED,
    .sums_planes = 1,
    .density = 0.25,
    .start = sgn_signs_start,
    .project = sgn_signs_project,
    .pullback = sgn_signs_pullback,
    .code = sgn_signs_code,
    .level = sgn_signs_level,
    .value = sgn_signs_value,
    .set = sgn_signs_set,
};
