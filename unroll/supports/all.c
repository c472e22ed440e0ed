/* all.c -- every link exists. */
#include "unroll/support.h"

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)wish, (void)rng;
    sgn_support_fill(s);
    return SGN_OK;
}

const sgn_support_kind sgn_support_all = {
    .name = "all",
    .title = "every link exists",
    .cite = "",
    .derived = 1,
    .fill = fill,
};
