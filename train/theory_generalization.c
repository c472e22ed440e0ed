/* theory_generalization.c -- how far test and training error can be apart: Occam's bound, from the bits
 * that are stored.
 */
#include "train/theory.h"

#include "core/memory.h"
#include "unroll/ledger.h"

#include <math.h>

static const double eta = 0.05;  // the share of training sets for which the bound may fail

double sgn_occam_bound(double bits, double samples, double failing)
{
    return sqrt((bits * log(2) + log(1 / failing)) / (2 * samples));
}

/* The sum over the samples x of min(NMSE, 1); an estimate that is no number counts 1. */
static double bounded_losses(sgn_mat x, sgn_mat truth, int width)
{
    double sum = 0;
    for (int j = 0; j < x.cols; j += width) {
        double loss = sgn_sample_nmse(sgn_mat_cols(x, j, width), sgn_mat_cols(truth, j, width));
        sum += loss < 1 ? loss : 1;
    }
    return sum;
}

/* Mean loss over all training samples, a batch of them at a time. */
static sgn_status training_loss(sgn_net *net, sgn_pool *pool, const sgn_problem *q, uint64_t seed,
                                int samples, double *out)
{
    int cols = sgn_tape_batch(net->tape), width = q->physics.width, batch = cols / width;
    int *item = sgn_alloc((size_t)batch, sizeof *item);
    sgn_mat x =
        sgn_mat_view(sgn_alloc((size_t)net->n * (size_t)cols, sizeof(sgn_real)), net->n, cols);
    double sum = 0;
    for (int first = 0; item && x.at && first < samples; first += batch) {
        int count = samples - first < batch ? samples - first : batch;
        sgn_mat truth = sgn_mat_cols(x, 0, count * width);
        for (int j = 0; j < count; j++) item[j] = first + j;
        sgn_fixed_batch(q, seed, item, pool, truth,
                        sgn_mat_cols(sgn_net_input(net), 0, count * width));
        sum += bounded_losses(sgn_net_forward(net, pool, count * width), truth, width);
    }
    sgn_status status = item && x.at ? SGN_OK : SGN_EMEM;
    if (!status) *out = sum / samples;
    sgn_free(item);
    sgn_free(x.at);
    return status;
}

static sgn_status test_loss(sgn_net *net, sgn_pool *pool, const sgn_problem *q, uint64_t seed,
                            int samples, double *out)
{
    sgn_set test;
    SGN_TRY(sgn_test_set(&test, q, seed, samples));
    sgn_mat x = test.x;
    x.at = sgn_alloc((size_t)x.rows * (size_t)x.cols, sizeof *x.at);
    if (x.at) {
        sgn_evaluate(net, pool, test.y, x, test.x, NULL);
        *out = bounded_losses(x, test.x, q->physics.width) / samples;
    }
    sgn_status status = x.at ? SGN_OK : SGN_EMEM;
    sgn_free(x.at);
    sgn_set_release(&test);
    return status;
}

sgn_status sgn_theory_generalization(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                     const sgn_problem *q, const sgn_train_settings *as,
                                     uint64_t seed)
{
    sgn_ledger l;
    int samples = sgn_training_samples(q, as->samples);
    SGN_TRY(test_loss(net, pool, q, seed, as->test_samples, &out->bounded_test));
    if (!samples) return SGN_OK;  // fresh data: nothing was seen twice, there is no gap to bound
    SGN_TRY(training_loss(net, pool, q, seed, samples, &out->bounded_train));
    sgn_ledger_of(net, &l);
    out->bounded_gap = out->bounded_test - out->bounded_train;
    out->occam_bound = sgn_occam_bound(sgn_ledger_stored(&l), samples, eta);
    return SGN_OK;
}
