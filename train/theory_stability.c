/* theory_stability.c -- how far noise in y can move the estimate.
 *
 * The measurement is exact: the derivative is taken row by row, a batch of rows at a time, each a
 * backward pass from one entry of the estimate, and its norm by LAPACK.  A row whose entry is 0 is 0
 * itself: an entry below its threshold stays there.  Nothing is iterated, so nothing can stop short.
 */
#include "train/theory.h"

#include "core/memory.h"

#include <math.h>
#include <string.h>

enum { JACOBIANS = 8 };  // test samples whose derivative is taken

/* Entries of one sample's estimate, each in a copy of the sample of its own. */
typedef struct {
    sgn_net *net;
    const int *entry;  // of the sample's (n, width) values, column-major
    int width;
} rows;

static void seed_rows(void *context, sgn_var v, int first, int count)
{
    const rows *r = context;
    int n = r->net->n;
    if (v != r->net->x[r->net->as.depth - 1]) return;
    sgn_mat g = sgn_tape_grad(r->net->tape, v);
    for (int j = first; j < first + count; j += r->width) {
        int entry = r->entry[j / r->width];
        *sgn_mat_at(g, entry % n, j + entry / n) += 1;
    }
}

static void forward_copies(sgn_net *net, sgn_pool *pool, sgn_mat y, int copies)
{
    for (int j = 0; j < copies; j++)
        sgn_mat_copy(y, sgn_mat_cols(sgn_net_input(net), j * y.cols, y.cols));
    sgn_net_forward(net, pool, copies * y.cols);
}

static int nonzero_entries(sgn_mat x, int *entry)
{
    int count = 0;
    for (int e = 0; e < x.rows * x.cols; e++)
        if (*sgn_mat_at(x, e % x.rows, e / x.rows) != 0) entry[count++] = e;
    return count;
}

/* J (m width, count) <- the derivatives of these entries. */
static void take_rows(sgn_net *net, sgn_pool *pool, sgn_mat y, const int *entry, sgn_mat J)
{
    int most = sgn_tape_batch(net->tape) / y.cols;
    for (int first = 0; first < J.cols; first += most) {
        int left = J.cols - first, copies = left < most ? left : most;
        rows r = {net, entry + first, y.cols};
        forward_copies(net, pool, y, copies);
        sgn_tape_backpropagate(net->tape, pool, copies * y.cols, seed_rows, &r);
        memcpy(sgn_mat_at(J, 0, first), sgn_tape_grad(net->tape, net->y).at,
               (size_t)J.rows * (size_t)copies * sizeof *J.at);
    }
}

static sgn_status norm_of_rows(sgn_net *net, sgn_pool *pool, sgn_mat y, const int *entry, int count,
                               double *out)
{
    double square = 0;
    int inputs = y.rows * y.cols;
    sgn_mat J =
        sgn_mat_view(sgn_alloc((size_t)inputs * (size_t)count, sizeof(sgn_real)), inputs, count);
    if (!J.at) return SGN_EMEM;
    take_rows(net, pool, y, entry, J);
    sgn_status status = SGN_OK;
    if (!sgn_mat_finite(J)) square = (double)NAN;
    else status = sgn_lipschitz(J, &square);
    if (!status) *out = sqrt(square);
    sgn_free(J.at);
    return status;
}

sgn_status sgn_jacobian_norm(sgn_net *net, sgn_pool *pool, sgn_mat y, double *out)
{
    int *entry = sgn_alloc((size_t)net->n * (size_t)y.cols, sizeof *entry);
    if (!entry) return SGN_EMEM;
    forward_copies(net, pool, y, 1);
    sgn_mat x = sgn_mat_cols(sgn_net_estimate(net, net->as.depth - 1), 0, y.cols);
    int count = nonzero_entries(x, entry);
    sgn_status status = SGN_OK;
    if (count) status = norm_of_rows(net, pool, y, entry, count, out);
    else *out = 0;
    sgn_free(entry);
    return status;
}

static sgn_status worst_case(sgn_net *net, sgn_pool *pool, sgn_mat y, double *out)
{
    int width = net->physics.width;
    double worst = 0, norm;
    for (int j = 0; j < y.cols && j < JACOBIANS * width; j += width) {
        SGN_TRY(sgn_jacobian_norm(net, pool, sgn_mat_cols(y, j, width), &norm));
        worst = norm <= worst ? worst : norm;  // a NAN is kept
    }
    *out = worst;
    return SGN_OK;
}

/* Noise enters every layer through W, and through the threshold where that follows the residual. */
static sgn_status bound(const sgn_theory_layer *layer, int depth, double *out)
{
    double *source = sgn_alloc((size_t)depth, sizeof *source);
    if (!source) return SGN_EMEM;
    for (int k = 0; k < depth; k++) source[k] = layer[k].matrix + layer[k].relative;
    *out = sgn_difference_bound(layer, depth, source);
    sgn_free(source);
    return SGN_OK;
}

sgn_status sgn_theory_stability(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                const sgn_theory_layer *layer, const sgn_set *test)
{
    if (net->physics.sign_only) return SGN_OK;  // what y can be has no neighbourhood
    SGN_TRY(sgn_net_watch_input(net, 1));
    sgn_status status = worst_case(net, pool, test->y, &out->stability_measured);
    sgn_status back = sgn_net_watch_input(net, 0);
    if (!status) status = back;
    if (!status && layer) status = bound(layer, net->as.depth, &out->stability_bound);
    return status;
}
