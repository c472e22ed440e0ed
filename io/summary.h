/* summary.h -- every figure of one run, as summary.json holds it.
 *
 * One row of the table in summary.c per key: writing and reading both loop over it.  JSON has no
 * NaN and no infinity: such a number is written as null and reads back as NAN.  docs/maths.md says
 * what each figure means.
 */
#ifndef SGN_IO_SUMMARY_H
#define SGN_IO_SUMMARY_H

#include "core/option.h"

typedef struct {
    char
        label[SGN_LABEL_MAX];  // what tables and legends call the run; runs that share it are seeds
    char name[SGN_NAME_MAX];
    char solver[SGN_NAME_MAX], constraint[SGN_NAME_MAX], support[SGN_NAME_MAX], scale[SGN_NAME_MAX];
    char problem[SGN_NAME_MAX];    // what a comparison may not mix
    char condition[SGN_NAME_MAX];  // likewise: what the test set differs in from the problem, or ""
    char weights_hash[SGN_NAME_MAX];
    uint64_t seed;  // read back exactly up to 2^53, as JSON numbers are
    int depth, m, n, samples, steps;
    int diverged;  // 0 or 1
    double sparsity, snr_db;
    double nmse_train_db, nmse_test_db, nmse_test_median_db, nmse_test_p99_db;
    double best_db;  // the least validation error seen
    double gap_db, gap_linear;
    double support_f1, support_precision, support_recall, support_auc;
    double nmse_normalised_db, angle;  // NAN unless only signs are measured
    double links, active_links, weights, parameters;
    double sign_bits_per_link, stored_bits_per_link, physics_bits_per_link, total_bits_per_link;
    double stored_bytes, bits_per_weight, compression_vs_fp32;
    double multiplications, additions;  // for each signal, as all that follows
    double weight_bytes_read, physics_bytes_read;
    double energy_sram_nj, energy_dram_nj;
    double seconds;
    /* Written only when they are known: of a classical solver, after export ... */
    double lambda, iterations, objective, duality_gap, seconds_per_signal;
    double file_bits_per_link, file_bytes, c_table_bytes, c_static_bytes;
    /* Likewise: what is proved about the network, beside what it does. */
    double convergence_factor, empirical_rate;
    double stability_bound, stability_measured, sensitivity_bound, sensitivity_measured;
    double bounded_train, bounded_test, bounded_gap, occam_bound;
    /* Of random features: docs/maths.md says what an error is. */
    double test_error, test_error_stderr, predicted_error, ratio;
    double *layer_nmse_db;  // (layers) owned: sgn_alloc, sgn_summary_free
    int layers;
} sgn_summary;

/* Empty names, counts of 0, every figure NAN. */
void sgn_summary_init(sgn_summary *s);
void sgn_summary_free(sgn_summary *s);  // what it owns; NULL is fine

/* The value of a key as summary.json has it, but NAN as "nan"; 0 when there is no such key. */
int sgn_summary_print(const sgn_summary *s, const char *key, char *text, size_t size);

/* The summary as one JSON object over several lines; the caller gives *text to sgn_free. */
SGN_MUST_CHECK sgn_status sgn_summary_json(const sgn_summary *s, char **text);

SGN_MUST_CHECK sgn_status sgn_summary_save(const sgn_summary *s, const char *path);

/* A key that is missing keeps its value of sgn_summary_init, a missing label is the name, and an
   unknown key is left alone.  SGN_EDATA names the file and the key. */
SGN_MUST_CHECK sgn_status sgn_summary_load(sgn_summary *out, const char *path);

#endif
