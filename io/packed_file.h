/* packed_file.h -- the file of a deployed network: its bits, and little else.
 *
 * One container (io/container.h) of kind "packed" holds the settings that are not as preset and the image
 * of the network (unroll/deploy.h), each of its parts one dataset.  A is drawn again from the settings;
 * it is stored where that cannot be done, or where `with_physics` asks for it.  The file is at most
 * 5 % + 4 KiB larger than what the ledger charges.  docs/format.md gives the tree.
 */
#ifndef SGN_IO_PACKED_FILE_H
#define SGN_IO_PACKED_FILE_H

#include "io/config.h"
#include "unroll/deploy.h"

typedef struct {
    sgn_config config;
    sgn_mat A;  // (m, n); no columns: to be drawn again
    sgn_image image;
    size_t bytes;  // of the file
    struct sgn_codes_in_file
        *codes;  // read while a network is made of them; NULL: they are all there
} sgn_packed_file;

/* Replaces `path` at once or, on SGN_EIO, not at all.  *bytes is the size of the file. */
SGN_MUST_CHECK sgn_status sgn_packed_save(const char *path, const sgn_config *c, const sgn_net *net,
                                          int with_physics, size_t *bytes);

/* SGN_EFORMAT when a single byte is not as it was written, or is none that this program would write.  The
   caller gives what *out owns to sgn_packed_file_free. */
SGN_MUST_CHECK sgn_status sgn_packed_load(sgn_packed_file *out, const char *path);
void sgn_packed_file_free(sgn_packed_file *f);  // NULL is fine

#endif
