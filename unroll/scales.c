#include "unroll/scales.h"

#include "core/memory.h"

#include <string.h>

/* With S the matrix whose entries are what the codes stand for where the scale is 1, and 0 outside the
   scale's unit, W moves by d S and the error to
 *
 *     sum of (e + d s) H (e + d s)'      least at    d = - <S, E H> / <S, S H>.
 *
 * Units of the same columns share no row, and are moved at once.  */
typedef struct {
    sgn_codes *c;
    int p, first;                          // plane; first column of the units under way
    sgn_real multiple[1 << SGN_MAX_BITS];  // what a code stands for where the scale is 1
    sgn_real *S;                           // (columns under way, rows)
    sgn_real *HS;                          // (cols, rows)
    double *slope, *curvature;             // (units)
} refit;

/* A code's value where the scale of unit 0 is `scale`. */
static sgn_real value_at(const refit *f, int level, sgn_real scale)
{
    const sgn_group *g = f->c->task->g;
    sgn_real *at = g->scale->weight + f->p * g->units, old = *at;
    *at = scale;
    sgn_real value = f->c->task->constraint->value(g, 0, f->p, level);
    *at = old;
    return value;
}

static int is_multiple(refit *f)
{
    int levels = f->c->levels[f->p];
    for (int l = 0; l < levels; l++) {
        f->multiple[l] = value_at(f, l, 1);
        if (value_at(f, l, 2) != 2 * f->multiple[l]) return 0;
    }
    return levels > 0;
}

static int unit_of_row(const refit *f, int i)
{
    const sgn_group *g = f->c->task->g;
    return g->units == 1 ? 0 : i / g->rowspan + g->unitrows * (f->first / g->colspan);
}

static int columns(const refit *f, const sgn_coded *m)
{
    const sgn_group *g = f->c->task->g;
    int left = m->w->cols - f->first;
    return g->units == 1 || left < g->colspan ? left : g->colspan;
}

/* S and H S of a matrix, for the columns under way. */
static void find_pattern(const refit *f, const sgn_coded *m, sgn_mat *S, sgn_mat *HS)
{
    *S = sgn_mat_view(f->S, columns(f, m), m->w->rows);
    *HS = sgn_mat_view(f->HS, m->w->cols, m->w->rows);
    for (int i = 0; i < m->w->rows; i++) {
        const int *code = sgn_codes_row(f->c, m, i, f->p) + f->first;
        for (int j = 0; j < S->rows; j++)
            *sgn_mat_at(*S, j, i) = code[j] == SGN_NO_LINK ? 0 : f->multiple[code[j]];
    }
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, sgn_mat_cols(*m->H, f->first, S->rows), *S, 0, *HS);
}

static void add_slopes(const refit *f, const sgn_coded *m)
{
    sgn_mat S, HS;
    find_pattern(f, m, &S, &HS);
    for (int i = 0; i < m->w->rows; i++) {
        const sgn_real *s = sgn_mat_at(S, 0, i);
        int u = unit_of_row(f, i);
        f->slope[u] += sgn_dot(s, sgn_mat_at(m->gradient, f->first, i), (size_t)S.rows);
        f->curvature[u] += sgn_dot(s, sgn_mat_at(HS, f->first, i), (size_t)S.rows);
    }
}

static double step_of(const refit *f, int u)
{
    const sgn_group *g = f->c->task->g;
    double step = f->curvature[u] > 0 ? -f->slope[u] / f->curvature[u] : 0;
    int positive = f->c->task->constraint->scales != SGN_SCALES_REAL;
    return positive && (double)g->scale->weight[f->p * g->units + u] + step <= 0 ? 0 : step;
}

static void move(const refit *f, const sgn_coded *m)
{
    sgn_mat S, HS;
    find_pattern(f, m, &S, &HS);
    for (int i = 0; i < m->w->rows; i++) {
        sgn_real step = (sgn_real)step_of(f, unit_of_row(f, i));
        for (int j = 0; j < S.rows; j++)
            *sgn_mat_at(m->error, f->first + j, i) += step * *sgn_mat_at(S, j, i);
        for (int j = 0; j < m->w->cols; j++)
            *sgn_mat_at(m->gradient, j, i) += step * *sgn_mat_at(HS, j, i);
    }
}

static void refit_columns(const refit *f)
{
    const sgn_group *g = f->c->task->g;
    memset(f->slope, 0, (size_t)g->units * sizeof *f->slope);
    memset(f->curvature, 0, (size_t)g->units * sizeof *f->curvature);
    for (int k = 0; k < g->n; k++) add_slopes(f, &f->c->matrix[k]);
    for (int k = 0; k < g->n; k++) move(f, &f->c->matrix[k]);
    for (int u = 0; u < g->units; u++)
        g->scale->weight[f->p * g->units + u] += (sgn_real)step_of(f, u);
}

static sgn_status room_for(refit *f)
{
    const sgn_group *g = f->c->task->g;
    size_t most = 0, units = (size_t)g->units;
    for (int k = 0; k < g->n; k++)
        if (sgn_link_size(g->link[k]) > most) most = sgn_link_size(g->link[k]);
    f->S = sgn_alloc(2 * most, sizeof *f->S);
    f->HS = f->S + most;
    f->slope = sgn_alloc(2 * units, sizeof *f->slope);
    f->curvature = f->slope + units;
    if (f->S && f->slope) return SGN_OK;
    sgn_free(f->S);
    sgn_free(f->slope);
    return SGN_EMEM;
}

/* One scale a unit and plane, which project() takes as it is or settle() makes it find. */
static int can_refit(const sgn_fit_task *t)
{
    return t->g->scale && !t->constraint->scale_columns &&
           (t->constraint->scales != SGN_SCALES_COMPUTED || t->constraint->settle);
}

sgn_status sgn_scales_refit(sgn_codes *c)
{
    if (!can_refit(c->task)) return SGN_OK;
    refit f = {.c = c};
    SGN_TRY(room_for(&f));
    sgn_codes_find_gradient(c);
    for (f.p = 0; f.p < c->planes; f.p++)
        for (f.first = 0; is_multiple(&f) && f.first < c->matrix[0].w->cols;
             f.first += c->task->g->units == 1 ? c->matrix[0].w->cols : c->task->g->colspan)
            refit_columns(&f);
    sgn_codes_look_up(c);
    sgn_free(f.S);
    sgn_free(f.slope);
    return SGN_OK;
}
