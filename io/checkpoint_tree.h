/* checkpoint_tree.h -- what writing and restoring a checkpoint share, some of it with packed models.  For
 * io/checkpoint*.c and io/packed_file.c.
 */
#ifndef SGN_IO_CHECKPOINT_TREE_H
#define SGN_IO_CHECKPOINT_TREE_H

#include "io/checkpoint.h"
#include "io/container.h"

#include <stdio.h>

enum { SGN_TREE_NAME = 64 };

struct sgn_checkpoint {
    sgn_container *file;
    sgn_config config;
    sgn_mat A;
};

/* "W.3", or "W.shared" when all layers have it in common. */
static inline void sgn_tree_param(char name[SGN_TREE_NAME], const char *before, const sgn_link *w)
{
    if (w->layer < 0) snprintf(name, SGN_TREE_NAME, "%s%s.shared", before, w->name);
    else snprintf(name, SGN_TREE_NAME, "%s%s.%d", before, w->name, w->layer);
}

/* Latents as they lie in memory: plane by plane, column by column. */
static inline void sgn_tree_shape(const sgn_link *w, hsize_t dims[3])
{
    dims[0] = (hsize_t)w->planes, dims[1] = (hsize_t)w->cols, dims[2] = (hsize_t)w->rows;
}

/* One bit a link, lowest first. */
static inline hsize_t sgn_tree_packed(const sgn_support *s)
{
    return ((hsize_t)s->rows * (hsize_t)s->cols + 7) / 8;
}

/* Attributes of /trainer. */
typedef struct {
    const char *name;
    sgn_h5_type type;
    size_t at;  // in sgn_trainer_state
} sgn_tree_counter;

extern const sgn_tree_counter sgn_tree_counters[];
extern const int sgn_tree_counter_count;

/* The configuration, which is a fault of the file where this program does not accept it. */
SGN_MUST_CHECK sgn_status sgn_tree_read_config(const sgn_h5_in *in, sgn_config *out);
SGN_MUST_CHECK sgn_status sgn_tree_check_generator(const sgn_h5_in *in);
/* What the configuration speaks of, run `batch` samples at a time, against the `bytes` of the file. */
SGN_MUST_CHECK sgn_status sgn_tree_check_entries(const sgn_h5_in *in, const sgn_config *c,
                                                 size_t bytes, int batch);
/* A, of the shape that the configuration says. */
SGN_MUST_CHECK sgn_status sgn_tree_read_A(const sgn_h5_in *in, const sgn_config *c, sgn_mat *A);

#endif
