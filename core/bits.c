/* bits.c -- products with matrices of signs: what there is to do around the kernels.
 *
 * x and y are cut into strips of SGN_LANES samples, the last few into single ones, y further into blocks
 * of rows whose sums stay in the cache.  Each panel then adds to the sums of a block, which are scaled
 * and added to y at the end.
 */
#include "core/bits_kernels.h"
#include "core/vector.h"

#include <string.h>

enum {
    ROOM = 4096,              // rows of a block, for one sample, and columns at a time
    SUMS = 2048 * SGN_LANES,  // of a block
    STEP = SGN_PANEL,         // blocks begin and end at multiples of it
    CHUNK = SGN_LINK_COLUMNS
};

/* Scales as the product sees them: entry (i, j) has scale[(i / rowspan) rowstep + (j / colspan) colstep]. */
typedef struct {
    const sgn_real *at;
    int rowspan, rowstep, colspan, colstep;
} scales;

/* The links whose scale depends on the row alone, or else on the column alone. */
typedef struct {
    int row, row_end, col, col_end;
    int by_col;
} area;

typedef struct {
    const sgn_bits_kernels *k;
    const sgn_bitside *m;
    scales s;
    sgn_real alpha;
    sgn_mat x, y;  // the columns of a strip, or a single one
    int width;     // of tables and sums: SGN_LANES or 1
} product;

static int lesser(int a, int b) { return a < b ? a : b; }
static int greater(int a, int b) { return a > b ? a : b; }
static int up_to(int step, int a) { return (a + step - 1) / step * step; }

/* to[k] = times the scale of row i + k, or column, in a unit of its own column, or row */
static void read_scales(const sgn_real *at, int span, int step, int i, int n, sgn_real times,
                        sgn_real *to)
{
    at += (size_t)(i / span) * (size_t)step;
    for (int k = 0, end = span - i % span; k < n; end += lesser(span, n - end), at += step)
        for (end = lesser(end, n); k < end; k++) to[k] = times * *at;
}

/* ---- x ------------------------------------------------------------------------------------------- */

/* SGN_LANES rows of a strip of x, 0 outside of the area */
static void load_square(const product *p, area a, int first, sgn_real *to)
{
    int is_inside = first >= a.col && first + SGN_LANES <= a.col_end;
    if (is_inside) p->k->load(sgn_mat_at(p->x, first, 0), (size_t)p->x.ld, p->x.cols, to);
    else {
        int k = greater(first, a.col), end = lesser(first + SGN_LANES, a.col_end);
        memset(to, 0, sizeof *to * SGN_LANES * SGN_LANES);
        for (; k < end; k++)
            for (int b = 0; b < p->x.cols; b++)
                to[(k - first) * SGN_LANES + b] = *sgn_mat_at(p->x, k, b);
    }
}

static void scale_square(const product *p, area a, int first, sgn_real *x)
{
    sgn_real scale[SGN_LANES];
    const sgn_real *unit_row = p->s.at + (size_t)(a.row / p->s.rowspan) * (size_t)p->s.rowstep;
    int n = lesser(SGN_LANES, a.col_end - first);
    read_scales(unit_row, p->s.colspan, p->s.colstep, first, n, 1, scale);
    for (int k = 0; k < n; k++)
        for (int b = 0; b < p->width; b++) x[k * p->width + b] *= scale[k];
}

static void load_sample(const product *p, area a, int first, int count, sgn_real *to)
{
    int from = greater(first, a.col), end = lesser(first + count, a.col_end);
    memset(to, 0, (size_t)(from - first) * sizeof *to);
    memcpy(to + (from - first), sgn_mat_at(p->x, from, 0), (size_t)(end - from) * sizeof *to);
    memset(to + (end - first), 0, (size_t)(first + count - end) * sizeof *to);
}

/* to (count, width) = the entries first .. of x, 0 outside of the area */
static void load(const product *p, area a, int first, int count, sgn_real *to)
{
    if (p->width == 1) load_sample(p, a, first, count, to);
    else
        for (int k = 0; k < count; k += SGN_LANES) load_square(p, a, first + k, to + k * SGN_LANES);
    for (int k = 0; a.by_col && k < count && first + k < a.col_end; k += SGN_LANES)
        scale_square(p, a, first + k, to + k * p->width);
}

