/* Supports chosen group by group: N:M, and blocks that are kept or dropped as a whole. */
#include "laws.h"
#include "unroll/support.h"

#include <math.h>
#include <string.h>

TestSuite(groups, .timeout = 60);

/* ---- N:M --------------------------------------------------------------------------------------- */

/* A new support of the kind, chosen by random scores, which the caller frees. */
static sgn_support *chosen(const char *kind, int rows, int cols, sgn_support_wish wish,
                           sgn_real *score)
{
    const sgn_support_kind *found;
    sgn_support *s = NULL;
    size_t size = (size_t)rows * (size_t)cols;
    OK(sgn_support_kind_find(kind, &found));
    OK(sgn_support_new(&s, found, rows, cols));
    OK(found->fill(s, &wish, NULL));
    fill_normal(score, size, 1, (uint32_t)size);
    for (size_t i = 0; i < size; i++) score[i] = (sgn_real)fabs((double)score[i]);
    sgn_real *scratch = sgn_alloc(size, sizeof *scratch);
    sgn_support_choose(s, score, wish.density, scratch);
    sgn_free(scratch);
    return s;
}

/* How many links of the group that begins at (i, j) exist, and what the smallest of these and the
   largest of the others score. */
static int look(const sgn_support *s, const sgn_real *score, int i, int j, double *least,
                double *most)
{
    int count = 0;
    *least = (double)INFINITY, *most = 0;
    for (int c = j; c < s->cols && c < j + s->of; c++) {
        size_t at = sgn_support_entry(s, i, c);
        double x = (double)score[at];
        count += s->on[at];
        if (s->on[at]) *least = fmin(*least, x);
        else *most = fmax(*most, x);
    }
    return count;
}

Test(groups, of_every_group_in_a_row_the_largest_are_kept)
{
    enum { ROWS = 7, COLS = 11 };
    sgn_real score[ROWS * COLS];
    for (int of = 2; of <= 13; of++)
        for (int keep = 1; keep <= of; keep++) {
            sgn_support *s =
                chosen("nm", ROWS, COLS, (sgn_support_wish){.keep = keep, .of = of}, score);
            for (int i = 0; i < ROWS; i++)
                for (int j = 0; j < COLS; j += of) {
                    double least, most;
                    int length = of < COLS - j ? of : COLS - j;
                    int count = look(s, score, i, j, &least, &most);
                    cr_expect_eq(count, keep < length ? keep : length, "%d:%d", keep, of);
                    cr_expect_gt(least, most, "%d:%d at %d, %d", keep, of, i, j);
                }
            sgn_support_free(s);
        }
}

/* Written and read back in memory of just its size. */
static void check_round_trip(const sgn_support *s, sgn_support *back)
{
    size_t size = (size_t)s->rows * (size_t)s->cols, bits = (size_t)sgn_support_bits(s);
    sgn_bitstream to = {.byte = sgn_alloc(bits / 8 + 1, 1), .capacity = bits};
    sgn_support_put(s, &to);
    cr_expect_eq(to.at, bits, "what is quoted is what is written");
    to.at = 0;
    OK(sgn_support_get(back, &to));
    cr_expect(to.at == bits && back->active == s->active);
    cr_expect_arr_eq(back->on, s->on, size, "%s", s->kind->name);
    for (size_t cut = 0; cut < bits; cut++) {
        sgn_bitstream from = {.byte = to.byte, .capacity = cut};
        cr_expect_eq(sgn_support_get(back, &from), SGN_EFORMAT, "%s: %zu of %zu bits",
                     s->kind->name, cut, bits);
    }
    sgn_free(to.byte);
}

static void check_stored(const char *kind, int rows, int cols, sgn_support_wish wish)
{
    sgn_real score[400];
    sgn_support *s = chosen(kind, rows, cols, wish, score), *back = NULL;
    OK(sgn_support_new(&back, s->kind, rows, cols));
    OK(s->kind->fill(back, &wish, NULL));
    check_round_trip(s, back);
    sgn_support_fill(s);  // not chosen yet
    check_round_trip(s, back);
    sgn_support_free(s);
    sgn_support_free(back);
}

Test(groups, n_of_m_is_read_as_it_was_written)
{
    for (int of = 2; of <= 14; of++)
        for (int keep = 1; keep <= of; keep++)
            check_stored("nm", 5, 11, (sgn_support_wish){.keep = keep, .of = of});
    check_stored("nm", 5, 70, (sgn_support_wish){.keep = 16, .of = 32});
}

