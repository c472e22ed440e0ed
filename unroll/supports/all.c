/* all.c -- every link exists. */
#include "unroll/support.h"

const sgn_support_kind sgn_support_all = {
    .name = "all",
    .title = "every link exists",
    .cite = "",
    .derived = 1,
};
