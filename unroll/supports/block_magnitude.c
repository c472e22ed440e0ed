/* block_magnitude.c -- blocks of weights.block x weights.block links, kept or dropped as a whole: those
 * with the largest sum of |V|.  Blocks at the right and lower edge may be smaller.
 *
 * Pruning blocks instead of links: Narang et al. 2017, arXiv:1711.02782.
 */
#include "core/select.h"
#include "unroll/support.h"

static int parts(int length, int part) { return (length + part - 1) / part; }

static size_t blocks_of(const sgn_support *s)
{
    return (size_t)parts(s->rows, s->block_rows) * (size_t)parts(s->cols, s->block_cols);
}

/* Blocks are counted as links are: column by column. */
static size_t block_of(const sgn_support *s, int i, int j)
{
    return (size_t)(i / s->block_rows) +
           (size_t)(j / s->block_cols) * (size_t)parts(s->rows, s->block_rows);
}

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)rng;
    if (wish->block < 1 && wish->blocks < 2)
        return sgn_fail(
            SGN_ECONFIG,
            "weights.block is %d, support block-magnitude needs the rows and columns of "
            "a block: 1 or more",
            wish->block);
    s->block_rows = wish->block ? wish->block : parts(s->rows, wish->blocks);
    s->block_cols = wish->block ? wish->block : parts(s->cols, wish->blocks);
    return SGN_OK;
}

/* total[b] = the sum of block b's scores */
static void add_up(const sgn_support *s, const sgn_real *score, sgn_real *total)
{
    for (size_t b = 0; b < blocks_of(s); b++) total[b] = 0;
    for (int j = 0; j < s->cols; j++)
        for (int i = 0; i < s->rows; i++)
            total[block_of(s, i, j)] += score[sgn_support_entry(s, i, j)];
}

/* From on[b], one flag a block, to on[entry].  Backwards: the flag of an entry never stands behind it. */
static void spread(sgn_support *s)
{
    for (int j = s->cols - 1; j >= 0; j--)
        for (int i = s->rows - 1; i >= 0; i--)
            s->on[sgn_support_entry(s, i, j)] = s->on[block_of(s, i, j)];
}

static void choose(sgn_support *s, const sgn_real *score, double density, sgn_real *scratch)
{
    size_t n = blocks_of(s), keep = sgn_support_kept(density, n);
    add_up(s, score, scratch);
    sgn_support_keep(s->on, scratch, 1, n, keep, sgn_kth_largest(scratch, n, keep));
    spread(s);
}

static size_t next_block(const sgn_choice *c, size_t from, int value)
{
    const sgn_support *s = c->things;
    size_t rows = (size_t)parts(s->rows, s->block_rows);
    for (; from < c->n; from++) {
        int i = (int)(from % rows) * s->block_rows, j = (int)(from / rows) * s->block_cols;
        if (s->on[sgn_support_entry(s, i, j)] == value) break;
    }
    return from;
}

static void put(const sgn_support *s, sgn_bitstream *to)
{
    sgn_rice_put_choice(to, &(sgn_choice){blocks_of(s), next_block, s});
}

static sgn_status get(sgn_support *s, sgn_bitstream *from)
{
    SGN_TRY(sgn_rice_get(from, s->on, blocks_of(s)));
    spread(s);
    return SGN_OK;
}

const sgn_support_kind sgn_support_block_magnitude = {
    .name = "block-magnitude",
    .title = "the blocks of largest weights, as a whole; chosen anew while training",
    .cite = "arXiv:1711.02782",
    .follows = 1,
    .fill = fill,
    .choose = choose,
    .put = put,
    .get = get,
};
