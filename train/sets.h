/* sets.h -- training, validation and test samples of a problem: of physics.width columns each.
 *
 * Drawn vectors are addressed, not stored: sample j of the fixed training set is stream
 * (seed, train, 0, j) whenever it is asked for, and sample j of step t's fresh batch is
 * (seed, train, t + 1, j).
 */
#ifndef SGN_TRAIN_SETS_H
#define SGN_TRAIN_SETS_H

#include "core/pool.h"
#include "solvers/problem.h"

/* Fresh data: the batch of a step, into x (n, B) and y (m, B), whole samples. */
void sgn_fresh_batch(const sgn_problem *q, uint64_t seed, int step, sgn_pool *pool, sgn_mat x,
                     sgn_mat y);

/* As many samples item[0 ...] of the fixed training set as x has: the file's, where it has any. */
void sgn_fixed_batch(const sgn_problem *q, uint64_t seed, const int *item, sgn_pool *pool,
                     sgn_mat x, sgn_mat y);

/* Vectors of a whole set, which the caller releases. */
typedef struct {
    sgn_mat x, y;  // (n, N), (m, N)
} sgn_set;

void sgn_set_release(sgn_set *s);

/* The first `count` test samples: the file's, or drawn under the problem's test condition.  SGN_EDATA when the file has fewer. */
SGN_MUST_CHECK sgn_status sgn_test_set(sgn_set *out, const sgn_problem *q, uint64_t seed,
                                       int count);
SGN_MUST_CHECK sgn_status sgn_validation_set(sgn_set *out, const sgn_problem *q, uint64_t seed,
                                             int count);
/* `count` samples the network was trained on: of the fixed set, or (samples 0) fresh ones of the
   first steps with `batch` samples each. */
SGN_MUST_CHECK sgn_status sgn_training_set(sgn_set *out, const sgn_problem *q, uint64_t seed,
                                           int samples, int batch, int count);

/* Size of the fixed training set, 0 for fresh data: the file's, where it has one. */
int sgn_training_samples(const sgn_problem *q, int samples);

#endif
