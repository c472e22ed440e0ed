/* calibration.h -- what a trained network tells about its links: what they multiply, and what they mean to
 * the loss.
 *
 *     second moments   E[x x'] of the vectors x that a link matrix multiplies
 *     importance       E[(dL/dW)^2] of its entries, the diagonal of the empirical Fisher information
 *                      (Kim et al. 2023, arXiv:2306.07629, sec. 4.1)
 *
 * over samples the network was trained on.  Fits that ask what an error in a link costs read them:
 * unroll/fit.h.
 */
#ifndef SGN_TRAIN_CALIBRATION_H
#define SGN_TRAIN_CALIBRATION_H

#include "solvers/problem.h"
#include "train/loss.h"
#include "unroll/net.h"

/* How the samples are chosen and the loss is taken: as the training does. */
typedef struct {
    uint64_t seed;
    int samples;  // size of the fixed training set; 0: fresh data
    int batch;    // samples of a batch, at most that of the network
    sgn_loss_kind loss;
} sgn_calibration_wish;

/* Measures what fit `needs` (SGN_FIT_NEEDS_*, unroll/fit.h) on some batches of training samples, with
   the weights as they stand, which it leaves alone; dweight and dlatent are overwritten.  *out is NULL
   where nothing is needed, else the caller's.  SGN_EDIVERGE when the network's values are not finite. */
SGN_MUST_CHECK sgn_status sgn_calibrate(sgn_calibration **out, sgn_net *net, sgn_pool *pool,
                                        const sgn_problem *problem,
                                        const sgn_calibration_wish *wish, sgn_fit_needs needs);
void sgn_calibration_free(sgn_calibration *c);  // NULL is fine

#endif
