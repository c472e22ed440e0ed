/* ops.c -- a call for every operation on the tape. */
#include "unroll/c_source/build.h"

#include <string.h>

/* ---- linear combinations -------------------------------------------------------------------------- */

static void mix_column(sgn_c_writer *w, const char *a, sgn_var x, const char *b, sgn_var y,
                       sgn_var z)
{
    w->needs |= SGN_C_NEEDS_MIX;
    sgn_c_each(w, "mix(%s, %s, %s, %s, %s, %d)", a, sgn_c_column(w, x).text, b,
               sgn_c_column(w, y).text, sgn_c_column(w, z).text, sgn_tape_rows(w->net->tape, z));
}

static sgn_status mix_constants(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    sgn_c_mix(w, sgn_c_constant(o->a).text, o->in[0], sgn_c_constant(o->b).text, o->in[1], z);
    return SGN_OK;
}

static sgn_status add_scaled(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    sgn_c_mix(w, sgn_c_constant(o->a).text, o->in[0], sgn_c_constant(sgn_c_scalar(w, o->p)).text,
              o->in[1], z);
    return SGN_OK;
}

static sgn_status write_vector(sgn_c_writer *w, const char *role, const sgn_link *v,
                               char name[SGN_C_NAME])
{
    sgn_mat column = sgn_mat_view(v->weight, v->rows, 1);
    sgn_c_matrix a;
    SGN_TRY(sgn_c_matrix_of_reals(&a, column, 0));
    sgn_status status = sgn_c_reals(w, role, a.real, (size_t)v->rows, name);
    sgn_c_matrix_free(&a);
    return status;
}

static sgn_status shift(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    char name[SGN_C_NAME];
    SGN_TRY(write_vector(w, "shift", sgn_tape_param(w->net->tape, o->p), name));
    w->needs |= SGN_C_NEEDS_MIX;
    sgn_c_each(w, "mix(1, %s, 1, %s, %s, %d)", sgn_c_column(w, o->in[0]).text, name,
               sgn_c_column(w, z).text, o->rows);
    return SGN_OK;
}

static sgn_status onsager(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    sgn_c_expression b;
    snprintf(b.text, sizeof b.text, "share_of_nonzeros(%s, %d, %d)", sgn_c_column(w, o->in[1]).text,
             sgn_tape_rows(w->net->tape, o->in[1]), o->rows);
    w->needs |= SGN_C_NEEDS_ONSAGER;
    mix_column(w, sgn_c_constant(o->a).text, o->in[0], b.text, o->in[2], z);
    return SGN_OK;
}

static sgn_status line_search(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    sgn_c_expression c;
    snprintf(c.text, sizeof c.text, "search(%s, %s, %d)", sgn_c_column(w, o->in[1]).text,
             sgn_c_column(w, o->in[2]).text, sgn_tape_rows(w->net->tape, o->in[1]));
    w->needs |= SGN_C_NEEDS_SEARCH;
    mix_column(w, c.text, o->in[0], "0", o->in[0], z);
    return SGN_OK;
}

/* ---- thresholds ------------------------------------------------------------------------------------ */

static sgn_status shrink(sgn_c_writer *w, const sgn_node *o, sgn_var x)
{
    const sgn_link *theta = sgn_tape_param(w->net->tape, o->p);
    char name[SGN_C_NAME];
    sgn_c_expression rho = {"1"};
    sgn_var r = o->in[1];
    SGN_TRY(write_vector(w, "theta", theta, name));
    w->needs |= SGN_C_NEEDS_SHRINK;
    if (r != SGN_NO_VAR) {
        w->needs |= SGN_C_NEEDS_LEVEL_OF;
        snprintf(rho.text, sizeof rho.text, "level_of(%s, %d)", sgn_c_column(w, r).text,
                 sgn_tape_rows(w->net->tape, r));
    }
    sgn_c_each(w, "shrink(%s, %s, %d, %s, %s, %d)", sgn_c_column(w, o->in[0]).text, name,
               theta->rows > 1, rho.text, sgn_c_column(w, x).text, o->rows);
    if (!o->count) return SGN_OK;
    w->needs |= SGN_C_NEEDS_SELECTION;
    sgn_c_each(w, "let_pass(%s, %d, %s, %d)", sgn_c_column(w, o->in[0]).text, o->count,
               sgn_c_column(w, x).text, o->rows);
    return SGN_OK;
}

static sgn_status shrink_rows(sgn_c_writer *w, const sgn_node *o, sgn_var x)
{
    w->needs |= SGN_C_NEEDS_SHRINK_ROWS;
    fprintf(w->body, "    shrink_rows(%s, %s, %d, %d, %s, %d);\n", sgn_c_whole(w, o->in[0]).text,
            sgn_c_constant(sgn_c_scalar(w, o->p)).text, o->width, o->folds, sgn_c_whole(w, x).text,
            o->rows);
    return SGN_OK;
}

static sgn_status keep_largest(sgn_c_writer *w, const sgn_node *o, sgn_var x)
{
    w->needs |= SGN_C_NEEDS_KEEP;
    sgn_c_each(w, "keep_largest(%s, %d, %s, %d)", sgn_c_column(w, o->in[0]).text, o->count,
               sgn_c_column(w, x).text, o->rows);
    return SGN_OK;
}

