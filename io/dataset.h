/* dataset.h -- a sensing matrix, vectors and a support from a file that anybody may have written.
 *
 * HDF5 datasets of float32 or float64, in the order in which numpy writes them: A (m, n), x (N, n),
 * y (N, m), train_x, train_y, support (n, m); every one may be missing.  docs/format.md.
 */
#ifndef SGN_IO_DATASET_H
#define SGN_IO_DATASET_H

#include "solvers/problem.h"

typedef struct {
    sgn_mat A;                 // (m, n)
    sgn_mat support;           // (n, m) not 0 where a link exists
    sgn_mat x, y;              // (n, N), (m, N)
    sgn_mat train_x, train_y;  // (n, M), (m, M)
} sgn_dataset;                 // no columns where the file has nothing

/* At most the first `limit` vectors of x and y; 0: all.  SGN_EDATA names the file, and the dataset
   with its shape or the entry that is not finite.  sgn_dataset_free gives the members back. */
SGN_MUST_CHECK sgn_status sgn_dataset_load(sgn_dataset *out, const char *path, int limit);
void sgn_dataset_free(sgn_dataset *d);

/* Writes what has columns; the views are packed (ld == rows). */
SGN_MUST_CHECK sgn_status sgn_dataset_save(const sgn_dataset *d, const char *path);

/* The dataset `support` of a file, for networks that recover from measurements with A (m, n): out is
   (n, m), and the caller gives out->at to sgn_free.  SGN_EDATA names the file, and what does not fit
   A or has no link at all. */
SGN_MUST_CHECK sgn_status sgn_dataset_support(sgn_mat *out, const char *path, sgn_mat A);

/* The problem of the settings: from its file when the kind is `file`, else drawn.  A file is looked
   up from the current folder and gives at most `test_limit` test vectors (0: all). */
SGN_MUST_CHECK sgn_status sgn_problem_load(sgn_problem **out, const sgn_problem_settings *as,
                                           uint64_t seed, int test_limit);

#endif
