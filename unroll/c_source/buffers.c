/* buffers.c -- which values of the tape share memory: each lives from the operation that makes
 * it to the last that reads it.
 */
#include "core/memory.h"
#include "unroll/c_source/build.h"

enum { UNUSED = -1 };

typedef struct {
    const sgn_net *net;
    sgn_var
        *last;  // (values) the last operation that reads it; UNUSED: the result needs none of it
    sgn_var *holder;  // (buffers) the value that lives in it, or SGN_NO_VAR
} lives;

static sgn_var result_of(const sgn_net *net) { return net->x[net->as.depth - 1]; }

static int is_input(const sgn_net *net, sgn_var v) { return !sgn_tape_node(net->tape, v)->op; }

/* Backwards from the result, which outlives everything. */
static void find_lives(lives *l)
{
    sgn_var result = result_of(l->net);
    for (sgn_var v = 0; v <= result; v++) l->last[v] = UNUSED;
    l->last[result] = result + 1;
    for (sgn_var v = result; v >= 0; v--) {
        if (l->last[v] == UNUSED || is_input(l->net, v)) continue;
        const sgn_node *o = sgn_tape_node(l->net->tape, v);
        for (int i = 0; i < 3; i++)
            if (o->in[i] != SGN_NO_VAR && l->last[o->in[i]] == UNUSED) l->last[o->in[i]] = v;
    }
}

static int floats_of(const sgn_net *net, sgn_var v)
{
    return sgn_tape_rows(net->tape, v) * net->physics.width;
}

/* The buffer of an input that is read for the last time, where the result may take its place. */
static int inherited(const lives *l, const sgn_c_buffers *b, sgn_var v)
{
    const sgn_node *o = sgn_tape_node(l->net->tape, v);
    for (int i = 0; i < 3; i++) {
        sgn_var from = o->in[i];
        if (!(sgn_c_may_take(o) & 1 << i) || from == SGN_NO_VAR || b->of[from] == UNUSED) continue;
        if (l->last[from] == v && b->room[b->of[from]] >= floats_of(l->net, v)) return b->of[from];
    }
    return UNUSED;
}

/* Among the free ones the smallest that is large enough, else the largest. */
static int best_free(const lives *l, const sgn_c_buffers *b, int floats)
{
    int best = UNUSED;
    for (int i = 0; i < b->n; i++) {
        if (l->holder[i] != SGN_NO_VAR) continue;
        int fits = b->room[i] >= floats, best_fits = best != UNUSED && b->room[best] >= floats;
        if (best == UNUSED || fits > best_fits ||
            (fits == best_fits && (fits ? b->room[i] < b->room[best] : b->room[i] > b->room[best])))
            best = i;
    }
    return best;
}

static void assign(lives *l, sgn_c_buffers *b, sgn_var v)
{
    int floats = floats_of(l->net, v), at = inherited(l, b, v);
    if (at == UNUSED) at = best_free(l, b, floats);
    if (at == UNUSED) at = b->n++;
    if (b->room[at] < floats) b->room[at] = floats;
    b->of[v] = at;
}

/* What the operation read for the last time is free for the next one. */
static void release(lives *l, const sgn_c_buffers *b, sgn_var v)
{
    for (int i = 0; i < b->n; i++)
        if (l->holder[i] != SGN_NO_VAR && l->last[l->holder[i]] == v) l->holder[i] = SGN_NO_VAR;
    l->holder[b->of[v]] = v;
}

static void assign_all(lives *l, sgn_c_buffers *b)
{
    sgn_var result = result_of(l->net);
    find_lives(l);
    for (sgn_var v = 0; v <= result; v++) b->of[v] = UNUSED, l->holder[v] = SGN_NO_VAR;
    for (sgn_var v = 0; v <= result; v++) {
        if (l->last[v] == UNUSED || is_input(l->net, v)) continue;
        assign(l, b, v);
        release(l, b, v);
    }
    int last = b->of[result];
    b->result = b->room[last] == floats_of(l->net, result) ? last : UNUSED;
}

sgn_status sgn_c_assign_buffers(sgn_c_buffers *out, const sgn_net *net)
{
    size_t values = (size_t)result_of(net) + 1;
    sgn_c_buffers b = {.of = sgn_alloc(values, sizeof *b.of),
                       .room = sgn_alloc(values, sizeof *b.room)};
    lives l = {.net = net,
               .last = sgn_alloc(values, sizeof *l.last),
               .holder = sgn_alloc(values, sizeof *l.holder)};
    int is_complete = b.of && b.room && l.last && l.holder;
    if (is_complete) assign_all(&l, &b);
    sgn_free(l.last);
    sgn_free(l.holder);
    if (is_complete) *out = b;
    else sgn_c_buffers_free(&b);
    return is_complete ? SGN_OK : SGN_EMEM;
}

void sgn_c_buffers_free(sgn_c_buffers *b)
{
    sgn_free(b->of);
    sgn_free(b->room);
}
