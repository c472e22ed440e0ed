/* theory.h -- what is proved about a trained network, beside what it does.
 *
 * Four pairs of a bound and a measurement, all from the weights as they stand: how fast layers
 * converge, how far noise in y can move the estimate, what quantising the links costs, and how far
 * test and training error can be apart.  docs/maths.md, section 10, has the statements, their
 * assumptions and their sources.
 *
 * The bounds speak of coupled networks (unroll/net_layer.h), x <- shrink(v + W (y - A v)); of others
 * there are the measurements alone.  A figure that does not apply is NAN.
 */
#ifndef SGN_TRAIN_THEORY_H
#define SGN_TRAIN_THEORY_H

#include "train/sets.h"
#include "train/trainer.h"

typedef enum { SGN_THEORY_AUTO, SGN_THEORY_ON, SGN_THEORY_OFF } sgn_theory_switch;

typedef struct {
    double convergence_factor, empirical_rate;  // of |e|_1 a layer: geometric means over the layers
    double stability_bound, stability_measured;      // |dx_K| / |dy|
    double sensitivity_bound, sensitivity_measured;  // |dx_K| / |x*|, in the root mean square
    double bounded_train, bounded_test;              // mean of min(|x - x*|^2 / |x*|^2, 1)
    double bounded_gap, occam_bound;                 // bounded_test - bounded_train
} sgn_theory;

/* Whether train.theory asks for it; auto: where m n depth is at most 160000.  Never of a deployed
   network. */
int sgn_theory_wanted(const sgn_train_settings *as, const sgn_net *net);

/* All of them, on test and training samples of the problem.  Weights are as before afterwards, bit for
   bit; gradients and values on the tape are not. */
SGN_MUST_CHECK sgn_status sgn_theory_of(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                        const sgn_problem *q, const sgn_train_settings *as,
                                        uint64_t seed);

/* ---- what they are made of --------------------------------------------------------------------- */

/* A layer of a coupled network; w_i the rows of its one matrix W, a_j the columns of A. */
typedef struct {
    double delta;        // max_i |1 - w_i a_i|
    double mu;           // max_{i != j} |w_i a_j|
    double contraction;  // |I - W A|, spectral
    double matrix;       // |W|
    double beta;         // momentum
    double relative;     // sqrt(n) theta / sqrt(m) where the threshold follows the residual, else 0
    double sensing;      // |A|
} sgn_theory_layer;

/* Of all layers of a coupled network, into layer[0 .. depth-1]. */
SGN_MUST_CHECK sgn_status sgn_theory_layers(const sgn_net *net, sgn_theory_layer *layer);

/* delta + (2s - 1) mu, by which |e|_1 shrinks at least with s nonzeros and theta = mu |e|_1. */
double sgn_convergence_factor(const sgn_theory_layer *l, double s);

/* How far apart two runs can end which start alike and in layer k come source[k] further apart. */
double sgn_difference_bound(const sgn_theory_layer *layer, int depth, const double *source);

/* The largest singular value of the derivative of the estimate with respect to y, at one sample y
   (m, width); of a network that watches its input (sgn_net_watch_input). */
SGN_MUST_CHECK sgn_status sgn_jacobian_norm(sgn_net *net, sgn_pool *pool, sgn_mat y, double *out);

/* Occam's bound on test minus training error of a loss in [0, 1], which holds with probability
   1 - eta: sqrt((bits ln 2 + ln(1/eta)) / (2 samples)). */
double sgn_occam_bound(double bits, double samples, double eta);

/* The parts of sgn_theory_of, each of which sets figures of its own. */
SGN_MUST_CHECK sgn_status sgn_theory_convergence(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                                 const sgn_theory_layer *layer,
                                                 const sgn_set *test);
SGN_MUST_CHECK sgn_status sgn_theory_stability(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                               const sgn_theory_layer *layer, const sgn_set *test);
SGN_MUST_CHECK sgn_status sgn_theory_sensitivity(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                                 const sgn_theory_layer *layer,
                                                 const sgn_set *test);
SGN_MUST_CHECK sgn_status sgn_theory_generalization(sgn_theory *out, sgn_net *net, sgn_pool *pool,
                                                    const sgn_problem *q,
                                                    const sgn_train_settings *as, uint64_t seed);

#endif
