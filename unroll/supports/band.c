/* band.c -- so many links of each row, around the diagonal: of a matrix that is not square the line from
 * corner to corner.  A band that would reach beyond an end of its row is moved inside, so that every
 * row has as many links.
 */
#include "unroll/support.h"

#include <string.h>

/* The column a band of this width begins at: its middle is nearest to (i + 1/2) cols / rows. */
static int first_column(const sgn_support *s, int i, int width)
{
    long rows = s->rows, twice = (2L * i + 1) * s->cols - (width - 1L) * rows;
    long first = twice < 0 ? 0 : twice / (2 * rows), last = s->cols - width;
    return (int)(first < last ? first : last);
}

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)rng;
    if (wish->band < 1)
        return sgn_fail(SGN_ECONFIG,
                        "weights.band is %d, support band needs how many links a row "
                        "has: 1 or more",
                        wish->band);
    int width = wish->band < s->cols ? wish->band : s->cols;
    memset(s->on, 0, (size_t)s->rows * (size_t)s->cols);
    for (int i = 0; i < s->rows; i++)
        for (int j = first_column(s, i, width), k = 0; k < width; k++)
            s->on[sgn_support_entry(s, i, j + k)] = 1;
    return SGN_OK;
}

const sgn_support_kind sgn_support_band = {
    .name = "band",
    .title = "weights.band links of each row, around the diagonal",
    .cite = "",
    .derived = 1,
    .fill = fill,
};
