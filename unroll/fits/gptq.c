/* gptq.c -- column after column to the nearest codes, each column's error spread over those to come.
 *
 *     H <- H + 0.01 mean(diag H) I,   L lower triangular with L L' = H^{-1}
 *     for j = 1, 2 ...:   q_j = nearest(w_j),   w_k <- w_k - (w_j - q_j) L_kj / L_jj   for k > j
 *
 * GPTQ: Frantar et al. 2023, arXiv:2210.17323, algorithm 1; a link that does not exist has q_j = 0
 * (SparseGPT: Frantar & Alistarh 2023, arXiv:2301.00774).  Scales stay what start() made them.  The
 * planes of a sum are taken one after the other, each for what those before leave.
 */
#include "core/memory.h"
#include "unroll/codes.h"
#include "unroll/group.h"

#include <math.h>

static const double damping = 0.01;

/* L (cols, cols) */
static sgn_status factor(sgn_mat H, sgn_mat L)
{
    double mean = 0;
    sgn_mat_copy(H, L);
    for (int j = 0; j < H.cols; j++) mean += (double)*sgn_mat_at(H, j, j) / H.cols;
    for (int j = 0; j < H.cols; j++) *sgn_mat_at(L, j, j) += (sgn_real)(damping * mean);
    return sgn_inverse_cholesky(L);
}

static sgn_real nearest(const sgn_real *value, int levels, sgn_real to, int *code)
{
    *code = 0;
    for (int l = 1; l < levels; l++)
        if (fabs((double)(value[l] - to)) < fabs((double)(value[*code] - to))) *code = l;
    return value[*code];
}

/* What is left of w_j after its codes. */
static sgn_real quantise(const sgn_codes *c, const sgn_coded *m, int i, int j, sgn_real w)
{
    size_t entry = (size_t)i + (size_t)j * (size_t)m->w->rows;
    int unit = sgn_unit_of(c->task->g, m->w, entry);
    for (int p = 0; p < c->planes; p++) {
        int *code = sgn_codes_row(c, m, i, p) + j;
        if (*code != SGN_NO_LINK) w -= nearest(sgn_codes_values(c, p, unit), c->levels[p], w, code);
        else if (!c->levels[p] && sgn_plane_has(m->w, p, entry)) w -= *(sgn_plane(m->w, p, entry));
    }
    return w;
}

static void quantise_row(const sgn_codes *c, const sgn_coded *m, int i, sgn_mat L, sgn_real *w)
{
    for (int j = 0; j < L.cols; j++) {
        const sgn_real *l = sgn_mat_at(L, 0, j);
        sgn_real left = quantise(c, m, i, j, w[j]) / l[j];
        for (int k = j + 1; k < L.cols; k++) w[k] -= left * l[k];
    }
}

static sgn_status quantise_matrix(const sgn_codes *c, int k)
{
    const sgn_coded *m = &c->matrix[k];
    size_t rows = (size_t)m->w->rows, cols = (size_t)m->w->cols;
    sgn_real *room = sgn_alloc(cols * (cols + 1), sizeof *room);
    if (!room) return SGN_EMEM;
    sgn_real *row = room + cols * cols;
    sgn_mat L = sgn_mat_view(room, m->w->cols, m->w->cols);
    sgn_status status = factor(*m->H, L);
    if (status)
        sgn_fail(status,
                 "weights.fit gptq cannot tell how errors of %s add up: H is not positive definite",
                 m->w->name);
    for (size_t i = 0; !status && i < rows; i++) {
        for (size_t j = 0; j < cols; j++) row[j] = c->task->target[k][i + j * rows];
        quantise_row(c, m, (int)i, L, row);
    }
    sgn_free(room);
    return status;
}

static sgn_status improve(const sgn_fit_task *t)
{
    sgn_codes c;
    SGN_TRY(sgn_codes_init(&c, t));
    sgn_status status = SGN_OK;
    for (int k = 0; !status && k < t->g->n; k++) status = quantise_matrix(&c, k);
    if (!status) sgn_codes_store(&c);
    sgn_codes_release(&c);
    return status;
}

const sgn_fit sgn_fit_gptq = {
    .name = "gptq",
    .title = "column after column, each one's error spread over those to come",
    .cite = "Frantar et al. 2023, arXiv:2210.17323",
    .needs = SGN_FIT_NEEDS_MOMENTS,
    .improve = improve,
};
