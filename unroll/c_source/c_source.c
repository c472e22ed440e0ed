#include "unroll/c_source.h"
#include "core/memstream.h"

#include "core/memory.h"
#include "unroll/c_source/build.h"
#include "unroll/ledger.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- the opening comment ------------------------------------------------------------------------ */

/* Names come from files: what could end a comment, or a line, is left out. */
static void put_plain(FILE *to, const char *text)
{
    for (; text && *text; text++)
        if (isalnum((unsigned char)*text) || strchr("_.-", *text)) fputc(*text, to);
}

static void put_line(FILE *to, const char *what, const char *text)
{
    fprintf(to, " *   %-13s", what);
    put_plain(to, text);
    fputc('\n', to);
}

static size_t buffer_bytes(const sgn_c_writer *w)
{
    size_t floats = 0;
    for (int i = 0; i < w->buffers.n; i++)
        if (i != w->buffers.result) floats += (size_t)w->buffers.room[i];
    return floats * sizeof(float);
}

static void put_comment(const sgn_c_writer *w, FILE *to)
{
    const sgn_net *net = w->net;
    char hash[33];
    sgn_ledger bits;
    sgn_ledger_of(net, &bits);
    sgn_net_hash(net, hash);
    fprintf(to,
            "/* A sparse recovery network, written by signroll %s.  C99; needs sqrt, log and the "
            "like of libm.\n *\n",
            SIGNROLL_VERSION);
    put_line(to, "name", w->info->name);
    put_line(to, "solver", net->solver->name);
    put_line(to, "problem", w->info->problem);
    put_line(to, "constraint", net->constraint->name);
    put_line(to, "support", net->as.support);
    put_line(to, "weights hash", hash);
    fprintf(to, " *   %-13s%d\n *   %-13s%d x %d", "layers", net->as.depth, "A", net->m, net->n);
    fprintf(to, "%s\n", w->needs & SGN_C_NEEDS_DRAW ? ", drawn at the first call" : "");
    fprintf(to, " *   %-13s%.0f bits learned, %zu bytes of tables, %zu bytes of work buffers\n *\n",
            "stored", sgn_ledger_stored(&bits), w->table_bytes, buffer_bytes(w));
    fputs(" * net_run recovers one signal.  y: NET_M * NET_WIDTH floats, column after column; x:\n"
          " * NET_N * NET_WIDTH, elsewhere.  Returns 0, or 1 when x is not finite.  Nothing is\n"
          " * allocated; work buffers are static, so one call at a time.\n */\n",
          to);
}

/* ---- the function -------------------------------------------------------------------------------- */

static void put_layer(const sgn_c_writer *w, sgn_var v)
{
    for (int k = 0; k < w->net->as.depth; k++)
        if (w->net->x[k] == v) fprintf(w->body, "    /* that was layer %d */\n", k + 1);
}

static sgn_var result_of(const sgn_net *net) { return net->x[net->as.depth - 1]; }

/* What the result depends on, in the tape's order. */
static sgn_status write_operations(sgn_c_writer *w)
{
    for (sgn_var v = 0; v <= result_of(w->net); v++) {
        if (w->buffers.of[v] < 0) continue;
        SGN_TRY(sgn_c_write_operation(w, v));
        put_layer(w, v);
    }
    return SGN_OK;
}

static void put_function(const sgn_c_writer *w, const char *body, FILE *to)
{
    const sgn_c_buffers *b = &w->buffers;
    fputs("\nint net_run(const float *y, float *x)\n{\n", to);
    for (int i = 0; i < b->n; i++)
        if (i != b->result) fprintf(to, "    static float b%d[%d];\n", i, b->room[i]);
    if (w->needs & SGN_C_NEEDS_DRAW)
        fputs("    static int is_drawn;\n    if (!is_drawn) draw_A();\n    is_drawn = 1;\n", to);
    fputs(body, to);
    if (b->result < 0)
        fprintf(to, "    copy(b%d, x, NET_N * NET_WIDTH);\n", b->of[result_of(w->net)]);
    fputs("    for (int i = 0; i < NET_N * NET_WIDTH; i++)\n"
          "        if (!isfinite(x[i])) return 1;\n"
          "    return 0;\n}\n",
          to);
}

