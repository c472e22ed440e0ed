/* rank.h -- whether two figures put runs in the same order. */
#ifndef SGN_IO_RANK_H
#define SGN_IO_RANK_H

/* Spearman's rank correlation (Spearman 1904) of the pairs (x[i], y[i]) that are both finite; equal
   values share their mean rank.  NAN with fewer than three pairs, or where all x or all y are equal.
   *pairs says how many were used. */
double sgn_rank_correlation(const double *x, const double *y, int n, int *pairs);

#endif
