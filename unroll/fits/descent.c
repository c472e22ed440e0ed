/* descent.c -- the codes and scales that make the error of the matrix's output least:
 *
 *     min  sum over the rows of  (w - t) H (w - t)'
 *
 * by turns: least-squares scales for the codes (unroll/scales.h), and the codes for the scales, row by row
 * (unroll/row_search.h).  Neither step goes up, so that it ends below what start() found.
 *
 * With H = A A' and T the analytic weight, whose rows are c (A A')^{-1} a_j, the error of a row is, up to
 * what no w changes, that of w A against the j-th row of the identity: the analytic weight of ALISTA
 * (Liu et al. 2019) among one-bit matrices, and it needs no data.
 */
#include "core/memory.h"
#include "unroll/codes.h"
#include "unroll/group.h"
#include "unroll/row_search.h"
#include "unroll/scales.h"

enum { ROUNDS = 8 };

typedef struct {
    sgn_real *value;     // (cols, most, planes) of a row
    sgn_real *diagonal;  // (cols)
    sgn_real *cost;      // (cols)
} search_room;

static sgn_status room_for(const sgn_codes *c, search_room *room)
{
    size_t cols = 0;
    for (int k = 0; k < c->task->g->n; k++)
        if ((size_t)c->matrix[k].w->cols > cols) cols = (size_t)c->matrix[k].w->cols;
    size_t values = cols * (size_t)c->most * (size_t)c->planes;
    room->value = sgn_alloc(values + 2 * cols, sizeof *room->value);
    room->diagonal = room->value + values;
    room->cost = room->diagonal + cols;
    return room->value ? SGN_OK : SGN_EMEM;
}

/* What the codes stand for in each place of row i. */
static void spread_values(const sgn_codes *c, const sgn_coded *m, int i, sgn_real *value)
{
    const sgn_group *g = c->task->g;
    int cols = m->w->cols;
    for (int p = 0; p < c->planes; p++)
        for (int j = 0; j < cols; j++) {
            const sgn_real *of = sgn_codes_values(
                c, p, sgn_unit_of(g, m->w, (size_t)i + (size_t)j * (size_t)m->w->rows));
            for (int l = 0; l < c->levels[p]; l++)
                value[(size_t)(p * c->most + l) * (size_t)cols + (size_t)j] = of[l];
        }
}

static int search_matrix(const sgn_codes *c, const sgn_coded *m, const search_room *room)
{
    int changes = 0;
    sgn_row r = {.H = *m->H,
                 .diagonal = room->diagonal,
                 .planes = c->planes,
                 .most = c->most,
                 .levels = c->levels,
                 .value = room->value,
                 .cost = room->cost};
    for (int j = 0; j < r.H.cols; j++) room->diagonal[j] = *sgn_mat_at(r.H, j, j);
    for (int p = 0; p < c->planes; p++)
        if (sgn_codes_may_move(c, m->w, p)) r.may_move |= 1u << p;
    for (int i = 0; i < m->w->rows; i++) {
        if (i == 0 || c->task->g->units > 1) spread_values(c, m, i, room->value);
        r.code = sgn_codes_row(c, m, i, 0);
        r.error = sgn_mat_at(m->error, 0, i);
        r.gradient = sgn_mat_at(m->gradient, 0, i);
        changes += sgn_row_search(&r);
    }
    return changes;
}

static int search(sgn_codes *c, const search_room *room)
{
    int changes = 0;
    sgn_codes_find_gradient(c);
    for (int k = 0; k < c->task->g->n; k++) changes += search_matrix(c, &c->matrix[k], room);
    return changes;
}

static sgn_status improve(const sgn_fit_task *t)
{
    sgn_codes c;
    search_room room = {0};
    SGN_TRY(sgn_codes_init(&c, t));
    sgn_status status = room_for(&c, &room);
    for (int round = 0, changes = 1; !status && changes && round < ROUNDS; round++) {
        status = sgn_scales_refit(&c);
        if (!status) changes = search(&c, &room);
    }
    if (!status) sgn_codes_store(&c);
    sgn_free(room.value);
    sgn_codes_release(&c);
    return status;
}

const sgn_fit sgn_fit_descent = {
    .name = "descent",
    .title = "least error of the output: codes by coordinate descent, least-squares scales",
    .cite = "objective of Liu et al. 2019 (ALISTA)",
    .needs = SGN_FIT_NEEDS_MOMENTS,
    .improve = improve,
};
