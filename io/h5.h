/* h5.h -- HDF5 with the manners of the house.
 *
 * Files are built in memory: HDF5 1.10 crashes when a disk fills up under it.  Files of others are opened
 * there, too; our own, whose hash was right, where they lie, since they may be large.  HDF5's own error
 * stack is silenced; what it says first becomes part of our one sentence.  Handles close themselves.
 *
 * Reading looks up given names, through hard links only, and takes a dataset when its rank,
 * dimensions, type, layout and filters are what the caller expects: a file cannot choose how much
 * memory it costs or which other file is opened.
 */
#ifndef SGN_IO_H5_H
#define SGN_IO_H5_H

#include "core/mat.h"
#include "io/file.h"

#include <hdf5.h>

#define SGN_H5_MOST ((size_t)2 << 30)  // bytes of a file, and of a dataset as doubles

/* A handle of any kind, closed at the end of its block:  SGN_H5 space = H5Screate(H5S_SCALAR); */
#define SGN_H5 __attribute__((cleanup(sgn_h5_drop))) hid_t
void sgn_h5_drop(hid_t *id);

void sgn_h5_silence(void);  // process-wide; create and open do it themselves
/* What HDF5 said when its last call failed. */
const char *sgn_h5_why(void);

/* A call that builds a file can only fail for want of memory or by our own fault. */
#define H5_TRY(call)                                                                               \
    do {                                                                                           \
        if ((call) < 0) return sgn_fail(SGN_EINTERNAL, "HDF5 in memory failed: %s", sgn_h5_why()); \
    } while (0)

/* Little-endian in the file, native in memory. */
typedef enum {
    SGN_H5_REAL,  // sgn_real; of a foreign file float32 or float64, converted
    SGN_H5_F64,   // double
    SGN_H5_F32,   // the four bytes of a float32, little-endian in memory too
    SGN_H5_I32,   // int32_t
    SGN_H5_U64,   // uint64_t
    SGN_H5_U8,    // uint8_t
} sgn_h5_type;
hid_t sgn_h5_in_file(sgn_h5_type type);
hid_t sgn_h5_in_memory(sgn_h5_type type);

/* ---- building a file: equal content gives equal bytes --------------------------------------- */

/* An empty file in memory, its addresses shifted by a user block (0: none; 512 or a larger power of 2). */
SGN_MUST_CHECK sgn_status sgn_h5_create(hid_t *file, size_t user_block);
SGN_MUST_CHECK sgn_status sgn_h5_group(hid_t at, const char *name, hid_t *group);
SGN_MUST_CHECK sgn_status sgn_h5_write(hid_t at, const char *name, sgn_h5_type type, int rank,
                                       const hsize_t *dims, const void *data);
/* The same of data that stay as they are until the file is closed: where they need no conversion, they are
   not copied. */
SGN_MUST_CHECK sgn_status sgn_h5_write_lent(hid_t at, const char *name, sgn_h5_type type, int rank,
                                            const hsize_t *dims, const void *data);
/* All 0: the file holds the shape alone. */
SGN_MUST_CHECK sgn_status sgn_h5_write_zeros(hid_t at, const char *name, sgn_h5_type type, int rank,
                                             const hsize_t *dims);
void sgn_h5_transpose(sgn_mat a, sgn_real *out);  // out (a.cols, a.rows), packed
SGN_MUST_CHECK sgn_status sgn_h5_write_matrix(hid_t at, const char *name, sgn_mat a);  // row-major
SGN_MUST_CHECK sgn_status sgn_h5_write_text(hid_t at, const char *name, const char *text);
/* What an image in memory is called.  HDF5 looks a file of that name up in the current folder first, so
   it is a path that cannot exist; and it takes two open files of one name for the same file, so no two
   have one. */
enum { SGN_H5_NAME = 48 };
void sgn_h5_image_name(char name[SGN_H5_NAME]);

/* Attributes of `at`. */
SGN_MUST_CHECK sgn_status sgn_h5_set(hid_t at, const char *name, sgn_h5_type type,
                                     const void *value);
SGN_MUST_CHECK sgn_status sgn_h5_set_text(hid_t at, const char *name, const char *text);
/* All bytes of a file made by sgn_h5_create, in n pieces; the first begins with the user block.  Borrowed until
   the file is closed or written to. */
SGN_MUST_CHECK sgn_status sgn_h5_image(hid_t file, const sgn_bytes **piece, int *n);

/* ---- reading a file -------------------------------------------------------------------------

   HDF5 trusts what it parses: a damaged file can corrupt its memory.  So a child (io/child.h) does all
   of it, for files of our own as well, and these functions ask the child. */

enum { SGN_H5_MAX_RANK = 4 };

struct sgn_child;
typedef struct {
    struct sgn_child *child;  // who parses the file
    const char *path;         // for messages
    int foreign;  // 0: written by us, faults are SGN_EFORMAT and there are no filters but
                  // fletcher32; 1: SGN_EDATA, and gzip and shuffle are fine
} sgn_h5_in;

/* Opens a whole file; its bytes, from sgn_alloc, are taken over and the path is borrowed. */
SGN_MUST_CHECK sgn_status sgn_h5_open(sgn_h5_in *in, const char *path, int foreign, char *bytes,
                                      size_t size);
/* The same of a file of our own, which stays where it is: it may be large. */
SGN_MUST_CHECK sgn_status sgn_h5_open_in_place(sgn_h5_in *in, const char *path);
/* The same of a file that others wrote.  SGN_EDATA when it cannot be read, too. */
SGN_MUST_CHECK sgn_status sgn_h5_open_foreign(sgn_h5_in *in, const char *path);
void sgn_h5_close(sgn_h5_in *in);

/* Records "path: name sentence", as in "run/last.h5: A is missing". */
sgn_status sgn_h5_refuse(const sgn_h5_in *in, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* *has: whether there is an object of that name. */
SGN_MUST_CHECK sgn_status sgn_h5_has(const sgn_h5_in *in, const char *name, int *has);
/* The dimensions, each 1 .. INT_MAX and together less than SGN_H5_MOST bytes of double. */
SGN_MUST_CHECK sgn_status sgn_h5_dims(const sgn_h5_in *in, const char *name, int rank,
                                      hsize_t *dims);
/* All of a dataset of exactly these dimensions; the first dims[0] rows of a foreign one. */
SGN_MUST_CHECK sgn_status sgn_h5_read(const sgn_h5_in *in, const char *name, sgn_h5_type type,
                                      int rank, const hsize_t *dims, void *out);
/* The bytes first .. first + count - 1 of a dataset of bytes with one dimension. */
SGN_MUST_CHECK sgn_status sgn_h5_read_bytes(const sgn_h5_in *in, const char *name, size_t first,
                                            size_t count, uint8_t *out);
/* Row-major in the file, column-major here.  The caller gives out->at to sgn_free. */
SGN_MUST_CHECK sgn_status sgn_h5_read_matrix(const sgn_h5_in *in, const char *name, sgn_mat *out);
SGN_MUST_CHECK sgn_status sgn_h5_read_text(const sgn_h5_in *in, const char *name, char **out);
/* Attributes of the group or dataset `object`. */
SGN_MUST_CHECK sgn_status sgn_h5_get(const sgn_h5_in *in, const char *object, const char *name,
                                     sgn_h5_type type, void *out);
SGN_MUST_CHECK sgn_status sgn_h5_get_text(const sgn_h5_in *in, const char *object, const char *name,
                                          char *out, size_t size);

#endif
