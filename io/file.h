/* file.h -- whole files in and out, and the folders they live in.
 *
 * A file is written beside its place and renamed into it, so a reader finds the old file or the new
 * one and never a part.  Every message names the file.
 */
#ifndef SGN_IO_FILE_H
#define SGN_IO_FILE_H

#include "core/base.h"

/* Reads all of `path` into *data, ended by a zero byte that *size (NULL is fine) does not count;
   sgn_free gives it back.  SGN_EIO when it cannot be read, SGN_EDATA when it holds more than
   `most` bytes. */
SGN_MUST_CHECK sgn_status sgn_read_file(const char *path, size_t most, char **data, size_t *size);

/* Reads `path` piece by piece, of any size each, and hands them on in order.  Errors as above. */
typedef void sgn_take_piece(void *context, const char *piece, size_t size);
SGN_MUST_CHECK sgn_status sgn_read_pieces(const char *path, size_t most, sgn_take_piece *take,
                                          void *context);

typedef struct {
    const void *at;
    size_t size;
} sgn_bytes;

/* Writes, syncs and renames; nothing is left behind when it fails (SGN_EIO). */
SGN_MUST_CHECK sgn_status sgn_write_file(const char *path, const void *data, size_t size);
SGN_MUST_CHECK sgn_status sgn_write_pieces(const char *path, const sgn_bytes *piece, int n);

/* The same, and what was at `path` before is then at `previous`, in the same folder.  Whenever a kill
   comes, one of the two is a whole file, and a failure (SGN_EIO) loses neither. */
SGN_MUST_CHECK sgn_status sgn_write_pieces_keeping(const char *path, const char *previous,
                                                   const sgn_bytes *piece, int n);

/* Removes what sgn_write_file was writing into the folder when its process was killed; nobody may be
   writing there now. */
void sgn_remove_unfinished(const char *folder);

/* "cannot <what> <path>: " and what errno says: SGN_EMEM for ENOMEM, SGN_EIO for all else. */
sgn_status sgn_fail_io(const char *what, const char *path);

/* Makes the folder and those above it; one that exists is fine. */
SGN_MUST_CHECK sgn_status sgn_mkdirs(const char *path);

/* "folder/name" into out, SGN_PATH_MAX bytes. */
SGN_MUST_CHECK sgn_status sgn_path_join(char *out, const char *folder, const char *name);

#endif
