/* h5_image.h -- a driver with which HDF5 builds a file in memory, but for what it is lent.  For io/h5.c.
 *
 * HDF5's own (core) copies all that it writes, so that a checkpoint would be in memory twice.  Here large data
 * can stay where they are: the file is a row of pieces, of which some belong to others.
 */
#ifndef SGN_IO_H5_IMAGE_H
#define SGN_IO_H5_IMAGE_H

#include "io/file.h"

#include <hdf5.h>

typedef struct sgn_h5_pieces sgn_h5_pieces;

/* Makes H5Fcreate with this access list begin such a file. */
herr_t sgn_h5_set_image_driver(hid_t access);
sgn_h5_pieces *sgn_h5_pieces_of(hid_t file);  // NULL: not such a file

/* Whether large raw data that are written from now on are lent: they stay until the file is closed. */
void sgn_h5_lend(sgn_h5_pieces *p, int lends);

/* All of the file, in order; borrowed until it is closed or written to.  SGN_EMEM also when memory ended
   while HDF5 was writing: it crashes when it is told. */
SGN_MUST_CHECK sgn_status sgn_h5_pieces_list(sgn_h5_pieces *p, const sgn_bytes **piece, int *n);

#endif
