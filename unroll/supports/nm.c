/* nm.c -- of every `of` consecutive links of a row, the `keep` largest: N:M sparsity, here N = keep and
 * M = of.  Its density is keep / of, whatever weights.density says.
 *
 * Which links of a group exist is one of C(of, keep) choices: a digit.  The choice of columns c_1 < c_2
 * < ... has the number C(c_1, 1) + C(c_2, 2) + ... (Knuth, The Art of Computer Programming 4A, 7.2.1.3).
 *
 * Mishra et al. 2021, arXiv:2104.08378 (2:4); Zhou et al. 2021, arXiv:2102.04010 (any N:M, learned).
 */
#include "core/select.h"
#include "unroll/support.h"

/* Groups of one length: those first .. last-1 of a matrix whose groups are counted column by column. */
typedef struct {
    size_t first, last;
    int length, keep;
} part;

static size_t groups_before(const sgn_support *s, int column)
{
    return (size_t)s->rows * (size_t)((column + s->of - 1) / s->of);
}

static part whole_groups(const sgn_support *s)
{
    return (part){0, groups_before(s, s->cols - s->cols % s->of), s->of, s->keep};
}

/* What is left at the end of each row. */
static part short_groups(const sgn_support *s)
{
    int length = s->cols % s->of;
    return (part){groups_before(s, s->cols - length), groups_before(s, s->cols), length,
                  s->keep < length ? s->keep : length};
}

/* Its links are this one and those a row's length apart in memory. */
static size_t first_entry(const sgn_support *s, size_t group)
{
    size_t rows = (size_t)s->rows;
    return group % rows + group / rows * (size_t)s->of * rows;
}

static sgn_status fill(sgn_support *s, const sgn_support_wish *wish, sgn_rng *rng)
{
    (void)rng;
    s->keep = wish->keep;
    s->of = wish->of;
    return SGN_OK;
}

/* ---- choosing ---------------------------------------------------------------------------------- */

static void choose_part(sgn_support *s, part p, const sgn_real *score, sgn_real *scratch)
{
    size_t rows = (size_t)s->rows;
    for (size_t g = p.first; g < p.last; g++) {
        size_t at = first_entry(s, g);
        for (int c = 0; c < p.length; c++) scratch[c] = score[at + (size_t)c * rows];
        sgn_real level = sgn_kth_largest(scratch, (size_t)p.length, (size_t)p.keep);
        sgn_support_keep(s->on + at, score + at, rows, (size_t)p.length, (size_t)p.keep, level);
    }
}

static void choose(sgn_support *s, const sgn_real *score, double density, sgn_real *scratch)
{
    (void)density;
    choose_part(s, whole_groups(s), score, scratch);
    choose_part(s, short_groups(s), score, scratch);
}

/* ---- the stored form: whether every link exists; else a digit a group, whole groups first ------- */

/* n over k; with n up to 32 (weights.of) neither it nor the products on the way overflow. */
static int combinations(int n, int k)
{
    int64_t c = k <= n;
    for (int i = 1; i <= k && c; i++) c = c * (n - k + i) / i;
    return (int)c;
}

static int number_of(const uint8_t *on, size_t stride, int length)
{
    int number = 0;
    for (int c = 0, k = 0; c < length; c++)
        if (on[(size_t)c * stride]) number += combinations(c, ++k);
    return number;
}

static void set_number(uint8_t *on, size_t stride, int length, int keep, int number)
{
    for (int c = length - 1; c >= 0; c--) {
        int below = combinations(c, keep), is_on = keep > 0 && number >= below;
        on[(size_t)c * stride] = (uint8_t)is_on;
        if (is_on) number -= below, keep--;
    }
}

static void put_part(const sgn_support *s, part p, sgn_bitstream *to)
{
    sgn_digits d = sgn_digits_begin(to, combinations(p.length, p.keep));
    for (size_t g = p.first; g < p.last; g++)
        sgn_digits_put(&d, number_of(s->on + first_entry(s, g), (size_t)s->rows, p.length));
    sgn_digits_end(&d);
}

static void get_part(sgn_support *s, part p, sgn_bitstream *from)
{
    sgn_digits d = sgn_digits_begin(from, combinations(p.length, p.keep));
    for (size_t g = p.first; g < p.last; g++)
        set_number(s->on + first_entry(s, g), (size_t)s->rows, p.length, p.keep,
                   sgn_digits_get(&d, p.last - g));
}

static int is_full(const sgn_support *s) { return s->active == (size_t)s->rows * (size_t)s->cols; }

static void put(const sgn_support *s, sgn_bitstream *to)
{
    sgn_bits_put(to, (uint64_t)is_full(s), 1);
    if (is_full(s)) return;
    put_part(s, whole_groups(s), to);
    put_part(s, short_groups(s), to);
}

static sgn_status get(sgn_support *s, sgn_bitstream *from)
{
    sgn_support_fill(s);
    if (sgn_bits_get(from, 1)) return SGN_OK;
    get_part(s, whole_groups(s), from);
    get_part(s, short_groups(s), from);
    if (!from->overrun) return SGN_OK;
    return sgn_fail(SGN_EFORMAT, "the choice of links in a %d x %d matrix is cut off", s->rows,
                    s->cols);
}

const sgn_support_kind sgn_support_nm = {
    .name = "nm",
    .title = "weights.keep of every weights.of links in a row; chosen anew while training",
    .cite = "Mishra et al. 2021, arXiv:2104.08378; Zhou et al. 2021, arXiv:2102.04010",
    .follows = 1,
    .fill = fill,
    .choose = choose,
    .put = put,
    .get = get,
};