/* A sample's entries are read where they are, if all of them are in the area and there to be read. */
static const sgn_real *entries(const product *p, area a, int first, int count, sgn_real *copy)
{
    int is_as_it_is = p->width == 1 && !a.by_col && a.col <= first && first + count <= a.col_end;
    if (is_as_it_is) return sgn_mat_at(p->x, first, 0);
    load(p, a, first, count, copy);
    return copy;
}

/* ---- sums ---------------------------------------------------------------------------------------- */

static void turn(const product *p, const uint32_t *from, int panel, int first, int rows,
                 uint32_t *to)
{
    for (int i = 0; i < rows; i += SGN_PANEL)
        p->k->transpose(from + sgn_panel_word(p->m->B.rows, panel * SGN_PANEL, first + i), to + i);
}

/* `all` is for panels of which nothing is known. */
static sgn_bits_panels panels_at(const product *p, int panel, int panels, int first, int rows,
                                 const sgn_bitrun *all)
{
    const sgn_bitside *m = p->m;
    size_t at = sgn_panel_word(m->rows, first, panel * SGN_PANEL);
    return (sgn_bits_panels){.sign = m->B.sign + at,
                             .mask = m->B.mask ? m->B.mask + at : NULL,
                             .stride = sgn_panel_stride(m->rows),
                             .panels = panels,
                             .first = first,
                             .rows = rows,
                             .first_run = m->first_run ? m->first_run + panel : NULL,
                             .run = m->first_run ? m->run : all};
}

/* Looks the rows of one kind up, full runs or those with a mask. */
static void look_up(const sgn_bits_kernels *k, const sgn_bits_panels *p, int is_full,
                    const sgn_real *x, sgn_real *sum)
{
    _Alignas(64) sgn_real table[SGN_BITS_TABLE * SGN_LANES];
    sgn_bits_runs of = sgn_bits_runs_of(p, 0);
    int has_table = 0;
    for (uint32_t r = of.first; r < of.end; r++) {
        sgn_bitrun run = sgn_bits_run(p, r);
        if (run.is_full != is_full || run.from >= run.to) continue;
        if (!has_table++) k->tables(x, is_full, table);
        k->look_up(table, p->sign + run.from, is_full ? NULL : p->mask + run.from,
                   run.to - run.from, sum + run.from * SGN_LANES);
    }
}

/* A strip takes panels one by one. */
static void add_panels(const product *p, const sgn_bits_panels *at, const sgn_real *x,
                       sgn_real *sum)
{
    if (p->width == 1) p->k->one(at, x, sum);
    else {
        look_up(p->k, at, 1, x, sum);
        look_up(p->k, at, 0, x, sum);
    }
}

/* Turned words are made here. */
static void add_turned(const product *p, int panel, int first, int rows, const sgn_real *x,
                       sgn_real *sum)
{
    _Alignas(64) uint32_t sign[ROOM], mask[ROOM];
    sgn_bitrun all = {first, first + rows, !p->m->B.mask};
    turn(p, p->m->B.sign, panel, first, rows, sign);
    if (p->m->B.mask) turn(p, p->m->B.mask, panel, first, rows, mask);
    sgn_bits_panels at = {.sign = sign,
                          .mask = p->m->B.mask ? mask : NULL,
                          .panels = 1,
                          .first = first,
                          .rows = rows,
                          .run = &all};
    add_panels(p, &at, x, sum);
}

static void add_columns(const product *p, area a, int col, int panels, int first, int rows,
                        sgn_real *sum)
{
    _Alignas(64) sgn_real copy[ROOM];
    const sgn_real *x = entries(p, a, col, panels * SGN_PANEL, copy);
    if (p->m->turned)
        for (int w = 0; w < panels; w++)
            add_turned(p, col / SGN_PANEL + w, first, rows, x + w * SGN_PANEL * p->width, sum);
    else {
        sgn_bitrun all = {first, first + rows, !p->m->B.mask};
        sgn_bits_panels at = panels_at(p, col / SGN_PANEL, panels, first, rows, &all);
        add_panels(p, &at, x, sum);
    }
}

