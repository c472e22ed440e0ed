/* dense_sparse.c -- evenly spaced values, and a few real outliers:  W = s q + M_1 (.) V_1.
 *
 * The first plane is that of unroll/uniform.h.  M_1, stored with the links, are the largest |target|: the
 * share weights.outliers of the links, each matrix its own.  There V_1 starts as the target and is
 * learned, and the first plane stays at the code 0, so that its step need not reach that far.
 *
 *     dV_1 = M_1 (.) dW,    dV_0 as in unroll/uniform.h, 0 on M_1
 *
 * SqueezeLLM: Kim et al. 2023, arXiv:2306.07629, sec. 4.2.
 */
#include "unroll/group.h"
#include "unroll/uniform.h"

#include <math.h>

enum { DENSE, SPARSE };

/* ---- start ------------------------------------------------------------------------------------- */

static void choose_outliers(const sgn_group *g, const sgn_link *w)
{
    sgn_support *outliers = w->support[SPARSE];
    const sgn_support *links = w->support[DENSE];
    sgn_real *score = sgn_plane_grad(w, SPARSE, 0);
    double size = (double)sgn_link_size(w), share = links ? (double)links->active / size : 1;
    for (size_t i = 0; i < sgn_link_size(w); i++)
        score[i] = sgn_plane_has(w, DENSE, i) ? (sgn_real)fabs((double)w->weight[i]) : 0;
    sgn_support_choose(outliers, score, share * outliers->density, g->scratch);
}

static void split_target(const sgn_link *w)
{
    sgn_real *dense = sgn_plane(w, DENSE, 0), *sparse = sgn_plane(w, SPARSE, 0);
    for (size_t i = 0; i < sgn_link_size(w); i++) {
        dense[i] = sgn_plane_has(w, SPARSE, i) ? 0 : w->weight[i];
        sparse[i] = w->weight[i] - dense[i];
    }
}

static void start(const sgn_group *g)
{
    sgn_group_choose_support(g, DENSE);
    for (int k = 0; k < g->n; k++) {
        choose_outliers(g, g->link[k]);
        split_target(g->link[k]);
    }
    sgn_uniform_start(g);
}

/* ---- project and pull back --------------------------------------------------------------------- */

static void project(const sgn_group *g)
{
    sgn_uniform_project(g);
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        const sgn_real *sparse = sgn_plane(w, SPARSE, 0);
        for (size_t i = 0; i < sgn_link_size(w); i++)
            if (sgn_plane_has(w, SPARSE, i)) w->weight[i] += sparse[i];
    }
}

static void pullback(const sgn_group *g)
{
    sgn_uniform_pullback(g);
    for (int k = 0; k < g->n; k++) {
        const sgn_link *w = g->link[k];
        sgn_real *dense = sgn_plane_grad(w, DENSE, 0), *sparse = sgn_plane_grad(w, SPARSE, 0);
        for (size_t i = 0; i < sgn_link_size(w); i++) {
            int is_outlier = sgn_plane_has(w, SPARSE, i);
            if (is_outlier) dense[i] = 0;
            sparse[i] = is_outlier ? w->dweight[i] : 0;
        }
    }
}

/* ---- codes, of the first plane ----------------------------------------------------------------- */

static sgn_code code(const sgn_group *g, int plane)
{
    return plane == DENSE ? sgn_uniform_code(g, plane) : (sgn_code){.stores_support = 1};
}

static int two_planes(int planes)
{
    (void)planes;
    return 2;
}

static int one_scale(const sgn_group *g)
{
    (void)g;
    return 1;
}

const sgn_constraint sgn_constraint_dense_sparse = {
    .name = "dense-sparse",
    .title = "values of weights.bits bits, and the largest links in full precision",
    .cite = "Kim et al. 2023, arXiv:2306.07629",
    .scales = SGN_SCALES_LEARNED,
    .estimates_scales = 1,
    .density = 0.5,
    .scale_columns = one_scale,
    .plane_count = two_planes,
    .outlier_plane = SPARSE,
    .start = start,
    .project = project,
    .pullback = pullback,
    .code = code,
    .level = sgn_uniform_level,
    .value = sgn_uniform_value,
    .set = sgn_uniform_set,
};
