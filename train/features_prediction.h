/* features_prediction.h -- the test error that theory gives a ridge read-out of random features.
 *
 * In linear statistics, and a ridge read-out is one, features behave like Gaussian vectors with their
 * covariance Omega = E phi phi' and c = E phi y (Gaussian equivalence: Mei & Montanari 2019, Gerace et al.
 * 2020, deep: Schroeder et al. 2023, Bosch et al. 2023).  Layer by layer, from Omega = I and c =
 * theta/sqrt(d), with kappa_1 and kappa_*^2 of sgn_activation_moments,
 *
 *     Omega <- kappa_1^2 W Omega W'/k_l + kappa_*^2 I,     c <- kappa_1 W c/sqrt(k_l),
 *
 * and then, with kappa the largest root of kappa (1 - tr Omega (Omega + kappa)^{-1} / n) = lambda,
 *
 *     E_g = (kappa^2 c' Omega^{-1} (Omega + kappa)^{-2} c + E y^2 - c' Omega^{-1} c)
 *           / (1 - tr Omega^2 (Omega + kappa)^{-2} / n).
 *
 * Omega and c are those of the weights that were drawn, so an average over draws is what the average of
 * as many simulations tends to.
 */
#ifndef SGN_TRAIN_FEATURES_PREDICTION_H
#define SGN_TRAIN_FEATURES_PREDICTION_H

#include "train/random_features.h"

/* The mean squared error on fresh y = <theta, x>/sqrt(d) + e, Var e = noise, after training on n of
   them; theta (d). */
SGN_MUST_CHECK sgn_status sgn_features_predict(const sgn_features *f, const sgn_real *theta,
                                               double noise, int n, double lambda, double *out);

#endif