/* A last panel that is not whole is by itself. */
static void look_links_up(const product *p, area a, int first, int rows, sgn_real *sum)
{
    int most = p->width == 1 ? ROOM / SGN_PANEL : 1;
    for (int j = a.col / SGN_PANEL * SGN_PANEL, panels; j < a.col_end; j += panels * SGN_PANEL) {
        panels = greater(1, lesser(most, (a.col_end - j) / SGN_PANEL));
        add_columns(p, a, j, panels, first, rows, sum);
    }
}

static void follow_links(const product *p, area a, int first, int rows, sgn_real *sum)
{
    _Alignas(64) sgn_real x[CHUNK * SGN_LANES];
    size_t stride = sgn_panel_stride(p->m->rows);
    for (int c = a.col / CHUNK; c * CHUNK < a.col_end; c++) {
        load(p, a, c * CHUNK, CHUNK, x);
        const uint32_t *start = p->m->first_link + 2 * ((size_t)c * stride + (size_t)first);
        p->k->follow(start, p->m->link, x, rows, sum);
    }
}

static void pick_links(const product *p, area a, int first, int rows, sgn_real *sum)
{
    _Alignas(64) sgn_real copy[SGN_PICK_COLUMNS];
    const sgn_bits_picks *picks = &p->m->picks;
    size_t blocks = sgn_panel_stride(p->m->rows) / SGN_LANES, block = (size_t)first / SGN_LANES;
    for (int c = a.col / SGN_PICK_COLUMNS; c * SGN_PICK_COLUMNS < a.col_end; c++) {
        int col = c * SGN_PICK_COLUMNS, count = lesser(SGN_PICK_COLUMNS, p->m->cols - col);
        const sgn_real *x = entries(p, a, col, greater(count, SGN_WINDOW), copy);
        p->k->pick(picks, picks->first + (size_t)c * blocks + block, x, rows, sum);
    }
}

/* ---- y ------------------------------------------------------------------------------------------- */

/* SGN_LANES rows of y; not all of them may be in the area. */
static void store_square(const product *p, area a, int i, const sgn_real *scale,
                         const sgn_real *sum)
{
    int is_inside = i >= a.row && i + SGN_LANES <= a.row_end;
    if (is_inside) p->k->add(sum, scale, sgn_mat_at(p->y, i, 0), (size_t)p->y.ld, p->y.cols);
    else
        for (int k = greater(i, a.row); k < lesser(i + SGN_LANES, a.row_end); k++)
            for (int b = 0; b < p->y.cols; b++)
                *sgn_mat_at(p->y, k, b) += scale[k - i] * sum[(k - i) * SGN_LANES + b];
}

SGN_VECTOR static void add_scaled(sgn_real *restrict y, const sgn_real *scale, const sgn_real *sum,
                                  int n)
{
    for (int k = 0; k < n; k++) y[k] += scale[k] * sum[k];
}

SGN_VECTOR static void add_times(sgn_real *restrict y, sgn_real scale, const sgn_real *sum, int n)
{
    for (int k = 0; k < n; k++) y[k] += scale * sum[k];
}

/* The rows first .. end - 1, which are all in the area. */
static void store_sample(const product *p, area a, int first, int end, const sgn_real *sum)
{
    sgn_real scale[ROOM], *y = sgn_mat_at(p->y, first, 0);
    const sgn_real *at = p->s.at + (size_t)(a.col / p->s.colspan) * (size_t)p->s.colstep;
    int unit = first / p->s.rowspan, rows = end - first;
    if (a.by_col) add_times(y, p->alpha, sum, rows);
    else if (end <= (unit + 1) * p->s.rowspan)
        add_times(y, p->alpha * at[(size_t)unit * (size_t)p->s.rowstep], sum, rows);
    else {
        read_scales(at, p->s.rowspan, p->s.rowstep, first, rows, p->alpha, scale);
        add_scaled(y, scale, sum, rows);
    }
}

static void store_strip(const product *p, area a, int first, int rows, const sgn_real *sum)
{
    _Alignas(64) sgn_real scale[ROOM];
    const sgn_real *unit_column = p->s.at + (size_t)(a.col / p->s.colspan) * (size_t)p->s.colstep;
    rows = lesser(rows, a.row_end - first);
    if (a.by_col)
        for (int k = 0; k < rows; k++) scale[k] = p->alpha;
    else read_scales(unit_column, p->s.rowspan, p->s.rowstep, first, rows, p->alpha, scale);
    for (int k = 0; k < rows; k += SGN_LANES)
        store_square(p, a, first + k, scale + k, sum + k * SGN_LANES);
}

