#include "unroll/packed.h"

#include "core/memory.h"
#include "unroll/group.h"

#include <assert.h>
#include <math.h>

enum { TILE = 64, MOST_LEVELS = 256 };

/* ---- making ------------------------------------------------------------------------------------ */

/* Whether the codes of a plane stand for -s and +s. */
static int are_signs(const sgn_group *g, const sgn_constraint *c, int p)
{
    if (c->code(g, p).levels != 2) return 0;
    for (int u = 0; u < g->units; u++)
        if (c->value(g, u, p, 0) != -c->value(g, u, p, 1)) return 0;
    return 1;
}

static void set_values(const sgn_group *g, const sgn_constraint *c, int p, sgn_packed_plane *to)
{
    for (int u = 0; u < g->units; u++) {
        if (to->sign) to->value[u] = c->value(g, u, p, 1);
        for (int level = 0; to->code && level < to->levels; level++)
            to->value[u + level * g->units] = c->value(g, u, p, level);
    }
}

static sgn_status new_plane(const sgn_group *g, const sgn_constraint *c, const sgn_packed *w, int p,
                            sgn_packed_plane *to)
{
    size_t size = (size_t)w->rows * (size_t)w->cols;
    to->levels = c->code(g, p).levels;
    assert(to->levels <= MOST_LEVELS);
    if (!to->levels) {
        to->real = sgn_alloc(size, sizeof *to->real);
        return to->real ? SGN_OK : SGN_EMEM;
    }
    int signs = are_signs(g, c, p);
    size_t values = (size_t)w->units * (size_t)(signs ? 1 : to->levels);
    to->value = sgn_alloc(values, sizeof *to->value);
    if (signs) to->sign = sgn_alloc(sgn_panel_words(w->rows, w->cols), sizeof *to->sign);
    else to->code = sgn_alloc(size, 1);
    if (!to->value || (!to->sign && !to->code)) return SGN_EMEM;
    set_values(g, c, p, to);
    return SGN_OK;
}

sgn_status sgn_packed_new(sgn_packed **out, const sgn_group *g, const sgn_constraint *c,
                          const sgn_link *w, const uint32_t *const *mask)
{
    sgn_packed *made = sgn_alloc(1, sizeof *made);
    if (!made) return SGN_EMEM;
    *made = (sgn_packed){.rows = w->rows,
                         .cols = w->cols,
                         .planes = w->planes,
                         .units = g->units,
                         .rowspan = g->units == 1 ? w->rows : g->rowspan,
                         .colspan = g->units == 1 ? w->cols : g->colspan,
                         .unitrows = g->unitrows};
    sgn_status status = SGN_OK;
    for (int p = 0; !status && p < w->planes; p++) {
        made->plane[p].mask = mask[p];
        status = new_plane(g, c, made, p, &made->plane[p]);
    }
    if (status) sgn_packed_free(made);
    else *out = made;
    return status;
}

/* The one value besides 0 that entries have, without its sign. */
static sgn_real size_of_entries(sgn_mat A)
{
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++) {
            sgn_real a = *sgn_mat_at(A, i, j);
            if (a != 0) return a < 0 ? -a : a;
        }
    return 0;
}

static int has_zeros(sgn_mat A)
{
    for (int j = 0; j < A.cols; j++)
        for (int i = 0; i < A.rows; i++)
            if (*sgn_mat_at(A, i, j) == 0) return 1;
    return 0;
}

