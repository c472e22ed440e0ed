/* scoring.h -- every figure of a run: error on training and test vectors, and the ledger.
 */
#ifndef SGN_EXPERIMENTS_SCORING_H
#define SGN_EXPERIMENTS_SCORING_H

#include "experiments/model.h"
#include "io/summary.h"
#include "unroll/c_source.h"

/* Fills everything but label, seconds and best_db.  A network whose estimates are not finite is
   marked as diverged. */
SGN_MUST_CHECK sgn_status sgn_score_model(sgn_summary *out, const sgn_model *m);

/* Names, sizes and the problem: what does not depend on how well the network does. */
void sgn_describe_model(sgn_summary *out, const sgn_config *c, const sgn_problem *q);

/* The ledger's columns: bits and operations. */
void sgn_charge_model(sgn_summary *out, const sgn_net *net);

void sgn_charge_file(sgn_summary *out, size_t bytes);  // of a packed model; after the ledger

/* The columns of a program in C. */
void sgn_charge_source(sgn_summary *s, sgn_c_source_size size);

/* Error columns from scores on the two sets. */
void sgn_compare_scores(sgn_summary *out, const sgn_score *train, const sgn_score *test);

/* On standard output: the JSON object, or a table of the one run. */
SGN_MUST_CHECK sgn_status sgn_print_summary(const sgn_summary *s, int json);

#endif
