/* model.h -- a problem and a network for it, from a config, a checkpoint or a packed model.
 */
#ifndef SGN_EXPERIMENTS_MODEL_H
#define SGN_EXPERIMENTS_MODEL_H

#include "io/checkpoint.h"
#include "io/config.h"
#include "train/trainer.h"

typedef struct {
    sgn_config config;  // resolved: no setting of the network is auto
    const sgn_solver *solver;
    sgn_problem *problem;
    sgn_net *net;
    sgn_pool *pool;
    sgn_mat pattern;  // (n, m) of weights.support_file, which the problem borrows; or no columns
    size_t packed_bytes;  // of the file of a packed model; else 0
} sgn_model;

/* Reads CONFIG (NULL: presets) and the overrides, and resolves every auto.  A problem.file or
   weights.support_file that is not found from the current folder is looked for beside the config. */
SGN_MUST_CHECK sgn_status sgn_model_config(sgn_config *out, const char *path,
                                           const char *const *override, int noverrides);

SGN_MUST_CHECK sgn_status sgn_model_new(sgn_model *out, const sgn_config *c, int threads);

/* The same for a network that has learned nothing and only runs: sgn_net_new_to_run. */
SGN_MUST_CHECK sgn_status sgn_model_new_to_run(sgn_model *out, const sgn_config *c, int threads);

/* The network of a checkpoint or of a packed model, with its own A.  For a problem of kind `file` the
   vectors are read from that file again.  *trainer (NULL: not wanted) goes on where the checkpoint
   stood. */
SGN_MUST_CHECK sgn_status sgn_model_open(sgn_model *out, const char *path, int threads,
                                         sgn_trainer **trainer);
/* The same for those who bring vectors of their own, or need none. */
SGN_MUST_CHECK sgn_status sgn_model_open_alone(sgn_model *out, const char *path, int threads);
/* The same for those who only run the network, on so many columns: its problem may be one of
   sgn_problem_new_to_run. */
SGN_MUST_CHECK sgn_status sgn_model_open_to_run(sgn_model *out, const char *path, int threads,
                                                int columns);
void sgn_model_free(sgn_model *m);  // the members; NULL is fine

/* What a comparison may not mix: kind, size and statistics of the problem; for a file its name and
   a fingerprint of its A. */
void sgn_model_problem_text(const sgn_problem *q, char *text, size_t size);

#endif
