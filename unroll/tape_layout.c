/* tape_layout.c -- where values and gradients lie, and for how long.
 *
 * A value that no backward looks at is done with when the last operation that takes it has run; a gradient,
 * when its own operation has passed it on.  Their places go to others of their height, so that a network of
 * any depth needs a few of them, and these stay in the cache.
 *
 *     lasting values      inputs, what is kept or taken by nothing, what a backward reads
 *     lasting gradients   inputs, what is taken by nothing, outputs of products whose matrix is trained
 */
#include "core/memory.h"
#include "unroll/tape_inside.h"

enum { TILE = 128 };

typedef struct {
    sgn_tape *tape;
    sgn_real *slab;  // NULL: only counts
    size_t reals;    // given out so far
    struct place {
        size_t at;
        int rows, is_free;
    } * place;  // (2 nodes at most) those that change hands
    int places;
} layout;

/* ---- lives -------------------------------------------------------------------------------------- */

static int takes(const sgn_node *o, int k) { return o->op && o->in[k] != SGN_NO_VAR; }

static int reads_input(const sgn_tape *t, const sgn_node *o, int k)
{
    int is_operand = k == 0 && o->op->matrix_gradient && !t->forwards_only;
    return is_operand || (o->has_grad && !(o->op->forgets & SGN_FORGETS_IN(k)));
}

static void find_lives(sgn_tape *t)
{
    for (int i = 0; i < t->n; i++) {
        sgn_node *o = &t->node[i];
        o->last = -1;
        o->value_lasts = o->op && o->has_grad && !(o->op->forgets & SGN_FORGETS_OUT);
        for (int k = 0; k < SGN_INPUTS; k++) {
            if (!takes(o, k)) continue;
            sgn_node *in = &t->node[o->in[k]];
            in->uses++;
            in->last = i;
            in->value_lasts |= reads_input(t, o, k);
        }
    }
    for (int i = 0; i < t->n; i++) {
        sgn_node *o = &t->node[i];
        o->value_lasts |= sgn_node_is_end(o) || o->is_kept;
    }
}

static int has_matrix_gradient(const sgn_tape *t, const sgn_node *o)
{
    return o->op->matrix_gradient && t->param[o->p].trained;
}

/* ---- places ------------------------------------------------------------------------------------- */

static size_t size_of(const layout *l, int rows) { return (size_t)rows * (size_t)l->tape->batch; }

static size_t take(layout *l, int rows)
{
    size_t at = l->reals;
    l->reals += size_of(l, rows);
    return at;
}

static size_t borrow(layout *l, int rows)
{
    struct place *p = l->place;
    for (; p < l->place + l->places; p++)
        if (p->is_free && p->rows == rows) break;
    if (p == l->place + l->places) {
        *p = (struct place){take(l, rows), rows, 0};
        l->places++;
    }
    p->is_free = 0;
    return p->at;
}

/* Nothing where the place was taken for good. */
static void give_back(layout *l, size_t at)
{
    for (int i = 0; i < l->places; i++)
        if (l->place[i].at == at) l->place[i].is_free = 1;
}

static sgn_mat matrix_at(const layout *l, size_t at, int rows)
{
    return sgn_mat_view(l->slab ? l->slab + at : NULL, rows, l->tape->batch);
}

/* ---- values ------------------------------------------------------------------------------------- */

/* The output takes the place of what it is added to, if that is done with. */
static int adds_in_place(const sgn_tape *t, int i)
{
    const sgn_node *o = &t->node[i];
    if (!o->op || !o->op->accumulates || !takes(o, 1) || o->in[0] == o->in[1]) return 0;
    return t->node[o->in[1]].last == i && !t->node[o->in[1]].value_lasts && !o->value_lasts;
}

static void lay_out_value(layout *l, int i)
{
    sgn_tape *t = l->tape;
    sgn_node *o = &t->node[i];
    int in_place = adds_in_place(t, i);
    o->value_at = in_place         ? t->node[o->in[1]].value_at
                  : o->value_lasts ? take(l, o->rows)
                                   : borrow(l, o->rows);
    o->value = matrix_at(l, o->value_at, o->rows);
    o->aux = matrix_at(l, take(l, o->aux_rows), o->aux_rows).at;
    for (int k = 0; k < SGN_INPUTS; k++) {
        const sgn_node *in = takes(o, k) ? &t->node[o->in[k]] : NULL;
        if (in && in->last == i && !in->value_lasts && !(in_place && k == 1))
            give_back(l, in->value_at);
    }
    if (o->rows > t->longest) t->longest = o->rows;
}

/* ---- gradients ---------------------------------------------------------------------------------- */

