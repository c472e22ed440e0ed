#include "train/detection.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

/* A row counts as found when it exceeds this share of the largest true one. */
static const double support_level = 1e-3;

typedef struct {
    double hit, false_alarm, miss;
} counts;

/* Norms of the estimate's rows: of true ones from the front, of the others from the back. */
typedef struct {
    double *norm;
    size_t size, yes, no;
} ranking;

/* The norm of row i of the sample that begins at column j. */
static double row_norm(const sgn_physics *q, sgn_mat x, int i, int j)
{
    double sum = 0;
    for (int c = j; c < j + q->width; c++)
        for (int f = 0; f < q->folds; f++) {
            double v = (double)*sgn_mat_at(x, i + f * (x.rows / q->folds), c);
            sum += v * v;
        }
    return sqrt(sum);
}

static void add_sample(const sgn_physics *q, sgn_mat x, sgn_mat truth, int j, counts *c, ranking *r)
{
    double most = 0;
    int rows = x.rows / q->folds;
    for (int i = 0; i < rows; i++) most = fmax(most, row_norm(q, truth, i, j));
    for (int i = 0; i < rows; i++) {
        double norm = row_norm(q, x, i, j);
        int is = norm > support_level * most, should = row_norm(q, truth, i, j) > 0;
        c->hit += is && should;
        c->false_alarm += is && !should;
        c->miss += !is && should;
        r->norm[should ? r->yes++ : r->size - ++r->no] = norm;
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How often a norm of a true row is the larger one; equal ones count half. */
static double area_of(const ranking *r)
{
    double *yes = r->norm, *no = r->norm + r->yes, larger = 0;
    qsort(yes, r->yes, sizeof *yes, ascending);
    qsort(no, r->no, sizeof *no, ascending);
    size_t below = 0, to = 0;  // norms of `no` below that of a true row; up to it
    for (size_t i = 0; i < r->yes; i++) {
        while (below < r->no && no[below] < yes[i]) below++;
        while (to < r->no && no[to] <= yes[i]) to++;
        larger += ((double)below + (double)to) / 2;
    }
    return larger / ((double)r->yes * (double)r->no);  // 0/0: no number
}

static double share(double part, double rest) { return part + rest > 0 ? part / (part + rest) : 0; }

sgn_status sgn_detection_of(const sgn_physics *q, sgn_mat x, sgn_mat truth, sgn_detection *out)
{
    counts c = {0};
    ranking r = {.size = (size_t)(x.rows / q->folds) * (size_t)(x.cols / q->width)};
    r.norm = sgn_alloc(r.size, sizeof *r.norm);
    if (!r.norm) return SGN_EMEM;
    for (int j = 0; j < x.cols; j += q->width) add_sample(q, x, truth, j, &c, &r);
    *out = (sgn_detection){.precision = share(c.hit, c.false_alarm),
                           .recall = share(c.hit, c.miss),
                           .f1 = share(2 * c.hit, c.false_alarm + c.miss),
                           .auc = area_of(&r)};
    sgn_free(r.norm);
    return SGN_OK;
}