sgn_status sgn_packed_signs_new(sgn_packed **out, int rows, int cols, sgn_real c, int with_zeros)
{
    size_t words = sgn_panel_words(rows, cols);
    sgn_packed *w = sgn_alloc(1, sizeof *w);
    if (!w) return SGN_EMEM;
    *w = (sgn_packed){.rows = rows,
                      .cols = cols,
                      .planes = 1,
                      .units = 1,
                      .rowspan = rows,
                      .colspan = cols,
                      .unitrows = 1};
    sgn_packed_plane *p = &w->plane[0];
    p->levels = 2;
    if (with_zeros) p->mask = w->own_mask = sgn_alloc(words, sizeof *w->own_mask);
    p->sign = sgn_alloc(words, sizeof *p->sign);
    p->value = sgn_alloc(1, sizeof *p->value);
    if ((with_zeros && !w->own_mask) || !p->sign || !p->value) {
        sgn_packed_free(w);
        return SGN_EMEM;
    }
    p->value[0] = c;
    *out = w;
    return SGN_OK;
}

void sgn_packed_set_columns(sgn_packed *w, int first, sgn_mat columns)
{
    uint32_t *sign = w->plane[0].sign;
    for (int j = 0; j < columns.cols; j++)
        for (int i = 0; i < w->rows; i++) {
            size_t at = sgn_panel_word(w->rows, i, first + j);
            uint32_t bit = sgn_panel_bit(first + j);
            sgn_real a = *sgn_mat_at(columns, i, j);
            sign[at] |= a > 0 ? bit : 0;
            if (w->own_mask) w->own_mask[at] |= a != 0 ? bit : 0;
        }
}

sgn_status sgn_packed_matrix(sgn_packed **out, sgn_mat A)
{
    SGN_TRY(sgn_packed_signs_new(out, A.rows, A.cols, size_of_entries(A), has_zeros(A)));
    sgn_packed_set_columns(*out, 0, A);
    return SGN_OK;
}

void sgn_packed_free(sgn_packed *w)
{
    if (!w) return;
    for (int p = 0; p < w->planes; p++) {
        sgn_free(w->plane[p].sign);
        sgn_free(w->plane[p].code);
        sgn_free(w->plane[p].real);
        sgn_free(w->plane[p].value);
        sgn_bitplan_free(w->plane[p].plan);
    }
    sgn_free(w->own_mask);
    sgn_free(w);
}

/* ---- entries ----------------------------------------------------------------------------------- */

static size_t entry_of(const sgn_packed *w, int i, int j)
{
    return (size_t)i + (size_t)j * (size_t)w->rows;
}

static int has_link(const sgn_packed *w, const sgn_packed_plane *p, int i, int j)
{
    return !p->mask || (p->mask[sgn_panel_word(w->rows, i, j)] & sgn_panel_bit(j));
}

void sgn_packed_set(sgn_packed *w, int plane, int i, int j, int level)
{
    sgn_packed_plane *p = &w->plane[plane];
    assert(!p->plan);
    if (p->code) p->code[entry_of(w, i, j)] = (uint8_t)level;
    else if (level) p->sign[sgn_panel_word(w->rows, i, j)] |= sgn_panel_bit(j);
}

void sgn_packed_set_word(sgn_packed *w, int plane, int i, int j, uint32_t word)
{
    w->plane[plane].sign[sgn_panel_word(w->rows, i, j)] = word;
}

uint32_t sgn_packed_word(const sgn_packed *w, int plane, int i, int j)
{
    return w->plane[plane].sign[sgn_panel_word(w->rows, i, j)];
}

static int level_of(const sgn_packed *w, const sgn_packed_plane *p, int i, int j)
{
    if (p->code) return p->code[entry_of(w, i, j)];
    return (p->sign[sgn_panel_word(w->rows, i, j)] & sgn_panel_bit(j)) != 0;
}

int sgn_packed_level(const sgn_packed *w, int plane, int i, int j)
{
    return level_of(w, &w->plane[plane], i, j);
}

static sgn_real value_at(const sgn_packed *w, const sgn_packed_plane *p, int i, int j)
{
    if (p->real) return p->real[entry_of(w, i, j)];
    if (!has_link(w, p, i, j)) return 0;
    int unit = i / w->rowspan + w->unitrows * (j / w->colspan), level = level_of(w, p, i, j);
    if (p->code) return p->value[unit + level * w->units];
    return level ? p->value[unit] : -p->value[unit];
}

