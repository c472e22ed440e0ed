/* bits_reference.c -- products with matrices of signs, link by link: what kernels have to agree with.
 *
 * A panel meets LANES samples at a time, so that what a bit costs to be looked at is shared by them.
 */
#include "core/bits_kernels.h"
#include "core/vector.h"

#include <string.h>

enum { LANES = SGN_LANES };

/* A panel, or the part of it whose columns share their scales. */
typedef struct {
    const uint32_t *sign, *mask;  // a word a row
    int first;                    // its first column
    uint32_t columns;             // those of the part
} panel;

typedef struct {
    int first, count;
} lanes;  // columns of x and y

static uint32_t links_of(const panel *p, int i)
{
    return p->mask ? p->mask[i] & p->columns : p->columns;
}

/* Bits a .. b-1 */
static uint32_t range(int a, int b)
{
    uint32_t up_to_b = b < SGN_PANEL ? ((uint32_t)1 << b) - 1 : UINT32_MAX;
    return up_to_b & ~(((uint32_t)1 << a) - 1);
}

static panel panel_at(sgn_bitmat B, int first)
{
    size_t at = sgn_panel_word(B.rows, 0, first);
    return (panel){B.sign + at, B.mask ? B.mask + at : NULL, first, 0};
}

static int lesser(int a, int b) { return a < b ? a : b; }

/* ---- y += alpha (s . B) x ------------------------------------------------------------------------ */

/* x[k] holds entry first + k of the samples; zero beyond them. */
static void gather(sgn_mat x, int first, lanes l, sgn_real to[SGN_PANEL][LANES])
{
    memset(to, 0, SGN_PANEL * sizeof *to);
    for (int b = 0; b < l.count; b++)
        for (int k = 0; k < SGN_PANEL && first + k < x.rows; k++)
            to[k][b] = *sgn_mat_at(x, first + k, l.first + b);
}

/* sum[b] = sum over the links of +- x[link][b] */
SGN_VECTOR static void signed_sum(uint32_t sign, uint32_t links, sgn_real x[SGN_PANEL][LANES],
                                  sgn_real sum[LANES])
{
    for (int b = 0; b < LANES; b++) sum[b] = 0;
    for (; links; links &= links - 1) {
        int k = __builtin_ctz(links);
        sgn_real s = sign >> k & 1 ? 1 : -1;
        for (int b = 0; b < LANES; b++) sum[b] += s * x[k][b];
    }
}

static void multiply_part(double alpha, const panel *p, sgn_unit_scales s, sgn_real x[][LANES],
                          sgn_mat y, lanes l, int unit_column)
{
    sgn_real sum[LANES];
    for (int i = 0; i < y.rows; i++) {
        sgn_real scale = (sgn_real)alpha * s.scale[i / s.rowspan + s.unitrows * unit_column];
        signed_sum(p->sign[i], links_of(p, i), x, sum);
        for (int b = 0; b < l.count; b++) *sgn_mat_at(y, i, l.first + b) += scale * sum[b];
    }
}

static void multiply_panel(double alpha, sgn_bitmat B, int first, sgn_unit_scales s, sgn_mat x,
                           sgn_mat y, lanes l)
{
    sgn_real of_x[SGN_PANEL][LANES];
    int end = lesser(first + SGN_PANEL, B.cols);
    panel p = panel_at(B, first);
    gather(x, first, l, of_x);
    for (int j = first, next; j < end; j = next) {
        next = lesser(end, (j / s.colspan + 1) * s.colspan);
        p.columns = range(j - first, next - first);
        multiply_part(alpha, &p, s, of_x, y, l, j / s.colspan);
    }
}

/* ---- y += alpha (s . B)' x ----------------------------------------------------------------------- */

SGN_VECTOR static void scatter(uint32_t sign, uint32_t links, const sgn_real x[LANES],
                               sgn_real sum[SGN_PANEL][LANES])
{
    for (; links; links &= links - 1) {
        int k = __builtin_ctz(links);
        sgn_real s = sign >> k & 1 ? 1 : -1;
        for (int b = 0; b < LANES; b++) sum[k][b] += s * x[b];
    }
}

/* Rows i .. end-1, which share a row of units. */
static void transpose_rows(double alpha, const panel *p, sgn_unit_scales s, int i, int end,
                           sgn_mat x, sgn_mat y, lanes l)
{
    sgn_real of_x[LANES] = {0}, sum[SGN_PANEL][LANES];
    int unit_row = i / s.rowspan, width = lesser(SGN_PANEL, y.rows - p->first);
    memset(sum, 0, sizeof sum);
    for (; i < end; i++) {
        for (int b = 0; b < l.count; b++) of_x[b] = *sgn_mat_at(x, i, l.first + b);
        scatter(p->sign[i], links_of(p, i), of_x, sum);
    }
    for (int k = 0; k < width; k++) {
        int j = p->first + k;
        sgn_real scale = (sgn_real)alpha * s.scale[unit_row + s.unitrows * (j / s.colspan)];
        for (int b = 0; b < l.count; b++) *sgn_mat_at(y, j, l.first + b) += scale * sum[k][b];
    }
}

/* Sums end every 32 rows as well: long ones would lose digits. */
static void transpose_panel(double alpha, sgn_bitmat B, int first, sgn_unit_scales s, sgn_mat x,
                            sgn_mat y, lanes l)
{
    panel p = panel_at(B, first);
    p.columns = range(0, lesser(SGN_PANEL, B.cols - first));
    for (int i = 0, next; i < B.rows; i = next) {
        next = lesser((i / s.rowspan + 1) * s.rowspan, i + SGN_PANEL);
        next = lesser(next, B.rows);
        transpose_rows(alpha, &p, s, i, next, x, y, l);
    }
}

void sgn_bits_reference(sgn_op op, double alpha, sgn_bitmat B, sgn_unit_scales s, sgn_mat x,
                        sgn_mat y)
{
    for (int b = 0; b < x.cols; b += LANES)
        for (int first = 0; first < B.cols; first += SGN_PANEL) {
            lanes l = {b, lesser(LANES, x.cols - b)};
            if (op == SGN_TRANSPOSED) transpose_panel(alpha, B, first, s, x, y, l);
            else multiply_panel(alpha, B, first, s, x, y, l);
        }
}
