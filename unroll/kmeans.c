#include "unroll/kmeans.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* ---- points ------------------------------------------------------------------------------------ */

void sgn_kmeans_begin(sgn_kmeans *m, size_t n, double least, double most)
{
    m->merges = n > SGN_KMEANS_POINTS;
    m->points = m->merges ? SGN_KMEANS_POINTS : 0;
    m->least = least;
    m->width = most > least ? (most - least) / SGN_KMEANS_POINTS : 1;
    for (int i = 0; i < m->points; i++) m->point[i] = (sgn_kmeans_point){0};
}

void sgn_kmeans_add(sgn_kmeans *m, double value, double weight)
{
    double from_least = value - m->least;  // small numbers leave sums of squares their digits
    int part = (int)(from_least / m->width);
    if (part >= SGN_KMEANS_POINTS) part = SGN_KMEANS_POINTS - 1;
    sgn_kmeans_point *p = &m->point[m->merges ? part : m->points++];
    if (!m->merges) *p = (sgn_kmeans_point){0};
    p->at += weight * from_least;
    p->weight += weight;
}

static int by_place(const void *a_, const void *b_)
{
    const sgn_kmeans_point *a = a_, *b = b_;
    return (a->at > b->at) - (a->at < b->at);
}

/* Drops what has no weight, turns sums into means, and sorts and sums up. */
static void order_points(sgn_kmeans *m)
{
    int points = 0;
    for (int i = 0; i < m->points; i++)
        if (m->point[i].weight > 0) m->point[points++] = m->point[i];
    m->points = points;
    for (int i = 0; i < points; i++) m->point[i].at /= m->point[i].weight;
    qsort(m->point, (size_t)points, sizeof *m->point, by_place);
    m->weight[0] = m->sum[0] = 0;
    for (int i = 0; i < points; i++) {
        m->weight[i + 1] = m->weight[i] + m->point[i].weight;
        m->sum[i + 1] = m->sum[i] + m->point[i].weight * m->point[i].at;
    }
}

/* ---- the optimum ------------------------------------------------------------------------------- */

/* Of points first .. last, up to sum f v^2, which all solutions share. */
static double cost(const sgn_kmeans *m, int first, int last)
{
    double sum = m->sum[last + 1] - m->sum[first];
    return -sum * sum / (m->weight[last + 1] - m->weight[first]);
}

/* now[lo .. hi], the costs of clusters that end there; where the last one begins moves with its end, so
   that of the middle bounds both halves. */
static void fill(sgn_kmeans *m, uint16_t *first, int lo, int hi, int from, int to)
{
    if (lo > hi) return;
    int middle = lo + (hi - lo) / 2, end = middle < to ? middle : to;
    m->now[middle] = (double)INFINITY;
    for (int c = from; c <= end; c++) {
        double all = m->before[c - 1] + cost(m, c, middle);
        if (all < m->now[middle]) m->now[middle] = all, first[middle] = (uint16_t)c;
    }
    fill(m, first, lo, middle - 1, from, first[middle]);
    fill(m, first, middle + 1, hi, first[middle], to);
}

static void fill_table(sgn_kmeans *m, int k)
{
    for (int j = 0; k == m->points && j < k; j++) m->first[j][j] = (uint16_t)j;
    if (k == m->points) return;
    for (int i = 0; i < m->points; i++) m->now[i] = cost(m, 0, i), m->first[0][i] = 0;
    for (int j = 1; j < k; j++) {
        for (int i = 0; i < m->points; i++) m->before[i] = m->now[i];
        fill(m, m->first[j], j, m->points - 1, j, m->points - 1);
    }
}

void sgn_kmeans_solve(sgn_kmeans *m, int k, double *centre)
{
    assert(k >= 1 && k <= SGN_KMEANS_MOST);
    order_points(m);
    int clusters = k < m->points ? k : m->points, last = m->points - 1;
    fill_table(m, clusters);
    for (int j = clusters - 1; j >= 0; j--) {
        int first = m->first[j][last];
        centre[j] = m->least +
                    (m->sum[last + 1] - m->sum[first]) / (m->weight[last + 1] - m->weight[first]);
        last = first - 1;
    }
    for (int j = clusters; j < k; j++) centre[j] = clusters ? centre[clusters - 1] : 0;
}
