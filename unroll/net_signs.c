/* net_signs.c -- links of one sign, a bit each, for the products of a training step.
 *
 * The float s sign(V) of a link is 32 bits that say what one bit does.  While a step runs, large matrices
 * are multiplied by as packed signs (core/bits.h): a few times faster, and nothing is written but the bits.
 */
#include "core/memory.h"
#include "core/vector.h"
#include "unroll/estimator.h"
#include "unroll/net_build.h"
#include "unroll/signs.h"

#include <string.h>

/* Entries from which on a product with packed signs is faster in training (Zen 4: 1.3 times at 5000,
   3 to 4.7 times at 125000 and 250000; BLAS has kernels of its own for small ones). */
static const size_t least_size = 1 << 15;

static int has_fast_products(void)
{
    return !strcmp(sgn_bits_used(), "avx512") || !strcmp(sgn_bits_used(), "avx2");
}

static int can_pack(const sgn_link *w)
{
    return w->role == SGN_ROLE_LINKS && w->planes == 1 && !w->support[0] &&
           sgn_link_size(w) >= least_size;
}

static sgn_bitmat words_of(const sgn_link *w, uint32_t *word)
{
    return (sgn_bitmat){w->rows, w->cols, word, NULL};
}

static size_t count_words(const sgn_net *net)
{
    size_t words = 0;
    for (int p = 0; p < net->nparams; p++)
        if (can_pack(&net->param[p]))
            words += sgn_panel_words(net->param[p].rows, net->param[p].cols);
    return words;
}

sgn_status sgn_net_keep_signs(sgn_net *net)
{
    struct sgn_net_memory *m = net->memory;
    if (m->signs || !sgn_signs_in(net->constraint) || !has_fast_products()) return SGN_OK;
    size_t words = count_words(net);
    m->signs = sgn_alloc((size_t)net->nparams, sizeof *m->signs);
    m->sign_words = sgn_alloc(words + 1, sizeof *m->sign_words);
    if (!m->signs || !m->sign_words) return SGN_EMEM;
    uint32_t *at = m->sign_words;
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (!can_pack(w)) continue;
        m->signs[p] = (sgn_sign_words){.B = words_of(w, at), .word = at};
        at += sgn_panel_words(w->rows, w->cols);
    }
    return SGN_OK;
}

/* ---- packing ----------------------------------------------------------------------------------- */

/* Words of up to SGN_PANEL columns: bit k is 1 where column k is not negative. */
SGN_VECTOR static void pack_panel(uint32_t *restrict word, const sgn_real *restrict v, size_t rows,
                                  int cols)
{
    memset(word, 0, rows * sizeof *word);
    for (int k = 0; k < cols; k++, v += rows) {
        uint32_t bit = sgn_panel_bit(k);
        for (size_t i = 0; i < rows; i++) word[i] |= v[i] < 0 ? 0 : bit;
    }
}

/* Columns from .. to-1, whole panels of them. */
static void pack(const sgn_link *w, int from, int to, uint32_t *word)
{
    for (int j = from; j < to; j += SGN_PANEL) {
        int left = to - j;
        pack_panel(word + sgn_panel_word(w->rows, 0, j), w->latent + (size_t)j * (size_t)w->rows,
                   (size_t)w->rows, left < SGN_PANEL ? left : SGN_PANEL);
    }
}

void sgn_net_follow_signs(const sgn_link *w, size_t first, size_t n)
{
    size_t rows = (size_t)w->rows;
    if (w->signs) pack(w, (int)(first / rows), (int)((first + n) / rows), w->signs->word);
}

static int packs(const sgn_net *net, const sgn_net_group *g)
{
    if (!net->memory->signs || !sgn_signs_in(g->constraint)) return 0;
    int packable = sgn_estimator_is_hard(&g->links);
    for (int k = 0; k < g->links.n; k++) packable = packable && can_pack(g->links.link[k]);
    return packable;
}

static void project_group(void *net_, int i)
{
    const sgn_net *net = net_;
    const sgn_net_group *group = &net->group[i];
    const sgn_group *g = &group->links;
    if (!packs(net, group)) {
        group->constraint->project(g);
        return;
    }
    for (int k = 0; k < g->n; k++) {
        sgn_link *w = g->link[k];
        sgn_sign_words *s = &net->memory->signs[w - net->param];
        s->scales = (sgn_unit_scales){g->scale->weight, g->rowspan, g->colspan, g->unitrows};
        if (g->units == 1) s->scales = (sgn_unit_scales){g->scale->weight, w->rows, w->cols, 1};
        if (!w->signs) pack(w, 0, w->cols, s->word);
        w->signs = s;
    }
}

void sgn_net_project_signs(sgn_net *net, sgn_pool *pool)
{
    sgn_net_project_scalars(net);
    sgn_pool_run(pool, project_group, net, net->ngroups);
}

void sgn_net_drop_signs(sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++) net->param[p].signs = NULL;
}
