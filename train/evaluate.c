#include "train/evaluate.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

static const double success_level = 1e-2;  // relative error |x - x*| / |x*|

static double decibel(double ratio) { return 10 * log10(fmax(ratio, 1e-300)); }

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* |x - x*|^2 and |x*|^2 of a sample, which is `width` columns from j on. */
static void sample_error(sgn_mat x, sgn_mat truth, int j, int width, double *error, double *size)
{
    *error = *size = 0;
    for (int c = j; c < j + width; c++)
        for (int i = 0; i < x.rows; i++) {
            double t = (double)*sgn_mat_at(truth, i, c), d = (double)*sgn_mat_at(x, i, c) - t;
            *error += d * d;
            *size += t * t;
        }
}

static double relative(double error, double size) { return size > 0 ? error / size : error; }

double sgn_sample_nmse(sgn_mat x, sgn_mat truth)
{
    double error, size;
    sample_error(x, truth, 0, x.cols, &error, &size);
    return relative(error, size);
}

/* The q-quantile of sorted v, the nearest rank above. */
static double quantile(const double *v, int n, double q)
{
    int rank = (int)ceil(q * n);
    return v[(rank < 1 ? 1 : rank) - 1];
}

sgn_status sgn_score_of(const sgn_physics *q, sgn_mat x, sgn_mat truth, sgn_score *out)
{
    int samples = x.cols / q->width;
    if (sgn_mat_sum_squares(truth) == 0)
        return sgn_fail(SGN_EDATA, "all true vectors are zero: no error can be relative to them");
    double *ratio = sgn_alloc((size_t)samples, sizeof *ratio);
    if (!ratio) return SGN_EMEM;
    double errors = 0, sizes = 0;
    *out = (sgn_score){.signals = samples};
    for (int j = 0; j < samples; j++) {
        double error, size;
        sample_error(x, truth, j * q->width, q->width, &error, &size);
        errors += error;
        sizes += size;
        ratio[j] = relative(error, size);
        out->success += (ratio[j] < success_level * success_level) / (double)samples;
    }
    qsort(ratio, (size_t)samples, sizeof *ratio, ascending);
    out->nmse = errors / fmax(sizes, 1e-300);
    out->nmse_db = isfinite(out->nmse) ? decibel(out->nmse) : (double)NAN;
    out->median_db = decibel(quantile(ratio, samples, 0.5));
    out->p99_db = decibel(quantile(ratio, samples, 0.99));
    sgn_free(ratio);
    out->direction =
        q->sign_only ? sgn_direction_of(x, truth) : (sgn_direction){(double)NAN, (double)NAN};
    return sgn_detection_of(q, x, truth, &out->support);
}

static double squared_error(sgn_mat x, sgn_mat truth)
{
    double sum = 0, error, size;
    for (int j = 0; j < x.cols; j++) {
        sample_error(x, truth, j, 1, &error, &size);
        sum += error;
    }
    return sum;
}

void sgn_evaluate(sgn_net *net, sgn_pool *pool, sgn_mat y, sgn_mat x, sgn_mat truth,
                  double *layer_nmse_db)
{
    int batch = sgn_tape_batch(net->tape), depth = net->as.depth;
    for (int k = 0; layer_nmse_db && k < depth; k++) layer_nmse_db[k] = 0;
    for (int first = 0; first < y.cols; first += batch) {
        int left = y.cols - first, cols = left < batch ? left : batch;
        sgn_mat_copy(sgn_mat_cols(y, first, cols), sgn_mat_cols(sgn_net_input(net), 0, cols));
        sgn_mat_copy(sgn_net_forward(net, pool, cols), sgn_mat_cols(x, first, cols));
        for (int k = 0; layer_nmse_db && k < depth; k++)
            layer_nmse_db[k] += squared_error(sgn_mat_cols(sgn_net_estimate(net, k), 0, cols),
                                              sgn_mat_cols(truth, first, cols));
    }
    double size = fmax(sgn_mat_sum_squares(truth), 1e-300);
    for (int k = 0; layer_nmse_db && k < depth; k++)
        layer_nmse_db[k] = decibel(layer_nmse_db[k] / size);
}