/* ---- the file ------------------------------------------------------------------------------------- */

static void put_pieces(FILE *to, const sgn_c_piece *p, int needs)
{
    for (; p->text; p++)
        if (needs & p->serves && (!p->with || needs & p->with)) fputs(p->text, to);
}

static void put_file(const sgn_c_writer *w, const char *tables, const char *body, FILE *to)
{
    const sgn_net *net = w->net;
    put_comment(w, to);
    fputs("#include <math.h>\n#include <stdint.h>\n\n", to);
    fprintf(to, "#define NET_M %d\n#define NET_N %d\n#define NET_WIDTH %d\n\n", net->m, net->n,
            net->physics.width);
    fputs("int net_run(const float *y, float *x);\n\n", to);
    put_pieces(to, sgn_c_product_pieces, w->needs);
    put_pieces(to, sgn_c_vector_pieces, w->needs);
    if (w->needs & SGN_C_NEEDS_DRAW) sgn_c_write_generator(w, to);
    fputs(tables, to);
    put_function(w, body, to);
}

/* The result, copied into memory of ours. */
static sgn_status assemble(const sgn_c_writer *w, const char *tables, const char *body, char **text)
{
    char *whole = NULL;
    size_t length = 0;
    FILE *to = sgn_memstream_open(&whole, &length);
    if (!to) return SGN_EMEM;
    put_file(w, tables, body, to);
    sgn_status s = sgn_memstream_close(to);
    char *own = s ? NULL : sgn_alloc(length + 1, 1);
    if (own) memcpy(own, whole, length + 1);
    free(whole);
    if (!own) return SGN_EMEM;
    *text = own;
    return SGN_OK;
}

static sgn_status write_parts(sgn_c_writer *w)
{
    if (!sgn_tape_node(w->net->tape, result_of(w->net))->op)
        return sgn_fail(SGN_ECONFIG, "solver %s computes nothing", w->net->solver->name);
    SGN_TRY(sgn_c_assign_buffers(&w->buffers, w->net));
    if (w->buffers.result < 0) w->needs |= SGN_C_NEEDS_COPY;
    w->plane = sgn_alloc((size_t)w->net->nparams + 1, sizeof *w->plane);
    return w->plane ? write_operations(w) : SGN_EMEM;
}

static void free_writer(sgn_c_writer *w)
{
    for (int i = 0; i < w->ntables; i++) sgn_free(w->table[i].data);
    sgn_free(w->table);
    sgn_free(w->plane);
    sgn_c_buffers_free(&w->buffers);
}

static sgn_c_source_size size_of(const sgn_c_writer *w)
{
    return (sgn_c_source_size){w->table_bytes, buffer_bytes(w)};
}

sgn_status sgn_c_source(const sgn_net *net, const sgn_c_source_info *info, char **text,
                        sgn_c_source_size *size)
{
    char *tables = NULL, *body = NULL;
    size_t tables_length, body_length;
    sgn_c_writer w = {.net = net, .info = info};
    w.tables = sgn_memstream_open(&tables, &tables_length);
    w.body = sgn_memstream_open(&body, &body_length);
    sgn_status status = w.tables && w.body ? write_parts(&w) : SGN_EMEM;
    sgn_status closed[] = {w.tables ? sgn_memstream_close(w.tables) : SGN_OK,
                           w.body ? sgn_memstream_close(w.body) : SGN_OK};
    for (int i = 0; i < 2; i++)
        if (!status) status = closed[i];
    if (!status) status = assemble(&w, tables, body, text);
    if (!status && size) *size = size_of(&w);
    free(tables);
    free(body);
    free_writer(&w);
    return status;
}
