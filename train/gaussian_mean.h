/* gaussian_mean.h -- E f(z) of a standard normal z, by quadrature.
 */
#ifndef SGN_TRAIN_GAUSSIAN_MEAN_H
#define SGN_TRAIN_GAUSSIAN_MEAN_H

/* f may jump or bend at z = 0 and has to be smooth elsewhere, such as sign, relu and tanh: each half
   of the line has a Gauss-Legendre rule of its own.  (Gauss-Hermite would gain a digit of the mean of
   a sign only with a hundred times the nodes.)  Exact to about 1e-13. */
double sgn_gaussian_mean(double (*f)(double z, const void *context), const void *context);

#endif
