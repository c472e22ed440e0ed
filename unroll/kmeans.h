/* kmeans.h -- the k values that stand for many with the least squared error, in one dimension:
 *
 *     min over c_1 <= ... <= c_k   of   sum_i f_i min_j (v_i - c_j)^2
 *
 * Clusters are intervals of the sorted values, so the best k of the first i follow from the best k - 1 of
 * fewer: the optimum, by dynamic programming in O(k n log n) (Gronlund et al. 2017, arXiv:1701.07204,
 * sec. 2).  Of more than SGN_KMEANS_POINTS values those are merged first that lie in one of as many equal
 * parts of their range.
 */
#ifndef SGN_UNROLL_KMEANS_H
#define SGN_UNROLL_KMEANS_H

#include "core/base.h"

enum { SGN_KMEANS_POINTS = 4096, SGN_KMEANS_MOST = 256 };

typedef struct {
    double at, weight;
} sgn_kmeans_point;

/* Everything it works with: some 2 MiB that the caller provides. */
typedef struct {
    int merges;  // there are too many values for a point each
    int points;
    double least, width;  // of the parts they are merged in
    sgn_kmeans_point point[SGN_KMEANS_POINTS];
    double weight[SGN_KMEANS_POINTS + 1], sum[SGN_KMEANS_POINTS + 1];  // of the points before
    double before[SGN_KMEANS_POINTS], now[SGN_KMEANS_POINTS];
    uint16_t first[SGN_KMEANS_MOST][SGN_KMEANS_POINTS];  // of the last of j + 1 clusters
} sgn_kmeans;

/* `n` values between `least` and `most` are going to be added. */
void sgn_kmeans_begin(sgn_kmeans *m, size_t n, double least, double most);
void sgn_kmeans_add(sgn_kmeans *m, double value, double weight);
/* Sets centre[0 .. k-1], in order; k up to SGN_KMEANS_MOST.  Where there are fewer values than
   that the last one is repeated; where none has weight they are 0. */
void sgn_kmeans_solve(sgn_kmeans *m, int k, double *centre);

#endif
