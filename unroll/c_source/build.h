/* build.h -- inside the C writer: its parts, and what they hand to each other.  For
 * unroll/c_source*.c only.
 *
 *   matrix         a link matrix or A, taken apart into places, codes and values
 *   places         which entries exist, in the fewest bits
 *   tables         constant tables, each content once
 *   shape          a matrix as such tables
 *   physics        A: signs, reals, or the recipe it is drawn by
 *   buffers        which values of the tape share memory
 *   products, ops  a call for every operation on the tape
 *   words          what calls are put together from
 *   text_*         the functions they need
 */
#ifndef SGN_UNROLL_C_SOURCE_BUILD_H
#define SGN_UNROLL_C_SOURCE_BUILD_H

#include "core/bitstream.h"
#include "unroll/c_source.h"
#include "unroll/op.h"

#include <stdio.h>

/* ---- matrix ---------------------------------------------------------------------------------- */

/* Row after row, either of the matrix itself or of its transpose: so that the entries of a row that
   share a scale are many, and one multiplication serves them all. */
typedef struct {
    int flipped;           // it is the transpose that is stored
    int rows, cols;        // as stored, like all that follows
    int rowspan, colspan;  // entries of a scale unit
    int units;
    int levels;      // values an entry of a unit can have; 0: reals
    uint8_t *on;     // (rows * cols) 1 where an entry is stored
    uint8_t *code;   // (rows * cols) which of the levels
    float *real;     // (rows * cols) in the place of codes
    float *value;    // (units, levels) what the codes of a unit stand for
    uint8_t *owned;  // the memory of all four
} sgn_c_matrix;

SGN_MUST_CHECK sgn_status sgn_c_matrix_of_plane(sgn_c_matrix *out, const sgn_net_group *g,
                                                const sgn_link *w, int plane);
SGN_MUST_CHECK sgn_status sgn_c_matrix_of_reals(sgn_c_matrix *out, sgn_mat a, int flipped);
SGN_MUST_CHECK sgn_status sgn_c_matrix_of_signs(sgn_c_matrix *out, sgn_mat a, int flipped);
void sgn_c_matrix_free(sgn_c_matrix *a);

/* ---- places ---------------------------------------------------------------------------------- */

typedef enum {
    SGN_C_ALL,    // every entry
    SGN_C_BAND,   // `wide` neighbours in each row, around the diagonal (unroll/supports/band.c)
    SGN_C_CELLS,  // a bit for each cell of `high` rows and `wide` columns
    SGN_C_GAPS,   // how far it is to the next, with `low` bits of a distance as they are (Rice);
                  // `high`: to the next entry that is not there
    SGN_C_MASKS,  // for `wide` neighbours in a row, which of the masks, in `low` bits
} sgn_c_form;

enum { SGN_C_MASK_WIDTH = 8, SGN_C_MOST_MASKS = 70 };  // as many as 4 of 8

typedef struct {
    sgn_c_form form;
    int low, high, wide;
    uint8_t mask[SGN_C_MOST_MASKS];
    int masks;
    uint8_t *byte;  // owned; NULL where the form says it all
    size_t bytes;
} sgn_c_places;

SGN_MUST_CHECK sgn_status sgn_c_places_of(sgn_c_places *out, const uint8_t *on, int rows, int cols);

/* ---- the writer ------------------------------------------------------------------------------ */

/* Helper functions, and the cases of them, that the calls written so far need. */
typedef enum {
    SGN_C_NEEDS_APPLY = 1 << 0,
    SGN_C_NEEDS_APPLY_TRANSPOSED = 1 << 1,
    SGN_C_NEEDS_BAND = 1 << 2,
    SGN_C_NEEDS_GAPS = 1 << 3,
    SGN_C_NEEDS_CELLS = 1 << 4,
    SGN_C_NEEDS_MASKS = 1 << 5,
    SGN_C_NEEDS_SIGNS = 1 << 6,
    SGN_C_NEEDS_LEVELS = 1 << 7,
    SGN_C_NEEDS_VALUES = 1 << 8,
    SGN_C_NEEDS_REALS = 1 << 9,
    SGN_C_NEEDS_CLEAR = 1 << 10,
    SGN_C_NEEDS_COPY = 1 << 11,
    SGN_C_NEEDS_MIX = 1 << 12,
    SGN_C_NEEDS_SHRINK = 1 << 13,
    SGN_C_NEEDS_LEVEL_OF = 1 << 14,
    SGN_C_NEEDS_SELECTION = 1 << 15,
    SGN_C_NEEDS_SHRINK_ROWS = 1 << 16,
    SGN_C_NEEDS_KEEP = 1 << 17,
    SGN_C_NEEDS_KEEP_SUPPORT = 1 << 18,
    SGN_C_NEEDS_SIGN = 1 << 19,
    SGN_C_NEEDS_CLIP = 1 << 20,
    SGN_C_NEEDS_ONSAGER = 1 << 21,
    SGN_C_NEEDS_MEAN_ABS = 1 << 22,
    SGN_C_NEEDS_OTHERWISE = 1 << 23,
    SGN_C_NEEDS_LOG_RATIO = 1 << 24,
    SGN_C_NEEDS_PASS = 1 << 25,
    SGN_C_NEEDS_SEARCH = 1 << 26,
    SGN_C_NEEDS_DRAW = 1 << 27,
} sgn_c_need;