/* z = v + ... gives v its own gradient, if nothing else takes v or adds to it. */
static int hands_on(const sgn_tape *t, const sgn_node *o, int k)
{
    if (!o->op->accumulates || k != 1) return 0;
    const sgn_node *in = &t->node[o->in[1]];
    return in->uses == 1 && !in->is_kept &&
           (has_matrix_gradient(t, o) || !has_matrix_gradient(t, in));
}

static int first_mention(const sgn_node *o, int k)
{
    for (int j = 0; j < k; j++)
        if (o->in[j] == o->in[k]) return 0;
    return 1;
}

/* Gradients of what operation i is the last to take, and so the first to reach: its own is done with. */
static void lay_out_gradients_of(layout *l, int i)
{
    sgn_tape *t = l->tape;
    sgn_node *o = &t->node[i];
    int handed_on = 0;
    o->clears = 0;
    for (int k = 0; k < SGN_INPUTS; k++) {
        sgn_node *in = takes(o, k) && first_mention(o, k) ? &t->node[o->in[k]] : NULL;
        if (!in || !in->has_grad || in->last != i || sgn_node_is_end(in)) continue;
        int hands = hands_on(t, o, k);
        handed_on |= hands;
        o->clears |= !hands << k;
        in->grad_at = hands                        ? o->grad_at
                      : has_matrix_gradient(t, in) ? take(l, in->rows)
                                                   : borrow(l, in->rows);
        in->grad = matrix_at(l, in->grad_at, in->rows);
    }
    if (!handed_on) give_back(l, o->grad_at);
}

static void lay_out_gradients_of_ends(layout *l)
{
    for (int i = 0; i < l->tape->n; i++) {
        sgn_node *o = &l->tape->node[i];
        o->grad = sgn_mat_view(NULL, o->rows, 0);
        if (!o->has_grad || !sgn_node_is_end(o)) continue;
        o->grad_at = take(l, o->rows);
        o->grad = matrix_at(l, o->grad_at, o->rows);
    }
}

/* ---- sealing ------------------------------------------------------------------------------------ */

static void lay_out(layout *l)
{
    l->reals = 0;
    l->places = 0;
    for (int i = 0; i < l->tape->n; i++) lay_out_value(l, i);
    l->places = 0;  // values live on while gradients do
    lay_out_gradients_of_ends(l);
    for (int i = l->tape->n - 1; i >= 0; i--)
        if (l->tape->node[i].op && l->tape->node[i].has_grad) lay_out_gradients_of(l, i);
}

static sgn_status lay_out_values(sgn_tape *t)
{
    layout l = {.tape = t, .place = sgn_alloc((size_t)t->n + 1, sizeof *l.place)};
    if (!l.place) return SGN_EMEM;
    find_lives(t);
    lay_out(&l);
    t->slab = l.slab = sgn_alloc(l.reals + 1, sizeof *t->slab);
    if (t->slab) lay_out(&l);
    sgn_free(l.place);
    return t->slab ? SGN_OK : SGN_EMEM;
}

static sgn_status lay_out_scalars(sgn_tape *t)
{
    t->scalar_at = sgn_alloc((size_t)t->nparams + 1, sizeof *t->scalar_at);
    if (!t->scalar_at) return SGN_EMEM;
    for (int p = 0; p < t->nparams; p++) {
        t->scalar_at[p] = t->nscalars;
        if (!sgn_tape_is_matrix(&t->param[p])) t->nscalars += sgn_link_size(&t->param[p]);
    }
    if (t->forwards_only) t->nscalars = 0;
    t->scalar_grad = sgn_alloc((size_t)t->shards * t->nscalars + 1, sizeof *t->scalar_grad);
    t->scratch = sgn_alloc((size_t)t->shards * 2 * (size_t)t->longest, sizeof *t->scratch);
    return t->scalar_grad && t->scratch ? SGN_OK : SGN_EMEM;
}

static int tiles_of(const sgn_tape *t, const sgn_link *w)
{
    return sgn_tape_is_matrix(w) && w->trained && !t->forwards_only ? (w->cols + TILE - 1) / TILE
                                                                    : 0;
}

static sgn_status lay_out_tiles(sgn_tape *t)
{
    int n = 0;
    for (int p = 0; p < t->nparams; p++) n += tiles_of(t, &t->param[p]);
    t->tile = sgn_alloc((size_t)n + 1, sizeof *t->tile);
    if (!t->tile) return SGN_EMEM;
    for (int p = 0; p < t->nparams; p++)
        for (int i = 0; i < tiles_of(t, &t->param[p]); i++) {
            int first = i * TILE, left = t->param[p].cols - first;
            t->tile[t->ntiles++] = (sgn_tile){p, first, left < TILE ? left : TILE};
        }
    return SGN_OK;
}

sgn_status sgn_tape_seal(sgn_tape *t)
{
    SGN_TRY(lay_out_values(t));
    SGN_TRY(lay_out_scalars(t));
    return lay_out_tiles(t);
}
