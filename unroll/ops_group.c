/* ops_group.c -- the proximal step of groups: shrinkage of whole rows. */
#include "unroll/op.h"

#include <assert.h>
#include <math.h>

/* ---- shrink_rows: x_g = z_g (1 - theta / |z_g|)+ for each group g -------------------------------
 *
 *     dz_g += c dx_g + (theta / |z_g|^3) <z_g, dx_g> z_g,  c = 1 - theta / |z_g|
 *     dtheta -= <z_g, dx_g> / |z_g|                          where |z_g| > theta
 */
typedef struct {
    int i, j, width, folds, part;  // entry i + f*part of columns j .. j+width-1
} row_group;

static double group_dot(sgn_mat a, sgn_mat b, row_group g)
{
    double sum = 0;
    for (int c = g.j; c < g.j + g.width; c++)
        for (int f = 0; f < g.folds; f++)
            sum += (double)*sgn_mat_at(a, g.i + f * g.part, c) *
                   (double)*sgn_mat_at(b, g.i + f * g.part, c);
    return sum;
}

/* y_g = a x_g + beta y_g */
static void group_axpy(sgn_mat y, double a, sgn_mat x, double beta, row_group g)
{
    for (int c = g.j; c < g.j + g.width; c++)
        for (int f = 0; f < g.folds; f++) {
            sgn_real *at = sgn_mat_at(y, g.i + f * g.part, c);
            double old = beta == 0 ? 0 : beta * (double)*at;
            *at = (sgn_real)(a * (double)*sgn_mat_at(x, g.i + f * g.part, c) + old);
        }
}

static void shrink_group_forward(sgn_mat x, sgn_mat z, double theta, row_group g)
{
    double norm = sqrt(group_dot(z, z, g));
    group_axpy(x, norm <= theta ? 0 : 1 - theta / norm, z, 0, g);
}

/* Returns dtheta; dz has no columns where nothing before z is learned. */
static double shrink_group_backward(sgn_mat dz, sgn_mat dx, sgn_mat z, double theta, row_group g)
{
    double norm = sqrt(group_dot(z, z, g));
    if (norm <= theta) return 0;
    double along = group_dot(z, dx, g);
    if (dz.cols) {
        group_axpy(dz, 1 - theta / norm, dx, 1, g);
        group_axpy(dz, theta * along / (norm * norm * norm), z, 1, g);
    }
    return -along / norm;
}

static void shrink_rows_forward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat x = sgn_value_of(o, s), z = sgn_span_value(t, o->in[0], s);
    double theta = (double)sgn_tape_param(t, o->p)->weight[0];
    int part = o->rows / o->folds;
    for (int j = 0; j < s.count; j += o->width)
        for (int i = 0; i < part; i++)
            shrink_group_forward(x, z, theta, (row_group){i, j, o->width, o->folds, part});
}

static void shrink_rows_backward(sgn_tape *t, const sgn_node *o, sgn_span s)
{
    sgn_mat g = sgn_grad_of(o, s), z = sgn_span_value(t, o->in[0], s),
            dz = sgn_span_grad(t, o->in[0], s);
    double theta = (double)sgn_tape_param(t, o->p)->weight[0], dtheta = 0;
    int part = o->rows / o->folds;
    for (int j = 0; j < s.count; j += o->width)
        for (int i = 0; i < part; i++)
            dtheta +=
                shrink_group_backward(dz, g, z, theta, (row_group){i, j, o->width, o->folds, part});
    sgn_span_scalar_grad(t, o->p, s)[0] += (sgn_real)dtheta;
}

/* Every entry is squared, added, and scaled.  A group, which all columns of a sample share, takes a
   root, a comparison, a division and a subtraction. */
static sgn_effort shrink_rows_effort(const sgn_tape *t, const sgn_node *o)
{
    (void)t;
    int part = o->rows / o->folds;
    double groups = (double)part / o->width;
    return (sgn_effort){2 * o->rows + 2 * groups, o->rows + 2 * groups};
}

static const sgn_operation shrink_rows = {"shrink rows",
                                          shrink_rows_forward,
                                          shrink_rows_backward,
                                          NULL,
                                          0,
                                          .effort = shrink_rows_effort,
                                          .forgets = SGN_FORGETS_OUT};

sgn_var sgn_shrink_rows(sgn_tape *t, sgn_var z, sgn_param theta, int width, int folds)
{
    if (sgn_tape_is_zero(t, z)) return z;
    assert(SGN_SHARD % width == 0 && sgn_tape_batch(t) % width == 0);
    assert(sgn_tape_rows(t, z) % folds == 0 && sgn_link_size(sgn_tape_param(t, theta)) == 1);
    return sgn_tape_put(t, (sgn_node){.op = &shrink_rows,
                                      .rows = sgn_tape_rows(t, z),
                                      .in = {z, SGN_NO_VAR, SGN_NO_VAR},
                                      .p = theta,
                                      .width = width,
                                      .folds = folds});
}
