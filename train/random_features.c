#include "train/random_features.h"

#include "core/memory.h"
#include "core/rng.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* ---- drawing ---- */

static void draw_gaussian(sgn_rng *rng, sgn_mat row)
{
    for (int j = 0; j < row.cols; j++) *sgn_mat_at(row, 0, j) = (sgn_real)sgn_rng_normal(rng);
}

static void take_signs(sgn_mat row, double size)
{
    for (int j = 0; j < row.cols; j++)
        *sgn_mat_at(row, 0, j) = (sgn_real)(*sgn_mat_at(row, 0, j) < 0 ? -size : size);
}

/* Keeps `kept` entries of the row, every set of them equally likely (Knuth, The Art of Computer
   Programming 2, 3.4.2, S). */
static void thin(sgn_rng *rng, sgn_mat row, int kept)
{
    for (int j = 0; j < row.cols; j++)
        if (sgn_rng_uniform(rng) * (row.cols - j) < kept) kept--;
        else *sgn_mat_at(row, 0, j) = 0;
}

/* Every row has a stream of its own and mean square 1. */
static void draw_weights(sgn_mat W, const sgn_feature_settings *as, uint64_t seed, uint32_t draw,
                         int layer)
{
    int kept = W.cols;
    if (as->kind == SGN_FEATURES_SPARSE_SIGN) kept = (int)fmax(round(as->density * W.cols), 1);
    for (int i = 0; i < W.rows; i++) {
        sgn_mat row = {sgn_mat_at(W, i, 0), 1, W.cols, W.ld};
        sgn_rng rng = sgn_rng_stream(seed, SGN_RNG_WEIGHTS,
                                     draw * SGN_FEATURE_LAYERS_MAX + (uint32_t)layer, (uint32_t)i);
        draw_gaussian(&rng, row);
        if (as->kind != SGN_FEATURES_GAUSSIAN) take_signs(row, sqrt((double)W.cols / kept));
        if (as->kind == SGN_FEATURES_SPARSE_SIGN) thin(&rng, row, kept);
    }
}

sgn_status sgn_features_new(sgn_features *out, const sgn_feature_settings *as, int d, uint64_t seed,
                            uint32_t draw)
{
    assert(as->layers <= SGN_FEATURE_LAYERS_MAX);
    sgn_features f = {(sgn_activation)as->activation, as->layers, d, as->k, {{0}}, {{0}}};
    double r = 1;
    for (int l = 0; l < f.layers; l++) {
        int inputs = l ? f.k : d;
        f.W[l] =
            sgn_mat_view(sgn_alloc((size_t)f.k * (size_t)inputs, sizeof(sgn_real)), f.k, inputs);
        if (!f.W[l].at) {
            sgn_features_free(&f);
            return SGN_EMEM;
        }
        draw_weights(f.W[l], as, seed, draw, l);
        f.moments[l] = sgn_activation_moments(f.activation, r);
        r = f.moments[l].variance;
    }
    *out = f;
    return SGN_OK;
}

void sgn_features_free(sgn_features *f)
{
    if (!f) return;
    for (int l = 0; l < f->layers; l++) sgn_free(f->W[l].at);
    *f = (sgn_features){0};
}

int sgn_features_width(const sgn_features *f) { return f->layers ? f->k : f->d; }

/* ---- applying ---- */

static void apply_layer(const sgn_features *f, int l, sgn_mat in, sgn_mat out)
{
    sgn_gemm(SGN_PLAIN, SGN_PLAIN, 1 / sqrt(in.rows), f->W[l], in, 0, out);
    for (int j = 0; j < out.cols; j++)
        for (int i = 0; i < out.rows; i++) {
            sgn_real *h = sgn_mat_at(out, i, j);
            *h = (sgn_real)(sgn_activate(f->activation, (double)*h) - f->moments[l].mean);
        }
}

/* Layers write to phi and to a second matrix in turn, the last one to phi. */
sgn_status sgn_features_apply(const sgn_features *f, sgn_mat X, sgn_mat phi)
{
    assert(X.rows == f->d && phi.rows == sgn_features_width(f) && phi.cols == X.cols);
    if (f->layers == 0) return sgn_mat_copy(X, phi), SGN_OK;
    sgn_mat other = sgn_mat_view(sgn_alloc((size_t)phi.rows * (size_t)phi.cols, sizeof *phi.at),
                                 phi.rows, phi.cols);
    if (!other.at) return SGN_EMEM;
    for (int l = 0; l < f->layers; l++) {
        int to_phi = (f->layers - l) % 2;
        sgn_mat in = l == 0 ? X : to_phi ? other : phi;
        apply_layer(f, l, in, to_phi ? phi : other);
    }
    sgn_free(other.at);
    return SGN_OK;
}
