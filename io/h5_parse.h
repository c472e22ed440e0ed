/* h5_parse.h -- the child that parses an HDF5 file, and what it is asked.  For io/h5_*.c.
 *
 * A question is followed by its answer, and an answer by as many bytes as it says.  Both sides are one
 * program, so a question and an answer are the structs as they lie in memory.
 */
#ifndef SGN_IO_H5_PARSE_H
#define SGN_IO_H5_PARSE_H

#include "io/h5.h"

enum { SGN_H5_MAX_PATH = 128, SGN_H5_MAX_TEXT = 1 << 20 };

typedef enum {
    SGN_H5_HAS,    // answered by as many bytes as `name` exists times: 1 or none
    SGN_H5_DIMS,   // rank; by dims
    SGN_H5_READ,   // type, rank, dims; by the elements
    SGN_H5_BYTES,  // dims: first and count; by that part of a dataset of bytes
    SGN_H5_TEXT,   // by the text, less than `room` bytes
    SGN_H5_GET,    // object, type; by the value
    SGN_H5_GET_TEXT,
    SGN_H5_QUESTIONS
} sgn_h5_what;

typedef struct {
    sgn_h5_what what;
    sgn_h5_type type;
    int rank;
    hsize_t dims[SGN_H5_MAX_RANK];
    size_t room;
    char object[SGN_H5_MAX_PATH], name[SGN_H5_MAX_PATH];
} sgn_h5_question;

typedef struct {
    sgn_status status;
    hsize_t dims[SGN_H5_MAX_RANK];
    size_t length;        // of the bytes that follow
    char sentence[1024];  // why the status is not SGN_OK
} sgn_h5_answer;

/* What a child is to parse: these bytes; where there are none, the file at `path`. */
typedef struct {
    const char *path;
    int foreign;
    char *bytes;
    size_t size;
} sgn_h5_bytes;

/* The child's work, of an sgn_h5_bytes: an answer about the whole file, then answers until nobody asks. */
void sgn_h5_parse(void *bytes, int link);

/* Each 1 .. INT_MAX and together less than SGN_H5_MOST bytes of double. */
int sgn_h5_dims_are_modest(const hsize_t *dims, int rank);
size_t sgn_h5_size(sgn_h5_type type);  // of an element in memory

#endif