static void store(const product *p, area a, int first, int rows, const sgn_real *sum)
{
    int from = greater(first, a.row), end = lesser(first + rows, a.row_end);
    if (p->width == 1) store_sample(p, a, from, end, sum + (from - first));
    else store_strip(p, a, first, rows, sum);
}

/* ---- products ------------------------------------------------------------------------------------ */

static void multiply_block(const product *p, area a, int first, int rows)
{
    _Alignas(64) sgn_real sum[SUMS];
    memset(sum, 0, sizeof *sum * (size_t)(rows * p->width));
    if (p->m->link && p->width == SGN_LANES) follow_links(p, a, first, rows, sum);
    else if (p->m->picks.word && p->width == 1 && p->k->pick) pick_links(p, a, first, rows, sum);
    else look_links_up(p, a, first, rows, sum);
    store(p, a, first, rows, sum);
}

static void multiply_area(const product *p, area a)
{
    int end = up_to(STEP, a.row_end), step = lesser(ROOM, SUMS / p->width);
    for (int i = a.row / STEP * STEP; i < end; i += step)
        multiply_block(p, a, i, lesser(step, end - i));
}

/* Units smaller than that would cost more than they save. */
static int is_fine(const sgn_bitside *m, scales s)
{
    return s.colspan < lesser(m->cols, SGN_PANEL) && s.rowspan < lesser(m->rows, SGN_PANEL_ROWS);
}

/* Every column of units is an area, or every row of them. */
static void multiply_areas(const product *p)
{
    int rows = p->m->rows, cols = p->m->cols, rowspan = p->s.rowspan, colspan = p->s.colspan;
    int by_col = colspan < lesser(cols, SGN_PANEL) || (colspan < cols && rowspan >= rows);
    if (by_col)
        for (int i = 0; i < rows; i += rowspan)
            multiply_area(p, (area){i, lesser(i + rowspan, rows), 0, cols, 1});
    else
        for (int j = 0; j < cols; j += colspan)
            multiply_area(p, (area){0, rows, j, lesser(j + colspan, cols), 0});
}

/* A list of links is for strips, which makes these worth more. */
static void multiply_samples(product *p, sgn_mat x, sgn_mat y)
{
    int few = p->m->link ? p->k->few / 3 : p->k->few;
    for (int b = 0; b < x.cols; b += p->x.cols) {
        p->width = x.cols - b > few ? SGN_LANES : 1;
        p->x = sgn_mat_cols(x, b, lesser(p->width, x.cols - b));
        p->y = sgn_mat_cols(y, b, p->x.cols);
        multiply_areas(p);
    }
}

static scales scales_of(sgn_op op, sgn_unit_scales s)
{
    if (op == SGN_PLAIN) return (scales){s.scale, s.rowspan, 1, s.colspan, s.unitrows};
    return (scales){s.scale, s.colspan, s.unitrows, s.rowspan, 1};
}

static void multiply(sgn_op op, double alpha, sgn_bitmat B, const sgn_bitside *m, sgn_unit_scales s,
                     sgn_mat x, sgn_mat y)
{
    product p = {.k = sgn_bits_kernels_used(), m, scales_of(op, s), (sgn_real)alpha};
    if (!p.k->load || is_fine(m, p.s)) sgn_bits_reference(op, alpha, B, s, x, y);
    else multiply_samples(&p, x, y);
}

sgn_bitside sgn_bitside_of(sgn_op op, sgn_bitmat B)
{
    if (op == SGN_PLAIN) return (sgn_bitside){.B = B, .rows = B.rows, .cols = B.cols};
    return (sgn_bitside){.B = B, .rows = B.cols, .cols = B.rows, .turned = 1};
}

void sgn_bitmat_multiply(sgn_op op, double alpha, sgn_bitmat B, sgn_unit_scales s, sgn_mat x,
                         sgn_mat y)
{
    sgn_bitside m = sgn_bitside_of(op, B);
    multiply(op, alpha, B, &m, s, x, y);
}

void sgn_bitplan_multiply(sgn_op op, double alpha, const sgn_bitplan *p, sgn_unit_scales s,
                          sgn_mat x, sgn_mat y)
{
    multiply(op, alpha, p->B, &p->side[op], s, x, y);
}