enum { SGN_C_NAME = 24 };

/* A constant table that has been written. */
typedef struct {
    char name[SGN_C_NAME];
    uint8_t *data;  // owned
    size_t size;
} sgn_c_table;

/* A plane of a matrix in the written file: the arguments of a product. */
typedef struct {
    char shape[SGN_C_NAME], link[SGN_C_NAME], scale[SGN_C_NAME];
    int flipped;
} sgn_c_plane;

typedef struct {
    int *of;    // (values of the tape) its buffer; -1: it has none
    int *room;  // (buffers) floats
    int n;
    int result;  // the buffer that is the caller's x; -1: the result is copied
} sgn_c_buffers;

typedef struct {
    const sgn_net *net;
    const sgn_c_source_info *info;
    FILE *tables, *body;  // what stands before and in net_run
    int needs;            // sgn_c_need
    sgn_c_table *table;
    int ntables, room;
    size_t table_bytes;
    sgn_c_plane A;                         // empty until the first operation uses it
    sgn_c_plane (*plane)[SGN_MAX_PLANES];  // (parameters) likewise
    sgn_c_buffers buffers;
} sgn_c_writer;

/* The name of the only table that has this content in this role; whether it is still to be written. */
SGN_MUST_CHECK sgn_status sgn_c_table_name(sgn_c_writer *w, const char *role, const void *data,
                                           size_t size, char name[SGN_C_NAME], int *is_new);
/* Likewise, and writes it. */
SGN_MUST_CHECK sgn_status sgn_c_bytes(sgn_c_writer *w, const char *role, const uint8_t *byte,
                                      size_t n, char name[SGN_C_NAME]);
SGN_MUST_CHECK sgn_status sgn_c_reals(sgn_c_writer *w, const char *role, const float *real,
                                      size_t n, char name[SGN_C_NAME]);
void sgn_c_real(char *text, size_t size, double value);  // as a constant of type float

/* `link` names the memory a drawn matrix is in; NULL: its reals are a table too. */
SGN_MUST_CHECK sgn_status sgn_c_write_matrix(sgn_c_writer *w, const sgn_c_matrix *a,
                                             const char *link, sgn_c_plane *out);

/* A, and whether the device draws it by itself: then sgn_c_write_generator writes the function that
   does. */
SGN_MUST_CHECK sgn_status sgn_c_write_A(sgn_c_writer *w, sgn_c_plane *out);

SGN_MUST_CHECK sgn_status sgn_c_assign_buffers(sgn_c_buffers *out, const sgn_net *net);
void sgn_c_buffers_free(sgn_c_buffers *b);

/* ---- calls ------------------------------------------------------------------------------------- */

typedef struct {
    char text[32];
} sgn_c_word;

typedef struct {
    char text[128];
} sgn_c_expression;

sgn_c_word sgn_c_whole(const sgn_c_writer *w, sgn_var v);   // the memory of a value
sgn_c_word sgn_c_column(const sgn_c_writer *w, sgn_var v);  // of its column c
sgn_c_word sgn_c_constant(double value);
int sgn_c_floats(const sgn_c_writer *w, sgn_var v);  // of all columns of a value
double sgn_c_scalar(const sgn_c_writer *w, sgn_param p);
/* A statement, for each column where a sample has several. */
void sgn_c_each(sgn_c_writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* z = a x + b y, where the coefficients are any expressions. */
void sgn_c_mix(sgn_c_writer *w, const char *a, sgn_var x, const char *b, sgn_var y, sgn_var z);

/* Each writes the operation o that leaves v. */
typedef sgn_status sgn_c_operation(sgn_c_writer *w, const sgn_node *o, sgn_var v);
sgn_c_operation sgn_c_apply, sgn_c_measure, sgn_c_backproject, sgn_c_residual;

/* SGN_ECONFIG where an operation has no C. */
SGN_MUST_CHECK sgn_status sgn_c_write_operation(sgn_c_writer *w, sgn_var v);
/* The inputs whose memory the result may take, as a set of 1 << i. */
int sgn_c_may_take(const sgn_node *o);

/* The functions that calls need, piece by piece: written where any of the needs it serves is there, and
   any of `with` unless that is 0.  The last has no text. */
typedef struct {
    int serves;
    const char *text;
    int with;
} sgn_c_piece;

extern const sgn_c_piece sgn_c_product_pieces[], sgn_c_vector_pieces[];
void sgn_c_write_generator(const sgn_c_writer *w, FILE *to);

#endif
