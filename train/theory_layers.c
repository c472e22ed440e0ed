/* theory_layers.c -- the norms of a layer's matrices, and how they pass a difference on. */
#include "train/theory.h"

#include "core/memory.h"
#include "unroll/net_layer.h"

#include <math.h>

/* The largest singular value; NAN where an entry is not finite. */
static sgn_status spectral_norm(sgn_mat W, double *out)
{
    double square = (double)NAN;
    if (sgn_mat_finite(W)) SGN_TRY(sgn_lipschitz(W, &square));
    *out = sqrt(square);
    return SGN_OK;
}

static void coherences(sgn_mat WA, sgn_theory_layer *l)
{
    l->delta = l->mu = 0;
    for (int j = 0; j < WA.cols; j++)
        for (int i = 0; i < WA.rows; i++) {
            double g = (double)*sgn_mat_at(WA, i, j);
            if (i == j) l->delta = fmax(l->delta, fabs(1 - g));
            else l->mu = fmax(l->mu, fabs(g));
        }
}

/* WA <- I - WA */
static void subtract_from_identity(sgn_mat WA)
{
    for (int j = 0; j < WA.cols; j++)
        for (int i = 0; i < WA.rows; i++) *sgn_mat_at(WA, i, j) = (i == j) - *sgn_mat_at(WA, i, j);
}

static sgn_status layer_of(const sgn_net *net, int k, sgn_mat W, sgn_mat WA, sgn_theory_layer *l)
{
    sgn_net_layer as = sgn_net_layer_of(net, k, W);
    int follows = sgn_net_iteration(&net->as).residual_threshold;
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1, W, net->physics.A, 0, WA);
    l->beta = as.beta;
    l->relative = follows ? as.theta * sqrt((double)net->n / net->m) : 0;
    l->sensing = sqrt(net->physics.lipschitz);
    coherences(WA, l);
    subtract_from_identity(WA);
    SGN_TRY(spectral_norm(WA, &l->contraction));
    return spectral_norm(W, &l->matrix);
}

sgn_status sgn_theory_layers(const sgn_net *net, sgn_theory_layer *layer)
{
    size_t n = (size_t)net->n, m = (size_t)net->m;
    sgn_real *room = sgn_alloc(n * m + n * n, sizeof *room);
    if (!room) return SGN_EMEM;
    sgn_mat W = sgn_mat_view(room, net->n, net->m), WA = sgn_mat_view(room + n * m, net->n, net->n);
    sgn_status status = SGN_OK;
    for (int k = 0; k < net->as.depth && !status; k++) status = layer_of(net, k, W, WA, &layer[k]);
    sgn_free(room);
    return status;
}

/* With d_k = |x_k - x_k'| and v extrapolated by beta:  |v - v'| <= |1 + beta| d_k + |beta| d_(k-1), and
   shrinking, which brings nothing further apart, passes on |I - W A| of it.  A threshold that follows
   the residual adds what its own change moves. */
double sgn_difference_bound(const sgn_theory_layer *layer, int depth, const double *source)
{
    double now = 0, before = 0;
    for (int k = 0; k < depth; k++) {
        const sgn_theory_layer *l = &layer[k];
        double v = fabs(1 + l->beta) * now + fabs(l->beta) * before;
        before = now;
        now = (l->contraction + l->relative * l->sensing) * v + source[k];
    }
    return now;
}