sgn_real sgn_packed_at(const sgn_packed *w, int i, int j)
{
    sgn_real sum = 0;
    for (int p = 0; p < w->planes; p++) sum += value_at(w, &w->plane[p], i, j);
    return sum;
}

/* ---- products ---------------------------------------------------------------------------------- */

static sgn_bitmat signs_of(const sgn_packed *w, const sgn_packed_plane *p)
{
    return (sgn_bitmat){w->rows, w->cols, p->sign, p->mask};
}

sgn_status sgn_packed_plan(sgn_packed *w, unsigned uses)
{
    for (int k = 0; k < w->planes; k++) {
        sgn_packed_plane *p = &w->plane[k];
        if (p->sign) SGN_TRY(sgn_bitplan_new(&p->plan, signs_of(w, p), uses));
    }
    return SGN_OK;
}

static void multiply_signs(sgn_op op, double alpha, const sgn_packed *w, const sgn_packed_plane *p,
                           sgn_mat x, sgn_mat y)
{
    sgn_unit_scales s = {p->value, w->rowspan, w->colspan, w->unitrows};
    if (p->plan) sgn_bitplan_multiply(op, alpha, p->plan, s, x, y);
    else sgn_bitmat_multiply(op, alpha, signs_of(w, p), s, x, y);
}

static sgn_mat rows_of(sgn_mat a, int first, int count)
{
    return (sgn_mat){a.at + first, count, a.cols, a.ld};
}

/* Decodes a tile and multiplies by that: the work of decoding is shared by the whole batch. */
static void multiply_tile(sgn_op op, double alpha, const sgn_packed *w, const sgn_packed_plane *p,
                          int i0, int j0, sgn_mat x, sgn_mat y)
{
    sgn_real room[TILE * TILE];
    int rows = w->rows - i0 < TILE ? w->rows - i0 : TILE,
        cols = w->cols - j0 < TILE ? w->cols - j0 : TILE;
    sgn_mat tile = sgn_mat_view(room, rows, cols);
    for (int j = 0; j < cols; j++)
        for (int i = 0; i < rows; i++) *sgn_mat_at(tile, i, j) = value_at(w, p, i0 + i, j0 + j);
    if (op == SGN_TRANSPOSED)
        sgn_gemm(op, SGN_PLAIN, alpha, tile, rows_of(x, i0, rows), 1, rows_of(y, j0, cols));
    else sgn_gemm(op, SGN_PLAIN, alpha, tile, rows_of(x, j0, cols), 1, rows_of(y, i0, rows));
}

static void multiply_codes(sgn_op op, double alpha, const sgn_packed *w, const sgn_packed_plane *p,
                           sgn_mat x, sgn_mat y)
{
    for (int j = 0; j < w->cols; j += TILE)
        for (int i = 0; i < w->rows; i += TILE) multiply_tile(op, alpha, w, p, i, j, x, y);
}

static sgn_mat reals_of(const sgn_packed *w, const sgn_packed_plane *p)
{
    return sgn_mat_view(p->real, w->rows, w->cols);
}

void sgn_packed_multiply(sgn_op op, double alpha, const sgn_packed *w, sgn_mat x, sgn_mat y)
{
    for (int k = 0; k < w->planes; k++) {
        const sgn_packed_plane *p = &w->plane[k];
        if (p->sign) multiply_signs(op, alpha, w, p, x, y);
        else if (p->code) multiply_codes(op, alpha, w, p, x, y);
        else sgn_gemm(op, SGN_PLAIN, alpha, reals_of(w, p), x, 1, y);
    }
}

int sgn_packed_by_column(const sgn_packed *w, int cols)
{
    for (int k = 0; k < w->planes; k++)
        if (!w->plane[k].real || !sgn_gemm_by_column(reals_of(w, &w->plane[k]), cols)) return 0;
    return 1;
}