static sgn_status keep_support(sgn_c_writer *w, const sgn_node *o, sgn_var x)
{
    w->needs |= SGN_C_NEEDS_KEEP | SGN_C_NEEDS_KEEP_SUPPORT;
    sgn_c_each(w, "keep_support(%s, %s, %d, %s, %d)", sgn_c_column(w, o->in[0]).text,
               sgn_c_column(w, o->in[1]).text, o->count, sgn_c_column(w, x).text, o->rows);
    return SGN_OK;
}

static sgn_status pass_largest(sgn_c_writer *w, const sgn_node *o, sgn_var x)
{
    w->needs |= SGN_C_NEEDS_PASS;
    sgn_c_each(w, "pass_largest(%s, %s, *(%s), %s, %d)", sgn_c_column(w, o->in[0]).text,
               sgn_c_column(w, o->in[1]).text, sgn_c_column(w, o->in[2]).text,
               sgn_c_column(w, x).text, o->rows);
    return SGN_OK;
}

static sgn_status take_signs(sgn_c_writer *w, const sgn_node *o, sgn_var x)
{
    w->needs |= SGN_C_NEEDS_SIGN;
    sgn_c_each(w, "take_signs(%s, %s, %d)", sgn_c_column(w, o->in[0]).text, sgn_c_column(w, x).text,
               o->rows);
    return SGN_OK;
}

static sgn_status clip(sgn_c_writer *w, const sgn_node *o, sgn_var x)
{
    w->needs |= SGN_C_NEEDS_CLIP;
    fprintf(w->body, "    clip(%s, %s, %s, %s, %d);\n", sgn_c_constant(o->a).text,
            sgn_c_constant(o->b).text, sgn_c_whole(w, o->in[0]).text, sgn_c_whole(w, x).text,
            sgn_c_floats(w, x));
    return SGN_OK;
}

/* ---- numbers of a sample --------------------------------------------------------------------------- */

static sgn_status mean_abs(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    w->needs |= SGN_C_NEEDS_MEAN_ABS;
    sgn_c_each(w, "*(%s) = mean_abs(%s, %d)", sgn_c_column(w, z).text,
               sgn_c_column(w, o->in[0]).text, sgn_tape_rows(w->net->tape, o->in[0]));
    return SGN_OK;
}

static sgn_status otherwise(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    sgn_c_word a = sgn_c_column(w, o->in[0]);
    sgn_c_each(w, "*(%s) = *(%s) != 0 ? *(%s) : *(%s)", sgn_c_column(w, z).text, a.text, a.text,
               sgn_c_column(w, o->in[1]).text);
    return SGN_OK;
}

static sgn_status log_ratio(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    w->needs |= SGN_C_NEEDS_LOG_RATIO;
    sgn_c_each(w, "*(%s) = log_ratio(*(%s), *(%s))", sgn_c_column(w, z).text,
               sgn_c_column(w, o->in[0]).text, sgn_c_column(w, o->in[1]).text);
    return SGN_OK;
}

/* ---- all of them ------------------------------------------------------------------------------------ */

enum { NONE = 0, FIRST = 1 << 0, SECOND = 1 << 1, THIRD = 1 << 2 };

static const struct {
    const char *name;
    sgn_status (*write)(sgn_c_writer *w, const sgn_node *o, sgn_var v);
    int may_take;  // the inputs whose memory the result may have
} operation[] = {
    {"apply", sgn_c_apply, SECOND},
    {"apply transposed", sgn_c_apply, NONE},
    {"residual", sgn_c_residual, NONE},
    {"measure", sgn_c_measure, NONE},
    {"backproject", sgn_c_backproject, NONE},
    {"mix", mix_constants, FIRST | SECOND},
    {"add scaled", add_scaled, FIRST | SECOND},
    {"shift", shift, FIRST},
    {"onsager", onsager, FIRST | THIRD},
    {"line search", line_search, FIRST},
    {"shrink", shrink, FIRST},
    {"shrink rows", shrink_rows, FIRST},
    {"keep largest", keep_largest, FIRST},
    {"keep support", keep_support, FIRST},
    {"pass largest", pass_largest, FIRST | SECOND},
    {"sign", take_signs, FIRST},
    {"clip", clip, FIRST},
    {"mean abs", mean_abs, NONE},
    {"otherwise", otherwise, FIRST | SECOND},
    {"log ratio", log_ratio, FIRST | SECOND},
};
enum { OPERATIONS = sizeof operation / sizeof *operation };

static int find(const sgn_node *o)
{
    int i = 0;
    while (i < OPERATIONS && strcmp(operation[i].name, o->op->name)) i++;
    return i;
}

/* Not where an entry is read again after another was written: by a product, and to know which of the
   entries before a shrinkage pass it unshrunk. */
int sgn_c_may_take(const sgn_node *o)
{
    int i = find(o);
    if (i == OPERATIONS || (operation[i].write == sgn_c_apply && o->in[0] == o->in[1])) return NONE;
    return operation[i].write == shrink && o->count ? NONE : operation[i].may_take;
}

sgn_status sgn_c_write_operation(sgn_c_writer *w, sgn_var v)
{
    const sgn_node *o = sgn_tape_node(w->net->tape, v);
    int i = find(o);
    if (i < OPERATIONS) return operation[i].write(w, o, v);
    return sgn_fail(SGN_ECONFIG, "the operation '%s' of solver %s has no C source", o->op->name,
                    w->net->solver->name);
}
