#include "unroll/tape.h"

#include "core/memory.h"
#include "unroll/tape_inside.h"

#include <assert.h>
#include <string.h>

/* ---- recording ------------------------------------------------------------------------------ */

sgn_status sgn_tape_new(sgn_tape **out, sgn_link *param, int nparams, sgn_mat A, int batch)
{
    assert(batch >= 1);
    sgn_tape *t = sgn_alloc(1, sizeof *t);
    if (!t) return SGN_EMEM;
    t->param = param;
    t->nparams = nparams;
    t->A = A;
    t->batch = batch;
    t->shards = (batch + SGN_SHARD - 1) / SGN_SHARD;
    sgn_status s = sgn_tape_reserve(t, SGN_LAYER_NODES);
    if (s == SGN_OK) *out = t;
    else sgn_tape_free(t);
    return s;
}

void sgn_tape_free(sgn_tape *t)
{
    if (!t) return;
    sgn_free(t->node);
    sgn_free(t->slab);
    sgn_free(t->scalar_grad);
    sgn_free(t->scalar_at);
    sgn_free(t->scratch);
    sgn_free(t->tile);
    sgn_free(t);
}

sgn_status sgn_tape_reserve(sgn_tape *t, int nodes)
{
    int room = t->room ? t->room : nodes;
    if (t->room - t->n >= nodes) return SGN_OK;
    while (room - t->n < nodes) room *= 2;
    sgn_node *node = sgn_alloc((size_t)room, sizeof *node);
    if (!node) return SGN_EMEM;
    if (t->n) memcpy(node, t->node, (size_t)t->n * sizeof *node);
    sgn_free(t->node);
    t->node = node;
    t->room = room;
    return SGN_OK;
}

sgn_var sgn_tape_put(sgn_tape *t, sgn_node o)
{
    assert(!t->slab && "recording after sgn_tape_seal");
    assert(t->n < t->room && "recording without sgn_tape_reserve");
    if (o.op) {
        o.has_grad = o.p != SGN_NO_PARAM && t->param[o.p].trained;
        for (int i = 0; i < 3; i++)
            if (o.in[i] != SGN_NO_VAR && t->node[o.in[i]].has_grad) o.has_grad = 1;
    }
    t->node[t->n] = o;
    return t->n++;
}

static sgn_node leaf(int rows, int is_zero)
{
    return (sgn_node){.rows = rows,
                      .is_zero = is_zero,
                      .p = SGN_NO_PARAM,
                      .in = {SGN_NO_VAR, SGN_NO_VAR, SGN_NO_VAR}};
}

sgn_var sgn_tape_input(sgn_tape *t, int rows) { return sgn_tape_put(t, leaf(rows, 0)); }

void sgn_tape_keep(sgn_tape *t, sgn_var v) { t->node[v].is_kept = 1; }

void sgn_tape_watch(sgn_tape *t, sgn_var input)
{
    assert(!t->slab && !t->node[input].op);
    t->node[input].has_grad = 1;
}

sgn_var sgn_zero(sgn_tape *t) { return sgn_zeros(t, 0); }

sgn_var sgn_zeros(sgn_tape *t, int rows) { return sgn_tape_put(t, leaf(rows, 1)); }

void sgn_tape_drop_gradients(sgn_tape *t)
{
    t->forwards_only = 1;
    for (int i = 0; i < t->n; i++) t->node[i].has_grad = 0;
}

/* ---- looking -------------------------------------------------------------------------------- */

int sgn_tape_batch(const sgn_tape *t) { return t->batch; }
int sgn_tape_rows(const sgn_tape *t, sgn_var v) { return t->node[v].rows; }
int sgn_tape_is_zero(const sgn_tape *t, sgn_var v) { return t->node[v].is_zero; }
sgn_mat sgn_tape_value(const sgn_tape *t, sgn_var v) { return t->node[v].value; }
sgn_mat sgn_tape_grad(const sgn_tape *t, sgn_var v) { return t->node[v].grad; }
int sgn_tape_has_grad(const sgn_tape *t, sgn_var v) { return t->node[v].has_grad; }
const sgn_node *sgn_tape_node(const sgn_tape *t, sgn_var v) { return &t->node[v]; }
const sgn_link *sgn_tape_param(const sgn_tape *t, sgn_param p) { return &t->param[p]; }
sgn_mat sgn_tape_matrix(const sgn_tape *t) { return t->A; }
const sgn_packed *sgn_tape_packed_matrix(const sgn_tape *t) { return t->packed_A; }
void sgn_tape_set_packed_matrix(sgn_tape *t, const sgn_packed *A) { t->packed_A = A; }

