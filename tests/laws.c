#include "laws.h"

#include "io/file.h"
#include "io/h5.h"

#include <endian.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

enum { MOST_KEYS = 32, MOST_ENTRIES = 200 };

static const char small[] =
    "problem.m=12 problem.n=20 problem.sparsity=0.2 network.depth=3 "
    "train.batch=5 train.validation_samples=16 train.warmup=2 weights.band=5 ";

/* Cuts the text into words; returns how many. */
static int cut(char *text, const char **word)
{
    int n = 0;
    for (char *at = strtok(text, " "); at; at = strtok(NULL, " ")) {
        cr_assert_lt(n, MOST_KEYS);
        word[n++] = at;
    }
    return n;
}

sgn_config config_of(const char *keys, ...)
{
    sgn_config c;
    const char *word[MOST_KEYS];
    char text[1024] = "";
    va_list args;
    strcpy(text, small);
    va_start(args, keys);
    vsnprintf(text + strlen(text), sizeof text - strlen(text), keys, args);
    va_end(args);
    int n = cut(text, word);
    OK(sgn_config_load(&c, NULL, word, n));
    return c;
}

/* Links for those who ask for a support from outside: two of five. */
static sgn_mat pattern_of(sgn_mat A)
{
    size_t size = (size_t)A.rows * (size_t)A.cols;
    sgn_mat pattern = sgn_mat_view(sgn_alloc(size, sizeof *pattern.at), A.cols, A.rows);
    for (size_t i = 0; i < size; i++) pattern.at[i] = i * 7 % 5 < 2;
    return pattern;
}

model model_of(const sgn_config *c)
{
    const sgn_solver *solver;
    model m = {.config = *c};
    OK(sgn_problem_new(&m.problem, &c->problem, c->seed));
    m.problem->physics.pattern = m.pattern = pattern_of(m.problem->physics.A);
    OK(sgn_solver_find(c->net.solver, &solver));
    OK(sgn_net_new(&m.net, &c->net, solver, &m.problem->physics, c->train.batch, c->seed));
    return m;
}

void model_free(model *m)
{
    sgn_net_free(m->net);
    sgn_problem_free(m->problem);
    sgn_free(m->pattern.at);
}

void fill_normal(sgn_real *v, size_t n, double deviation, uint32_t stream)
{
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, stream);
    for (size_t i = 0; i < n; i++) v[i] = (sgn_real)(deviation * sgn_rng_normal(&rng));
}

void shake(sgn_net *net, double deviation)
{
    sgn_rng rng = sgn_rng_stream(2, SGN_RNG_FREE, 0, 0);
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        for (size_t i = 0; w->trained && i < sgn_link_latents(w); i++)
            w->latent[i] += (sgn_real)(deviation * sgn_rng_normal(&rng));
    }
    sgn_net_project(net, NULL);
}

size_t weights_before(const sgn_net *net, const sgn_link *w)
{
    size_t n = 0;
    for (const sgn_link *v = net->param; v < w; v++) n += sgn_link_size(v);
    return n;
}

size_t weights_of(const sgn_net *net) { return weights_before(net, net->param + net->nparams); }

sgn_real *copy_weights(const sgn_net *net)
{
    sgn_real *copy = sgn_alloc(weights_of(net), sizeof *copy), *to = copy;
    cr_assert_not_null(copy);
    for (int p = 0; p < net->nparams; to += sgn_link_size(&net->param[p]), p++)
        memcpy(to, net->param[p].weight, sgn_link_size(&net->param[p]) * sizeof *to);
    return copy;
}

double weights_moved(const sgn_net *net, const sgn_real *before)
{
    sgn_real *now = copy_weights(net);
    double moved = largest_difference(now, before, weights_of(net));
    sgn_free(now);
    return moved;
}

double largest_difference(const sgn_real *a, const sgn_real *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)a[i] - (double)b[i]);
        if (!(d <= most)) most = d;  // a NaN is kept
    }
    return most;
}

static double central_difference(double (*f)(void *), void *context, sgn_real *v)
{
    static const double h = 0x1p-20;
    sgn_real middle = *v;
    *v = (sgn_real)((double)middle + h);
    double above = f(context);
    *v = (sgn_real)((double)middle - h);
    double below = f(context);
    *v = middle;
    return (above - below) / (2 * h);
}

double gradient_error(double (*f)(void *), void *context, sgn_real *v, const sgn_real *g, size_t n)
{
    double worst = 0, largest = 1e-3;  // a gradient below this is as good as none
    for (size_t i = 0; i < n; i += n / MOST_ENTRIES + 1) {
        double d = central_difference(f, context, v + i), error = fabs((double)g[i] - d);
        if (!(error <= worst)) worst = error;
        largest = fmax(largest, fabs(d));
    }
    return worst / largest;
}

/* ---- files ------------------------------------------------------------------------------------- */

hid_t open_to_edit(const char *path)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    cr_assert_geq(file, 0, "%s", path);
    return file;
}

void close_edited(hid_t *file, const char *path)
{
    enum { BLOCK = 512, LENGTH = 32, HASH = 40 };  // docs/format.md
    char *bytes;
    size_t size;
    sgn_h5_drop(file);
    OK(sgn_read_file(path, 1 << 20, &bytes, &size));
    uint64_t length = htole64(size - BLOCK);
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(bytes + BLOCK, size - BLOCK));
    memcpy(bytes + LENGTH, &length, sizeof length);
    memcpy(bytes + HASH, &hash, sizeof hash);
    OK(sgn_write_file(path, bytes, size));
    sgn_free(bytes);
}
