/* rounding.c -- the nearest values, entry by entry: what a constraint's start() does by itself. */
#include "unroll/fit.h"

const sgn_fit sgn_fit_rounding = {
    .name = "rounding",
    .title = "the nearest values, entry by entry",
    .cite = "",
};