int sgn_tape_uses(const sgn_tape *t, sgn_param p)
{
    int uses = 0;
    for (int i = 0; i < t->n; i++) uses += t->node[i].op && t->node[i].p == p;
    return uses;
}

int sgn_tape_uses_matrix(const sgn_tape *t)
{
    int uses = 0;
    for (int i = 0; i < t->n; i++) uses += t->node[i].op && t->node[i].op->multiplies_by_A;
    return uses;
}

int sgn_tape_length(const sgn_tape *t) { return t->n; }
sgn_var sgn_tape_operand(const sgn_tape *t, sgn_var v) { return t->node[v].in[0]; }

sgn_work sgn_tape_work(const sgn_tape *t, sgn_var v)
{
    const sgn_node *o = &t->node[v];
    if (!o->op) return (sgn_work){.p = SGN_NO_PARAM};
    sgn_effort own = o->op->effort ? o->op->effort(t, o) : (sgn_effort){0};
    return (sgn_work){.multiplications = own.multiplications,
                      .additions = own.additions,
                      .p = o->p,
                      .transposed = o->op->transposes,
                      .by_A = o->op->multiplies_by_A,
                      .outputs = o->rows};
}

sgn_mat sgn_span_value(const sgn_tape *t, sgn_var v, sgn_span s)
{
    return sgn_mat_cols(t->node[v].value, s.first, s.count);
}

sgn_mat sgn_span_grad(const sgn_tape *t, sgn_var v, sgn_span s)
{
    const sgn_node *o = &t->node[v];
    return o->has_grad ? sgn_mat_cols(o->grad, s.first, s.count) : o->grad;
}

sgn_real *sgn_span_scalar_grad(sgn_tape *t, sgn_param p, sgn_span s)
{
    return t->scalar_grad + (size_t)s.shard * t->nscalars + t->scalar_at[p];
}

sgn_real *sgn_span_scratch(sgn_tape *t, sgn_span s)
{
    return t->scratch + (size_t)s.shard * 2 * (size_t)t->longest;
}

/* ---- replaying ------------------------------------------------------------------------------ */

static sgn_span span(const sgn_tape *t, int shard)
{
    int first = shard * SGN_SHARD, left = t->cols - first;
    return (sgn_span){shard, first, left < SGN_SHARD ? left : SGN_SHARD};
}

static int shards_in_use(const sgn_tape *t) { return (t->cols + SGN_SHARD - 1) / SGN_SHARD; }

/* Shards that a thread takes together go through the tape operation by operation, so that a matrix that
   does not fit into the cache is fetched for all of them.  Which they are changes no shard's result. */
static int block_size(const sgn_tape *t, sgn_pool *pool)
{
    int threads = sgn_pool_threads(pool), blocks = threads == 1 ? 1 : 2 * threads;
    return (shards_in_use(t) + blocks - 1) / blocks;
}

static int blocks_in_use(const sgn_tape *t) { return (shards_in_use(t) + t->block - 1) / t->block; }

static int block_end(const sgn_tape *t, int block)
{
    int end = (block + 1) * t->block, shards = shards_in_use(t);
    return end < shards ? end : shards;
}

/* The block's shards, one after the other; its whole shards together where the operation allows it. */
static void run_block(sgn_tape *t, const sgn_node *o, int block,
                      void (*run)(sgn_tape *, const sgn_node *, sgn_span))
{
    int s = block * t->block, end = block_end(t, block),
        whole = end < t->cols / SGN_SHARD ? end : t->cols / SGN_SHARD;
    if (whole - s > 1 && o->op->by_column && o->op->by_column(t, o)) {
        run(t, o, (sgn_span){s, s * SGN_SHARD, (whole - s) * SGN_SHARD});
        s = whole;
    }
    for (; s < end; s++) run(t, o, span(t, s));
}

static void forward_block(void *context, int block)
{
    sgn_tape *t = context;
    for (int i = 0; i < t->n; i++)
        if (t->node[i].op) run_block(t, &t->node[i], block, t->node[i].op->forward);
}

void sgn_tape_forward(sgn_tape *t, sgn_pool *pool, int cols)
{
    assert(t->slab && cols >= 1 && cols <= t->batch);
    t->cols = cols;
    t->block = block_size(t, pool);
    sgn_pool_run(pool, forward_block, t, blocks_in_use(t));
}

