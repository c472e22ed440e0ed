#include "unroll/support.h"

#include "core/memory.h"
#include "core/registry.h"
#include "core/select.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* ---- kinds ---------------------------------------------------------------------------------- */

#define SUPPORT(id) extern const sgn_support_kind sgn_support_##id;
#include "unroll/supports.def"
#undef SUPPORT

static const sgn_support_kind *const kinds[] = {
#define SUPPORT(id) &sgn_support_##id,
#include "unroll/supports.def"
#undef SUPPORT
    NULL,
};

const sgn_support_kind *const *sgn_support_kinds(void) { return kinds; }

sgn_status sgn_support_kind_find(const char *name, const sgn_support_kind **out)
{
    *out = sgn_registry_find("weights.support", name, kinds);
    return *out ? SGN_OK : SGN_ENAME;
}

/* ---- one support ---------------------------------------------------------------------------- */

sgn_status sgn_support_new(sgn_support **out, const sgn_support_kind *kind, int rows, int cols)
{
    sgn_support *s = sgn_alloc(1, sizeof *s);
    uint8_t *on = sgn_alloc((size_t)rows * (size_t)cols, 1);
    if (!s || !on) {
        sgn_free(s);
        sgn_free(on);
        return SGN_EMEM;
    }
    *s =
        (sgn_support){.kind = kind, .rows = rows, .cols = cols, .derived = kind->derived, .on = on};
    sgn_support_fill(s);
    *out = s;
    return SGN_OK;
}

void sgn_support_fill(sgn_support *s)
{
    s->active = (size_t)s->rows * (size_t)s->cols;
    memset(s->on, 1, s->active);
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

void sgn_support_choose(sgn_support *s, const sgn_real *score, double density, sgn_real *scratch)
{
    if (s->derived && s->active < (size_t)s->rows * (size_t)s->cols) return;
    s->kind->choose(s, score, density, scratch);
    sgn_support_count(s);
}

/* ---- the stored form -------------------------------------------------------------------------- */

void sgn_support_put(const sgn_support *s, sgn_bitstream *to)
{
    if (s->derived) return;
    if (s->kind->put) s->kind->put(s, to);
    else sgn_rice_put(to, s->on, (size_t)s->rows * (size_t)s->cols);
}

sgn_status sgn_support_get(sgn_support *s, sgn_bitstream *from)
{
    if (s->derived) return SGN_OK;
    sgn_status status = s->kind->get ? s->kind->get(s, from)
                                     : sgn_rice_get(from, s->on, (size_t)s->rows * (size_t)s->cols);
    sgn_support_count(s);
    return status;
}

double sgn_log2_choose(double n, double k)
{
    return (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)) / log(2);
}

double sgn_support_bits(const sgn_support *s)
{
    sgn_bitstream count = {0};
    sgn_support_put(s, &count);
    return (double)count.at;
}

/* ---- selection ------------------------------------------------------------------------------ */

size_t sgn_support_kept(double density, size_t n)
{
    size_t keep = (size_t)lround(density * (double)n);
    return keep < 1 ? 1 : keep > n ? n : keep;
}

void sgn_support_keep(uint8_t *on, const sgn_real *score, size_t stride, size_t n, size_t keep,
                      sgn_real level)
{
    size_t above = 0;
    for (size_t i = 0; i < n * stride; i += stride) above += on[i] = score[i] > level;
    for (size_t i = 0; above < keep; i += stride)
        if (score[i] == level) on[i] = 1, above++;
}

void sgn_support_choose_largest(sgn_support *s, const sgn_real *score, double density,
                                sgn_real *scratch)
{
    (void)scratch;
    size_t size = (size_t)s->rows * (size_t)s->cols, keep = sgn_support_kept(density, size);
    sgn_support_keep(s->on, score, 1, size, keep, sgn_kth_largest(score, size, keep));
}
