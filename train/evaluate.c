#include "train/evaluate.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

/* An entry counts as part of an estimate's support when it exceeds this share of max |x*|. */
static const double support_level = 1e-3;
static const double success_level = 1e-2;  // relative error |x - x*| / |x*|

static double decibel(double ratio) { return 10 * log10(fmax(ratio, 1e-300)); }

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* |x - x*|^2 and |x*|^2 of a signal. */
static void signal_error(sgn_mat x, sgn_mat truth, int j, double *error, double *size)
{
    *error = *size = 0;
    for (int i = 0; i < x.rows; i++) {
        double t = (double)*sgn_mat_at(truth, i, j), d = (double)*sgn_mat_at(x, i, j) - t;
        *error += d * d;
        *size += t * t;
    }
}

typedef struct {
    double hit, false_alarm, miss;
} support_counts;

static void count_support(sgn_mat x, sgn_mat truth, int j, support_counts *c)
{
    double most = 0;
    for (int i = 0; i < x.rows; i++) most = fmax(most, fabs((double)*sgn_mat_at(truth, i, j)));
    for (int i = 0; i < x.rows; i++) {
        int is = fabs((double)*sgn_mat_at(x, i, j)) > support_level * most;
        int should = *sgn_mat_at(truth, i, j) != 0;
        c->hit += is && should;
        c->false_alarm += is && !should;
        c->miss += !is && should;
    }
}

static double share(double part, double rest) { return part + rest > 0 ? part / (part + rest) : 0; }

/* The q-quantile of sorted v, the nearest rank above. */
static double quantile(const double *v, int n, double q)
{
    int rank = (int)ceil(q * n);
    return v[(rank < 1 ? 1 : rank) - 1];
}

sgn_status sgn_score_of(sgn_mat x, sgn_mat truth, sgn_score *out)
{
    if (sgn_mat_sum_squares(truth) == 0)
        return sgn_fail(SGN_EDATA, "all true vectors are zero: no error can be relative to them");
    double *ratio = sgn_alloc((size_t)x.cols, sizeof *ratio);
    if (!ratio) return SGN_EMEM;
    double errors = 0, sizes = 0;
    support_counts c = {0};
    *out = (sgn_score){.signals = x.cols};
    for (int j = 0; j < x.cols; j++) {
        double error, size;
        signal_error(x, truth, j, &error, &size);
        errors += error;
        sizes += size;
        ratio[j] = size > 0 ? error / size : error;
        out->success += (ratio[j] < success_level * success_level) / (double)x.cols;
        count_support(x, truth, j, &c);
    }
    qsort(ratio, (size_t)x.cols, sizeof *ratio, ascending);
    out->nmse = errors / fmax(sizes, 1e-300);
    out->nmse_db = isfinite(out->nmse) ? decibel(out->nmse) : (double)NAN;
    out->median_db = decibel(quantile(ratio, x.cols, 0.5));
    out->p99_db = decibel(quantile(ratio, x.cols, 0.99));
    out->precision = share(c.hit, c.false_alarm);
    out->recall = share(c.hit, c.miss);
    out->f1 = share(2 * c.hit, c.false_alarm + c.miss);
    sgn_free(ratio);
    return SGN_OK;
}

static double squared_error(sgn_mat x, sgn_mat truth)
{
    double sum = 0, error, size;
    for (int j = 0; j < x.cols; j++) {
        signal_error(x, truth, j, &error, &size);
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
