/* container.h -- the shell of every file signroll writes for itself: a user block before an HDF5 file.
 *
 * Plain HDF5 reads flipped bits without an error, so the first 512 bytes say what follows and vouch
 * for it (docs/format.md):
 *
 *     0  "signroll"   8  u32 format version   12  kind, 16 bytes   28  zero
 *    32  u64 bytes that follow   40  their XXH3-128   56  zero, to the end
 *
 * HDF5 skips a user block: h5dump and h5py open the file as it is.  Whatever the bytes of a file
 * are, opening it succeeds completely or fails with one sentence.
 */
#ifndef SGN_IO_CONTAINER_H
#define SGN_IO_CONTAINER_H

#include "io/h5.h"

enum { SGN_FORMAT_VERSION = 1, SGN_KIND_MAX = 16 };

#define SGN_KIND_CHECKPOINT "checkpoint"
#define SGN_KIND_PACKED     "packed"

/* An empty HDF5 file in memory, to be filled and given to sgn_container_save, or dropped. */
SGN_MUST_CHECK sgn_status sgn_container_create(hid_t *file);
/* Drops *file and puts it at `path`, which holds its old bytes or all of the new ones whatever
   happens meanwhile. */
SGN_MUST_CHECK sgn_status sgn_container_save(hid_t *file, const char *path, const char *kind);
/* The same, and what was at `path` before is then at `previous` (NULL: nowhere). */
SGN_MUST_CHECK sgn_status sgn_container_save_keeping(hid_t *file, const char *path,
                                                     const char *previous, const char *kind);

typedef struct sgn_container sgn_container;

/* SGN_EFORMAT unless every byte is as it was written and the kind is this one. */
SGN_MUST_CHECK sgn_status sgn_container_open(sgn_container **out, const char *path,
                                             const char *kind);
void sgn_container_close(sgn_container *c);  // NULL is fine
const sgn_h5_in *sgn_container_in(const sgn_container *c);
size_t sgn_container_bytes(const sgn_container *c);  // of the file

/* What a file is, after the same checks: for commands that take either kind. */
SGN_MUST_CHECK sgn_status sgn_container_kind(const char *path, char kind[SGN_KIND_MAX]);

#endif
