/* products.c -- calls that multiply by a link matrix or by A. */
#include "unroll/c_source/build.h"
#include "unroll/stored.h"

#include <string.h>

static const sgn_net_group *group_of(const sgn_net *net, const sgn_link *w)
{
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++)
            if (net->group[i].links.link[k] == w) return &net->group[i];
    return NULL;
}

static sgn_status write_plane(sgn_c_writer *w, const sgn_link *link, int plane, sgn_c_plane *out)
{
    sgn_c_matrix a;
    const sgn_net_group *g = group_of(w->net, link);
    if (g) SGN_TRY(sgn_c_matrix_of_plane(&a, g, link, plane));
    else SGN_TRY(sgn_c_matrix_of_reals(&a, sgn_mat_view(link->weight, link->rows, link->cols), 0));
    sgn_status status = sgn_c_write_matrix(w, &a, NULL, out);
    sgn_c_matrix_free(&a);
    return status;
}

static int planes_of(const sgn_c_writer *w, const sgn_link *link)
{
    return link->role == SGN_ROLE_LINKS ? sgn_stored_planes(w->net, link) : 1;
}

static sgn_status write_link(sgn_c_writer *w, sgn_param p)
{
    const sgn_link *link = sgn_tape_param(w->net->tape, p);
    if (*w->plane[p][0].shape) return SGN_OK;
    fprintf(w->tables, "\n/* %s", link->name);
    if (link->layer >= 0) fprintf(w->tables, " of layer %d", link->layer + 1);
    fputs(" */\n", w->tables);
    for (int i = 0; i < planes_of(w, link); i++) SGN_TRY(write_plane(w, link, i, &w->plane[p][i]));
    return SGN_OK;
}

/* z += W x or W' x */
static void add_product(sgn_c_writer *w, const sgn_c_plane *plane, int transposed, sgn_var x,
                        sgn_var z)
{
    transposed = transposed != plane->flipped;
    w->needs |= transposed ? SGN_C_NEEDS_APPLY_TRANSPOSED : SGN_C_NEEDS_APPLY;
    sgn_c_each(w, "%s(&%s, %s, %s, %s, %s)", transposed ? "apply_transposed" : "apply",
               plane->shape, plane->link, plane->scale, sgn_c_column(w, x).text,
               sgn_c_column(w, z).text);
}

static void clear(sgn_c_writer *w, sgn_var z)
{
    w->needs |= SGN_C_NEEDS_CLEAR;
    fprintf(w->body, "    clear(%s, %d);\n", sgn_c_whole(w, z).text, sgn_c_floats(w, z));
}

static void copy(sgn_c_writer *w, sgn_var v, sgn_var z)
{
    if (!strcmp(sgn_c_whole(w, v).text, sgn_c_whole(w, z).text)) return;
    w->needs |= SGN_C_NEEDS_COPY;
    fprintf(w->body, "    copy(%s, %s, %d);\n", sgn_c_whole(w, v).text, sgn_c_whole(w, z).text,
            sgn_c_floats(w, z));
}

sgn_status sgn_c_apply(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    SGN_TRY(write_link(w, o->p));
    if (o->in[1] == SGN_NO_VAR) clear(w, z);
    else copy(w, o->in[1], z);
    for (int i = 0; i < planes_of(w, sgn_tape_param(w->net->tape, o->p)); i++)
        add_product(w, &w->plane[o->p][i], o->op->transposes, o->in[0], z);
    return SGN_OK;
}

static sgn_status multiply_by_A(sgn_c_writer *w, int transposed, sgn_var x, sgn_var z)
{
    if (!*w->A.shape) SGN_TRY(sgn_c_write_A(w, &w->A));
    clear(w, z);
    add_product(w, &w->A, transposed, x, z);
    return SGN_OK;
}

sgn_status sgn_c_measure(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    return multiply_by_A(w, 0, o->in[0], z);
}

sgn_status sgn_c_backproject(sgn_c_writer *w, const sgn_node *o, sgn_var z)
{
    return multiply_by_A(w, 1, o->in[0], z);
}

sgn_status sgn_c_residual(sgn_c_writer *w, const sgn_node *o, sgn_var r)
{
    SGN_TRY(multiply_by_A(w, 0, o->in[1], r));
    sgn_c_mix(w, "1", o->in[0], "-1", r, r);
    return SGN_OK;
}
