#include "unroll/support.h"

#include "core/memory.h"
#include "core/registry.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* ---- kinds ---------------------------------------------------------------------------------- */

void sgn_support_fill(sgn_support *s)
{
    s->active = (size_t)s->rows * (size_t)s->cols;
    memset(s->on, 1, s->active);
}

static void fill_all(sgn_support *s, sgn_mat A, int blocks, double density, sgn_rng *rng)
{
    (void)A, (void)blocks, (void)density, (void)rng;
    sgn_support_fill(s);
}

static size_t entry(const sgn_support *s, int i, int j)
{
    return (size_t)i + (size_t)j * (size_t)s->rows;
}

/* Column a of A and column b of A overlap: entry (a, b) of A'A does not vanish by structure. */
static int columns_overlap(sgn_mat A, int a, int b)
{
    for (int i = 0; i < A.rows; i++)
        if (*sgn_mat_at(A, i, a) != 0 && *sgn_mat_at(A, i, b) != 0) return 1;
    return 0;
}

static int physically_linked(const sgn_support *s, sgn_mat A, int i, int j)
{
    if (s->rows == A.cols && s->cols == A.rows) return *sgn_mat_at(A, j, i) != 0;
    if (s->rows == A.rows && s->cols == A.cols) return *sgn_mat_at(A, i, j) != 0;
    if (s->rows == A.cols && s->cols == A.cols) return columns_overlap(A, i, j);
    return 1;
}

static void fill_physics(sgn_support *s, sgn_mat A, int blocks, double density, sgn_rng *rng)
{
    (void)blocks, (void)density, (void)rng;
    for (int j = 0; j < s->cols; j++)
        for (int i = 0; i < s->rows; i++)
            s->on[entry(s, i, j)] = (uint8_t)physically_linked(s, A, i, j);
}

static void fill_blocks(sgn_support *s, sgn_mat A, int blocks, double density, sgn_rng *rng)
{
    (void)A, (void)density, (void)rng;
    for (int j = 0; j < s->cols; j++)
        for (int i = 0; i < s->rows; i++)
            s->on[entry(s, i, j)] = (long)i * blocks / s->rows == (long)j * blocks / s->cols;
}

static void fill_random(sgn_support *s, sgn_mat A, int blocks, double density, sgn_rng *rng)
{
    (void)A, (void)blocks;
    size_t size = (size_t)s->rows * (size_t)s->cols, left = (size_t)lround(density * (double)size);
    for (size_t i = 0; i < size; i++) {  // selection sampling, Knuth vol. 2, algorithm 3.4.2 S
        s->on[i] = sgn_rng_uniform(rng) * (double)(size - i) < (double)left;
        left -= s->on[i];
    }
}

static const sgn_support_kind
    all = {"all", "every link exists", 0, 1, fill_all},
    physics = {"physics", "the pattern of A' (of A'A between estimates)", 0, 1, fill_physics},
    blocks_kind = {"blocks", "the diagonal blocks of the problem", 0, 1, fill_blocks},
    magnitude = {"magnitude", "the largest weights; chosen anew while training", 1, 0, fill_all},
    random_kind = {"random", "drawn from the seed: a control", 0, 1, fill_random};

static const sgn_support_kind *const kinds[] = {&all,       &physics,     &blocks_kind,
                                                &magnitude, &random_kind, NULL};

const sgn_support_kind *const *sgn_support_kinds(void) { return kinds; }

sgn_status sgn_support_kind_find(const char *name, const sgn_support_kind **out)
{
    *out = sgn_registry_find("weights.support", name, kinds);
    return *out ? SGN_OK : SGN_ENAME;
}

/* ---- one support ---------------------------------------------------------------------------- */

sgn_status sgn_support_new(sgn_support **out, int rows, int cols)
{
    sgn_support *s = sgn_alloc(1, sizeof *s);
    uint8_t *on = sgn_alloc((size_t)rows * (size_t)cols, 1);
    if (!s || !on) {
        sgn_free(s);
        sgn_free(on);
        return SGN_EMEM;
    }
    *s = (sgn_support){.rows = rows, .cols = cols, .on = on, .derived = 1};
    sgn_support_fill(s);
    *out = s;
    return SGN_OK;
}

void sgn_support_free(sgn_support *s)
{
    if (!s) return;
    sgn_free(s->on);
    sgn_free(s);
}

void sgn_support_count(sgn_support *s)
{
    s->active = 0;
    for (size_t i = 0; i < (size_t)s->rows * (size_t)s->cols; i++) s->active += s->on[i];
}

void sgn_support_keep_largest(sgn_support *s, const sgn_real *score, double density,
                              sgn_real *scratch)
{
    size_t size = (size_t)s->rows * (size_t)s->cols, keep = (size_t)lround(density * (double)size);
    keep = keep < 1 ? 1 : keep > size ? size : keep;
    memcpy(scratch, score, size * sizeof *score);
    sgn_real level = sgn_kth_largest(scratch, size, keep);
    size_t above = 0;
    for (size_t i = 0; i < size; i++) above += s->on[i] = score[i] > level;
    for (size_t i = 0; above < keep; i++)
        if (score[i] == level) s->on[i] = 1, above++;
    s->active = keep;
}

double sgn_log2_choose(double n, double k)
{
    return (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)) / log(2);
}

double sgn_support_bits(const sgn_support *s)
{
    if (s->derived) return 0;
    return sgn_log2_choose((double)s->rows * (double)s->cols, (double)s->active);
}

/* ---- selection ------------------------------------------------------------------------------ */

static sgn_real median3(sgn_real a, sgn_real b, sgn_real c)
{
    if (a < b) return b < c ? b : a < c ? c : a;
    return a < c ? a : b < c ? c : b;
}

/* Three-way split of v[lo .. hi-1] around the pivot: larger | equal | smaller. */
static void split(sgn_real *v, size_t *lo, size_t *hi, sgn_real pivot)
{
    size_t larger = *lo, smaller = *hi;
    for (size_t i = *lo; i < smaller;) {
        sgn_real x = v[i];
        if (x > pivot) v[i++] = v[larger], v[larger++] = x;
        else if (x < pivot) v[i] = v[--smaller], v[smaller] = x;
        else i++;
    }
    *lo = larger;
    *hi = smaller;
}

sgn_real sgn_kth_largest(sgn_real *v, size_t n, size_t k)
{
    assert(k >= 1 && k <= n);
    size_t first = 0, last = n;
    for (;;) {
        sgn_real pivot = median3(v[first], v[first + (last - first) / 2], v[last - 1]);
        size_t lo = first, hi = last;
        split(v, &lo, &hi, pivot);
        if (k <= lo) last = lo;
        else if (k > hi) first = hi;
        else return pivot;
    }
}
