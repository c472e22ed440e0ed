/* matrix.c -- a matrix, taken apart: which entries are stored, as what code, worth what. */
#include "core/memory.h"
#include "unroll/c_source/build.h"
#include "unroll/group.h"
#include "unroll/packed.h"
#include "unroll/stored.h"

#include <assert.h>

static size_t size_of(const sgn_c_matrix *a) { return (size_t)a->rows * (size_t)a->cols; }

static sgn_status allocate(sgn_c_matrix *a)
{
    size_t size = size_of(a), reals = a->levels ? 0 : size,
           values = (size_t)a->units * (size_t)a->levels;
    a->owned = sgn_alloc((reals + values) * sizeof(float) + 2 * size, 1);
    if (!a->owned) return SGN_EMEM;
    a->real = (float *)(void *)a->owned;
    a->value = a->real + reals;
    a->on = (uint8_t *)(a->value + values);
    a->code = a->on + size;
    return SGN_OK;
}

void sgn_c_matrix_free(sgn_c_matrix *a) { sgn_free(a->owned); }

/* Where entry (i, j) of what is stored stands in the matrix itself. */
static size_t original(const sgn_c_matrix *a, int i, int j)
{
    return a->flipped ? (size_t)j + (size_t)i * (size_t)a->cols
                      : (size_t)i + (size_t)j * (size_t)a->rows;
}

static int parts(int length, int span) { return (length + span - 1) / span; }

static int unit_of(const sgn_c_matrix *a, int i, int j)
{
    return i / a->rowspan * parts(a->cols, a->colspan) + j / a->colspan;
}

static void swap(int *a, int *b)
{
    int other = *a;
    *a = *b;
    *b = other;
}

static void flip(sgn_c_matrix *a)
{
    a->flipped = !a->flipped;
    swap(&a->rows, &a->cols);
    swap(&a->rowspan, &a->colspan);
}

/* ---- a plane of links -------------------------------------------------------------------------- */

/* What codes stand for, unit by unit: asked of an entry that has the unit. */
static void take_values(sgn_c_matrix *a, const sgn_net_group *g, const sgn_link *w, int plane)
{
    for (int i = 0; i < a->rows; i += a->rowspan)
        for (int j = 0; j < a->cols; j += a->colspan)
            for (int l = 0; l < a->levels; l++)
                a->value[unit_of(a, i, j) * a->levels + l] = (float)g->constraint->value(
                    &g->links, sgn_unit_of(&g->links, w, original(a, i, j)), plane, l);
}

/* The code for a link that is off. */
static int off_code(const sgn_c_matrix *a, int unit)
{
    int code = 0;
    while (code < a->levels - 1 && a->value[unit * a->levels + code] != 0) code++;
    return code;
}

/* A deployed network has no latents. */
static sgn_real real_of(const sgn_link *w, int plane, size_t entry)
{
    return w->packed ? w->packed->plane[plane].real[entry] : *sgn_plane(w, plane, entry);
}

static void take_entry(sgn_c_matrix *a, const sgn_net_group *g, const sgn_link *w, int plane, int i,
                       int j)
{
    size_t to = (size_t)i * (size_t)a->cols + (size_t)j, from = original(a, i, j);
    if (!a->on[to]) return;
    if (!a->levels) a->real[to] = (float)real_of(w, plane, from);
    else if (!sgn_plane_has(w, plane, from)) a->code[to] = (uint8_t)off_code(a, unit_of(a, i, j));
    else a->code[to] = (uint8_t)g->constraint->level(&g->links, w, plane, from);
}

/* Codes that say themselves that a link is off stand for every entry. */
static void take_plane(sgn_c_matrix *a, const sgn_net_group *g, const sgn_link *w, int plane)
{
    int all = sgn_stored_codes(g, w, plane) == size_of(a);
    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < a->cols; j++) {
            a->on[(size_t)i * (size_t)a->cols + (size_t)j] =
                (uint8_t)(all || sgn_plane_has(w, plane, original(a, i, j)));
            take_entry(a, g, w, plane, i, j);
        }
}

/* Real links have no scale: all are of one unit. */
static void set_units(sgn_c_matrix *a, const sgn_group *g)
{
    int one = g->units == 1 || !a->levels;
    a->rowspan = one ? a->rows : g->rowspan;
    a->colspan = one ? a->cols : g->colspan;
    a->units = one ? 1 : g->units;
    if (!one && a->colspan < a->rowspan) flip(a);
}

sgn_status sgn_c_matrix_of_plane(sgn_c_matrix *out, const sgn_net_group *g, const sgn_link *w,
                                 int plane)
{
    sgn_c_matrix a = {
        .rows = w->rows, .cols = w->cols, .levels = g->constraint->code(&g->links, plane).levels};
    assert(a.levels <= UINT8_MAX + 1);
    set_units(&a, &g->links);
    SGN_TRY(allocate(&a));
    take_values(&a, g, w, plane);
    take_plane(&a, g, w, plane);
    *out = a;
    return SGN_OK;
}

/* ---- other matrices ------------------------------------------------------------------------------ */

static sgn_status take_dense(sgn_c_matrix *out, sgn_mat from, int flipped, int levels)
{
    sgn_c_matrix a = {.rows = from.rows,
                      .cols = from.cols,
                      .rowspan = from.rows,
                      .colspan = from.cols,
                      .units = 1,
                      .levels = levels};
    if (flipped) flip(&a);
    SGN_TRY(allocate(&a));
    for (int i = 0; i < a.rows; i++)
        for (int j = 0; j < a.cols; j++) {
            size_t to = (size_t)i * (size_t)a.cols + (size_t)j;
            float v = (float)*sgn_mat_at(from, flipped ? j : i, flipped ? i : j);
            a.on[to] = v != 0;
            a.code[to] = v > 0;
            if (!levels) a.real[to] = v;
            else if (v != 0) a.value[1] = v < 0 ? -v : v;
        }
    if (levels) a.value[0] = -a.value[1];
    *out = a;
    return SGN_OK;
}

sgn_status sgn_c_matrix_of_reals(sgn_c_matrix *out, sgn_mat a, int flipped)
{
    return take_dense(out, a, flipped, 0);
}

sgn_status sgn_c_matrix_of_signs(sgn_c_matrix *out, sgn_mat a, int flipped)
{
    return take_dense(out, a, flipped, 2);
}
