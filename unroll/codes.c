#include "unroll/codes.h"

#include "core/memory.h"
#include "unroll/group.h"

#include <math.h>
#include <string.h>

/* ---- reading ------------------------------------------------------------------------------------ */

/* A stand-in has one plane, whatever the constraint that it stands in for has. */
static int planes_of(const sgn_fit_task *t)
{
    return t->constraint->sums_planes || t->constraint->plane_count ? t->g->link[0]->planes : 1;
}

static void count_levels(sgn_codes *c)
{
    c->planes = planes_of(c->task);
    for (int p = 0; p < c->planes; p++) {
        c->levels[p] = c->task->constraint->code(c->task->g, p).levels;
        if (c->levels[p] > c->most) c->most = c->levels[p];
    }
}

static sgn_status allocate(sgn_codes *c)
{
    const sgn_group *g = c->task->g;
    size_t values = (size_t)c->most * (size_t)g->units * (size_t)c->planes, entries = 0;
    for (int k = 0; k < g->n; k++) entries += sgn_link_size(g->link[k]);
    c->matrix = sgn_alloc((size_t)g->n, sizeof *c->matrix);
    c->room = sgn_alloc(values + 2 * entries, sizeof *c->room);
    int *code = sgn_alloc(entries * (size_t)c->planes, sizeof *code);
    if (!c->matrix || !c->room || !code) {
        sgn_free(code);
        return SGN_EMEM;
    }
    c->value = c->room;
    sgn_real *at = c->room + values;
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        c->matrix[k] = (sgn_coded){.w = w, .code = code, .H = &c->task->H[k]};
        c->matrix[k].error = sgn_mat_view(at, w->cols, w->rows);
        c->matrix[k].gradient = sgn_mat_view(at + sgn_link_size(w), w->cols, w->rows);
        at += 2 * sgn_link_size(w);
        code += sgn_link_size(w) * (size_t)c->planes;
    }
    return SGN_OK;
}

static int code_at(const sgn_codes *c, const sgn_link *w, int p, size_t entry)
{
    return c->levels[p] && sgn_plane_has(w, p, entry)
               ? c->task->constraint->level(c->task->g, w, p, entry)
               : SGN_NO_LINK;
}

static void read_matrix(const sgn_codes *c, const sgn_coded *m, const sgn_real *target)
{
    for (int i = 0; i < m->w->rows; i++)
        for (int j = 0; j < m->w->cols; j++) {
            size_t entry = (size_t)i + (size_t)j * (size_t)m->w->rows;
            *sgn_mat_at(m->error, j, i) = m->w->weight[entry] - target[entry];
            for (int p = 0; p < c->planes; p++)
                sgn_codes_row(c, m, i, p)[j] = code_at(c, m->w, p, entry);
        }
}

sgn_status sgn_codes_init(sgn_codes *c, const sgn_fit_task *t)
{
    *c = (sgn_codes){.task = t};
    count_levels(c);
    sgn_status status = allocate(c);
    if (status) {
        sgn_codes_release(c);
        return status;
    }
    t->constraint->project(t->g);
    for (int k = 0; k < t->g->n; k++) read_matrix(c, &c->matrix[k], t->target[k]);
    sgn_codes_look_up(c);
    return SGN_OK;
}

void sgn_codes_release(sgn_codes *c)
{
    if (c->matrix) sgn_free(c->matrix[0].code);
    sgn_free(c->matrix);
    sgn_free(c->room);
    *c = (sgn_codes){0};
}

void sgn_codes_look_up(sgn_codes *c)
{
    const sgn_group *g = c->task->g;
    for (int p = 0; p < c->planes; p++)
        for (int u = 0; u < g->units; u++)
            for (int l = 0; l < c->levels[p]; l++)
                c->value[(size_t)(p * g->units + u) * (size_t)c->most + (size_t)l] =
                    c->task->constraint->value(g, u, p, l);
}

void sgn_codes_find_gradient(sgn_codes *c)
{
    for (int k = 0; k < c->task->g->n; k++) {
        const sgn_coded *m = &c->matrix[k];
        sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, *m->H, m->error, 0, m->gradient);
    }
}

/* ---- storing ------------------------------------------------------------------------------------ */

int sgn_codes_may_move(const sgn_codes *c, const sgn_link *w, int p)
{
    const sgn_support *s = w->support[p];
    return c->task->may_move && s && s->density > 0 && !s->derived && !s->kind->put &&
           c->levels[p] == 2 && c->task->constraint->scales != SGN_SCALES_COMPUTED;
}

static void swap_sizes(sgn_real *a, sgn_real *b)
{
    sgn_real old = *a;
    *a = (sgn_real)copysign((double)*b, (double)*a);
    *b = (sgn_real)copysign((double)old, (double)*b);
}

/* The k-th link that came exchanges magnitudes with the k-th place that was left. */
static void move_links(const sgn_codes *c, const sgn_coded *m, int p)
{
    sgn_support *s = m->w->support[p];
    size_t size = sgn_link_size(m->w), left = 0, rows = (size_t)m->w->rows;
    for (size_t came = 0; came < size; came++) {
        if (s->on[came] || sgn_codes_row(c, m, (int)(came % rows), p)[came / rows] == SGN_NO_LINK)
            continue;
        while (!s->on[left] ||
               sgn_codes_row(c, m, (int)(left % rows), p)[left / rows] != SGN_NO_LINK)
            left++;
        swap_sizes(sgn_plane(m->w, p, came), sgn_plane(m->w, p, left));
        s->on[left++] = 0;
    }
    for (size_t i = 0; i < size; i++)
        s->on[i] = sgn_codes_row(c, m, (int)(i % rows), p)[i / rows] != SGN_NO_LINK;
}

static void store_plane(const sgn_codes *c, const sgn_coded *m, int p)
{
    const sgn_group *g = c->task->g;
    const sgn_constraint *k = c->task->constraint;
    size_t rows = (size_t)m->w->rows;
    for (size_t i = 0; i < sgn_link_size(m->w); i++) {
        int code = sgn_codes_row(c, m, (int)(i % rows), p)[i / rows];
        if (code == SGN_NO_LINK) continue;
        if (k->settle || code != k->level(g, m->w, p, i)) k->set(g, m->w, p, i, code);
    }
}

/* A support that is chosen by magnitude while training is to choose the same links again. */
static void keep_chosen(const sgn_link *w, int p)
{
    const sgn_support *s = w->support[p];
    sgn_real *v = sgn_plane(w, p, 0);
    double least_on = (double)INFINITY, most_off = 0;
    if (!s || !s->moves) return;
    for (size_t i = 0; i < sgn_link_size(w); i++)
        if (s->on[i]) least_on = fmin(least_on, fabs((double)v[i]));
        else most_off = fmax(most_off, fabs((double)v[i]));
    double by = 0.99 * least_on / most_off;
    for (size_t i = 0; by < 1 && i < sgn_link_size(w); i++)
        if (!s->on[i]) v[i] = (sgn_real)(by * (double)v[i]);
}

void sgn_codes_store(sgn_codes *c)
{
    const sgn_constraint *k = c->task->constraint;
    for (int i = 0; i < c->task->g->n; i++)
        for (int p = 0; p < c->planes; p++) {
            if (sgn_codes_may_move(c, c->matrix[i].w, p)) move_links(c, &c->matrix[i], p);
            if (c->levels[p]) store_plane(c, &c->matrix[i], p);
        }
    if (k->settle) k->settle(c->task->g);
    for (int i = 0; i < c->task->g->n; i++)
        for (int p = 0; p < c->planes; p++) keep_chosen(c->matrix[i].w, p);
}
