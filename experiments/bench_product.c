/* bench_product.c -- products with packed signs against OpenBLAS's with as many floats.
 *
 * x holds k/64 with |k| <= 127, so that every sum is exact in any order: the products must agree to the
 * last bit with a plain loop over the links.
 */
#include "core/bits.h"
#include "core/memory.h"
#include "core/rng.h"
#include "experiments/bench_measure.h"
#include "experiments/machine.h"

#include <string.h>

enum {
    EVERY_USE = SGN_FOR_PLAIN | SGN_FOR_TRANSPOSED | SGN_FOR_BATCHES | SGN_FOR_SINGLES,
};

typedef struct {
    const sgn_bench_case *c;
    sgn_op op;
    sgn_mat W, x, y;  // (m, n), what W or W' is multiplied by, and the product
    uint32_t *sign, *mask;
    sgn_bitplan *plan;
    sgn_unit_scales scale;
    double held_before;  // bytes, without what is packed
} product;

static const sgn_real one = 1;

/* ---- what is multiplied ---------------------------------------------------------------------------- */

static int chance(const product *p, sgn_rng *rng)
{
    return sgn_rng_uniform(rng) < p->c->percent / 100.0;
}

/* Which of the columns j0 ... of a row are there. */
static uint32_t draw_mask(const product *p, sgn_rng *rng, int tile, int cols)
{
    uint32_t mask = 0;
    for (int k = 0; k < cols; k++)
        if (p->c->format == SGN_BENCH_SUPPORT ? chance(p, rng) : tile) mask |= sgn_panel_bit(k);
    return mask;
}

static void draw_tile(product *p, sgn_rng *rng, int i0, int j0)
{
    int m = p->c->m, cols = p->c->n - j0 < SGN_PANEL ? p->c->n - j0 : SGN_PANEL;
    int tile = p->c->format == SGN_BENCH_DENSE || chance(p, rng);
    for (int i = i0; i < i0 + SGN_PANEL_ROWS && i < m; i++) {
        size_t at = sgn_panel_word(m, i, j0);
        uint32_t mask = draw_mask(p, rng, tile, cols), sign = sgn_rng_u32(rng) & mask;
        p->sign[at] = sign;
        if (p->mask) p->mask[at] = mask;
        for (int k = 0; k < cols; k++)
            *sgn_mat_at(p->W, i, j0 + k) =
                (sgn_real)((int)(sign >> k & 1) * 2 - (int)(mask >> k & 1));
    }
}

static sgn_status mat_new(sgn_mat *out, int rows, int cols)
{
    *out = sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof *out->at), rows, cols);
    return out->at ? SGN_OK : SGN_EMEM;
}

static sgn_status draw(product *p)
{
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, 0);
    for (int j = 0; j < p->c->n; j += SGN_PANEL)
        for (int i = 0; i < p->c->m; i += SGN_PANEL_ROWS) draw_tile(p, &rng, i, j);
    for (size_t i = 0; i < (size_t)p->x.rows * (size_t)p->x.cols; i++)
        p->x.at[i] = (sgn_real)(((int)sgn_rng_below(&rng, 255) - 127) / 64.0);
    sgn_bitmat B = {p->c->m, p->c->n, p->sign, p->mask};
    return sgn_bitplan_new(&p->plan, B, EVERY_USE);
}

static sgn_status make(product *p, const sgn_bench_case *c)
{
    int is_plain = c->kind == SGN_BENCH_PRODUCT;
    size_t words = sgn_panel_words(c->m, c->n);
    *p = (product){.c = c, .op = is_plain ? SGN_PLAIN : SGN_TRANSPOSED};
    p->scale = (sgn_unit_scales){&one, c->m, c->n, 1};
    SGN_TRY(mat_new(&p->W, c->m, c->n));
    SGN_TRY(mat_new(&p->x, is_plain ? c->n : c->m, c->batch));
    SGN_TRY(mat_new(&p->y, is_plain ? c->m : c->n, c->batch));
    p->held_before = sgn_held_bytes();
    if (!(p->sign = sgn_alloc(words, sizeof *p->sign))) return SGN_EMEM;
    if (c->format == SGN_BENCH_DENSE) return draw(p);
    if (!(p->mask = sgn_alloc(words, sizeof *p->mask))) return SGN_EMEM;
    return draw(p);
}

static void release(product *p)
{
    sgn_free(p->W.at), sgn_free(p->x.at), sgn_free(p->y.at);
    sgn_free(p->sign), sgn_free(p->mask);
    sgn_bitplan_free(p->plan);
}

/* ---- checked and timed ------------------------------------------------------------------------------ */

static void multiply_packed(void *context)
{
    const product *p = context;
    sgn_bitplan_multiply(p->op, 1, p->plan, p->scale, p->x, p->y);
}

static void multiply_floats(void *context)
{
    const product *p = context;
    sgn_blas_gemm(p->op, SGN_PLAIN, 1, p->W, p->x, 1, p->y);
}

/* y <- op(W) x, link by link */
static void multiply_plainly(const product *p, int b, sgn_real *y)
{
    const sgn_real *x = sgn_mat_at(p->x, 0, b);
    memset(y, 0, (size_t)p->y.rows * sizeof *y);
    for (int j = 0; j < p->c->n; j++) {
        const sgn_real *w = sgn_mat_at(p->W, 0, j);
        for (int i = 0; p->op == SGN_PLAIN && i < p->c->m; i++) y[i] += w[i] * x[j];
        for (int i = 0; p->op == SGN_TRANSPOSED && i < p->c->m; i++) y[j] += w[i] * x[i];
    }
}

static sgn_status check(product *p)
{
    size_t bytes = (size_t)p->y.rows * sizeof(sgn_real);
    sgn_real *y = sgn_alloc((size_t)p->y.rows, sizeof *y);
    if (!y) return SGN_EMEM;
    int b = 0, same = 1;
    multiply_packed(p);
    for (; b < p->y.cols && same; b++) {
        multiply_plainly(p, b, y);
        for (int i = 0; i < p->y.rows; i++) same &= *sgn_mat_at(p->y, i, b) == y[i];
    }
    sgn_free(y);
    memset(p->y.at, 0, bytes * (size_t)p->y.cols);
    if (same) return SGN_OK;
    return sgn_fail(SGN_EINTERNAL,
                    "%s: column %d of the product is wrong with the kernels of SIGNROLL_ISA=%s",
                    p->c->name, b - 1, sgn_bits_used());
}

sgn_status sgn_bench_product(const sgn_bench_case *c, const sgn_bench_effort *effort,
                             sgn_bench_row *out)
{
    product p;
    sgn_status status = make(&p, c);
    if (!status) status = check(&p);
    if (!status) {
        sgn_bench_work ours = {multiply_packed, &p}, theirs = {multiply_floats, &p};
        out->against = "openblas";
        out->bytes = sgn_held_bytes() - p.held_before;
        sgn_bench_rounds(sgn_bench_clock_for(1), effort->seconds, ours, &theirs, out);
    }
    release(&p);
    return status;
}