static void clear_grad(const sgn_tape *t, sgn_var v, sgn_span s)
{
    sgn_mat g = sgn_span_grad(t, v, s);
    if (g.cols) memset(g.at, 0, (size_t)g.rows * (size_t)g.cols * sizeof *g.at);
}

/* Gradients of the ends; the others are cleared by the first operation that reaches them. */
static void rewind_shard(sgn_tape *t, sgn_span s)
{
    for (int i = 0; i < t->n; i++)
        if (sgn_node_is_end(&t->node[i])) clear_grad(t, i, s);
    memset(t->scalar_grad + (size_t)s.shard * t->nscalars, 0, t->nscalars * sizeof(sgn_real));
}

static void backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    for (int k = 0; k < SGN_INPUTS; k++)
        if (o->clears >> k & 1) clear_grad(t, o->in[k], s);
    o->op->backward(t, o, s);
}

/* After every operation that takes the value: a seed needs no memory for the time before its turn. */
static void seed_block(sgn_tape *t, sgn_var v, int block)
{
    int first = block * t->block * SGN_SHARD, end = block_end(t, block) * SGN_SHARD;
    t->seed(t->context, v, first, (end < t->cols ? end : t->cols) - first);
}

static void backward_block(void *context, int block)
{
    sgn_tape *t = context;
    for (int s = block * t->block; s < block_end(t, block); s++) rewind_shard(t, span(t, s));
    for (int i = t->n - 1; i >= 0; i--) {
        const sgn_node *o = &t->node[i];
        if (!o->has_grad) continue;
        if (o->is_kept || o->last < 0) seed_block(t, i, block);
        if (o->op) run_block(t, o, block, backward);
    }
}

static void matrix_gradient(void *context, int item)
{
    sgn_tape *t = context;
    sgn_tile w = t->tile[t->first_tile + item];
    double beta = 0;
    for (int i = t->n - 1; i >= 0; i--) {
        const sgn_node *o = &t->node[i];
        if (!o->op || !o->op->matrix_gradient || o->p != w.p) continue;
        o->op->matrix_gradient(t, o, t->cols, w.first, w.count, beta);
        beta = 1;
    }
}

static void sum_scalar_gradients(sgn_tape *t)
{
    for (int p = 0; p < t->nparams; p++) {
        const sgn_link *w = &t->param[p];
        if (sgn_tape_is_matrix(w) || w->role == SGN_ROLE_SCALE) continue;
        size_t size = sgn_link_size(w);
        for (size_t i = 0; i < size; i++) {
            sgn_real sum = 0;
            for (int s = 0; s < shards_in_use(t); s++)
                sum += t->scalar_grad[(size_t)s * t->nscalars + t->scalar_at[p] + i];
            w->dweight[i] = sum;
        }
    }
}

void sgn_tape_backpropagate(sgn_tape *t, sgn_pool *pool, int cols, sgn_seed seed, void *context)
{
    assert(cols == t->cols && "backward follows forward");
    t->seed = seed;
    t->context = context;
    t->block = block_size(t, pool);
    sgn_pool_run(pool, backward_block, t, blocks_in_use(t));
    sum_scalar_gradients(t);
}

static int tiles_before(const sgn_tape *t, sgn_param p)
{
    int n = 0;
    while (n < t->ntiles && t->tile[n].p < p) n++;
    return n;
}

void sgn_tape_form_gradients(sgn_tape *t, sgn_pool *pool, sgn_param first, sgn_param end)
{
    t->first_tile = tiles_before(t, first);
    sgn_pool_run(pool, matrix_gradient, t, tiles_before(t, end) - t->first_tile);
}

void sgn_tape_gradient_factors(const sgn_tape *t, sgn_param p, sgn_mat *D, sgn_mat *X)
{
    int i = t->n - 1;
    while (!t->node[i].op || t->node[i].p != p) i--;
    *D = sgn_mat_cols(t->node[i].grad, 0, t->cols);
    *X = sgn_mat_cols(t->node[t->node[i].in[0]].value, 0, t->cols);
}

void sgn_tape_backward(sgn_tape *t, sgn_pool *pool, int cols, sgn_seed seed, void *context)
{
    sgn_tape_backpropagate(t, pool, cols, seed, context);
    sgn_tape_form_gradients(t, pool, 0, t->nparams);
}