Test(groups, n_of_m_takes_little_more_than_its_choices)
{
    static const int usual[][2] = {{2, 4}, {1, 4}, {2, 8}, {4, 8}, {1, 16}, {4, 16}, {16, 32}};
    sgn_real *score = sgn_alloc(64 * 128, sizeof *score);
    for (int k = 0; k < 7; k++) {
        int keep = usual[k][0], of = usual[k][1];
        sgn_support *s = chosen("nm", 64, 128, (sgn_support_wish){.keep = keep, .of = of}, score);
        double least = 64 * 128 / of * sgn_log2_choose(of, keep), bits = sgn_support_bits(s);
        cr_expect(bits >= least && bits <= 1.04 * least, "%d:%d: %g, %g", keep, of, bits, least);
        sgn_support_free(s);
    }
    sgn_free(score);
}

/* ---- blocks that are kept or dropped as a whole ------------------------------------------------ */

/* The sum of the scores of the block that entry (i, j) is in; `whole`: it exists or not as a whole. */
static double block_score(const sgn_support *s, const sgn_real *score, int i, int j, int *whole)
{
    double sum = 0;
    int b = s->block_rows, c = s->block_cols, on = s->on[sgn_support_entry(s, i, j)];
    for (int k = j / c * c; k < s->cols && k < (j / c + 1) * c; k++)
        for (int h = i / b * b; h < s->rows && h < (i / b + 1) * b; h++) {
            sum += (double)score[sgn_support_entry(s, h, k)];
            *whole &= s->on[sgn_support_entry(s, h, k)] == on;
        }
    return sum;
}

static void check_blocks(int rows, int cols, int block, double density)
{
    sgn_real score[400];
    double least = (double)INFINITY, most = 0, kept = 0, blocks = 0;
    int whole = 1;
    sgn_support *s = chosen("block-magnitude", rows, cols,
                            (sgn_support_wish){.block = block, .density = density}, score);
    for (int i = 0; i < rows; i += block)
        for (int j = 0; j < cols; j += block, blocks++) {
            double sum = block_score(s, score, i, j, &whole);
            int on = s->on[sgn_support_entry(s, i, j)];
            kept += on;
            if (on) least = fmin(least, sum);
            else most = fmax(most, sum);
        }
    cr_expect(whole && least > most, "%d x %d, block %d", rows, cols, block);
    cr_expect_eq(kept, fmax(1, round(density * blocks)), "%d x %d, block %d", rows, cols, block);
    sgn_support_free(s);
}

Test(groups, the_blocks_of_largest_weights_are_kept_as_a_whole)
{
    for (int block = 1; block <= 14; block++)
        for (double density = 0.1; density < 1; density += 0.2) {
            check_blocks(12, 20, block, density);
            check_blocks(13, 7, block, density);
            check_blocks(1, 5, block, density);
        }
}

Test(groups, blocks_are_read_as_they_were_written_and_cost_what_one_flag_a_block_costs)
{
    for (int block = 1; block <= 14; block++)
        check_stored("block-magnitude", 13, 20, (sgn_support_wish){.block = block, .density = 0.4});
    sgn_real score[400];
    sgn_support *s =
        chosen("block-magnitude", 13, 20, (sgn_support_wish){.block = 5, .density = 0.5}, score);
    sgn_bitstream flags = {0};
    uint8_t flag[12];
    for (int b = 0; b < 12; b++) flag[b] = s->on[sgn_support_entry(s, b % 3 * 5, b / 3 * 5)];
    sgn_rice_put(&flags, flag, 12);
    cr_expect_eq(sgn_support_bits(s), (double)flags.at);
    sgn_support_free(s);
}

/* What is read has been in a file, and files may be damaged. */
static void check_any_bytes(const sgn_support_kind *kind, uint8_t bytes[64], size_t bits)
{
    sgn_support *s = NULL;
    sgn_support_wish wish = {.keep = 2, .of = 5, .block = 3};
    sgn_bitstream from = {.byte = bytes, .capacity = bits};
    size_t active = 0;
    OK(sgn_support_new(&s, kind, 9, 13));
    if (kind->fill) OK(kind->fill(s, &wish, NULL));
    if (sgn_support_get(s, &from) == SGN_OK) {
        for (int i = 0; i < 9 * 13; i++) {
            cr_expect_leq(s->on[i], 1, "%s", kind->name);
            active += s->on[i];
        }
        cr_expect_eq(s->active, active, "%s", kind->name);
    }
    cr_expect_leq(from.at, bits);
    sgn_support_free(s);
}

Test(groups, any_bytes_are_a_support_or_refused)
{
    uint8_t bytes[64];
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, 13);
    for (const sgn_support_kind *const *k = sgn_support_kinds(); *k; k++)
        for (size_t n = 0; n < 512 && !(*k)->derived; n++) {
            for (int i = 0; i < 64; i++) bytes[i] = (uint8_t)(256 * sgn_rng_uniform(&rng));
            if (n % 2) memset(bytes + 1, 0, 4);  // few links, so that some can be read
            check_any_bytes(*k, bytes, n);
        }
}
