#include "io/h5_parse.h"

#include "core/memory.h"
#include "io/h5_image.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum {
    SIBLINGS = 3,  // half of the names a node of a group has room for
    UNUSED = 1,    // bytes of blocks for small things to come: none
};

void sgn_h5_drop(hid_t *id)
{
    if (*id >= 0) H5Idec_ref(*id);
    *id = H5I_INVALID_HID;
}

static herr_t keep_first(unsigned depth, const H5E_error2_t *e, void *text)
{
    if (depth == 0) snprintf(text, 256, "%s", e->desc ? e->desc : "no reason given");
    return 0;
}

const char *sgn_h5_why(void)
{
    static _Thread_local char text[256];
    snprintf(text, sizeof text, "no reason given");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, text);
    return text;
}

void sgn_h5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/* ---- types ---------------------------------------------------------------------------------- */

hid_t sgn_h5_in_file(sgn_h5_type type)
{
    switch (type) {
    case SGN_H5_REAL: return sizeof(sgn_real) == 4 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
    case SGN_H5_F64: return H5T_IEEE_F64LE;
    case SGN_H5_F32: return H5T_IEEE_F32LE;
    case SGN_H5_I32: return H5T_STD_I32LE;
    case SGN_H5_U64: return H5T_STD_U64LE;
    case SGN_H5_U8: return H5T_STD_U8LE;
    }
    return H5I_INVALID_HID;
}

hid_t sgn_h5_in_memory(sgn_h5_type type)
{
    switch (type) {
    case SGN_H5_REAL: return sizeof(sgn_real) == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    case SGN_H5_F64: return H5T_NATIVE_DOUBLE;
    case SGN_H5_F32: return H5T_IEEE_F32LE;
    case SGN_H5_I32: return H5T_NATIVE_INT32;
    case SGN_H5_U64: return H5T_NATIVE_UINT64;
    case SGN_H5_U8: return H5T_NATIVE_UINT8;
    }
    return H5I_INVALID_HID;
}

size_t sgn_h5_size(sgn_h5_type type) { return H5Tget_size(sgn_h5_in_memory(type)); }

static hid_t text_type(size_t length)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, length > 0 ? length : 1);  // HDF5 has no empty strings
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

/* ---- building ------------------------------------------------------------------------------- */

void sgn_h5_image_name(char name[SGN_H5_NAME])
{
    static atomic_uint_fast64_t images;
    snprintf(name, SGN_H5_NAME, "/dev/null/signroll/%llu",
             (unsigned long long)atomic_fetch_add(&images, 1));
}

sgn_status sgn_h5_create(hid_t *file, size_t user_block)
{
    sgn_h5_silence();
    SGN_H5 create = H5Pcreate(H5P_FILE_CREATE);
    H5_TRY(create);
    H5_TRY(H5Pset_userblock(create, user_block));
    H5_TRY(H5Pset_sym_k(create, SIBLINGS, SIBLINGS));
    SGN_H5 access = H5Pcreate(H5P_FILE_ACCESS);
    H5_TRY(access);
    /* Nothing is left empty: a small model's bits would be lost in it. */
    H5_TRY(H5Pset_meta_block_size(access, UNUSED));
    H5_TRY(H5Pset_small_data_block_size(access, UNUSED));
    /* The earliest format, the default: 1.10 cannot reopen an image in the later ones. */
    H5_TRY(sgn_h5_set_image_driver(access));
    H5_TRY(H5Pset_fclose_degree(access, H5F_CLOSE_SEMI));
    char name[SGN_H5_NAME];
    sgn_h5_image_name(name);
    hid_t made = H5Fcreate(name, H5F_ACC_TRUNC, create, access);
    if (made < 0) return sgn_fail(SGN_EMEM, "out of memory: no file could be begun");
    *file = made;
    return SGN_OK;
}

sgn_status sgn_h5_group(hid_t at, const char *name, hid_t *group)
{
    SGN_H5 create = H5Pcreate(H5P_GROUP_CREATE);
    H5_TRY(create);
    H5_TRY(H5Pset_obj_track_times(create, 0));
    hid_t made = H5Gcreate2(at, name, H5P_DEFAULT, create, H5P_DEFAULT);
    H5_TRY(made);
    *group = made;
    return SGN_OK;
}

static sgn_status new_dataset(hid_t at, const char *name, hid_t file_type, hid_t space, hid_t *out)
{
    SGN_H5 as = H5Pcreate(H5P_DATASET_CREATE);
    H5_TRY(as);
    H5_TRY(H5Pset_obj_track_times(as, 0));
    *out = H5Dcreate2(at, name, file_type, space, H5P_DEFAULT, as, H5P_DEFAULT);
    H5_TRY(*out);
    return SGN_OK;
}

static sgn_status write_as(hid_t at, const char *name, hid_t file_type, hid_t memory_type,
                           hid_t space, const void *data)
{
    SGN_H5 set = H5I_INVALID_HID;
    SGN_TRY(new_dataset(at, name, file_type, space, &set));
    H5_TRY(H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
    return SGN_OK;
}

sgn_status sgn_h5_write(hid_t at, const char *name, sgn_h5_type type, int rank, const hsize_t *dims,
                        const void *data)
{
    SGN_H5 space = H5Screate_simple(rank, dims, NULL);
    H5_TRY(space);
    return write_as(at, name, sgn_h5_in_file(type), sgn_h5_in_memory(type), space, data);
}

sgn_status sgn_h5_write_lent(hid_t at, const char *name, sgn_h5_type type, int rank,
                             const hsize_t *dims, const void *data)
{
    SGN_H5 file = H5Iget_file_id(at);
    H5_TRY(file);
    sgn_h5_pieces *pieces = sgn_h5_pieces_of(file);
    if (pieces) sgn_h5_lend(pieces, 1);
    sgn_status s = sgn_h5_write(at, name, type, rank, dims, data);
    if (pieces) sgn_h5_lend(pieces, 0);
    return s;
}

/* HDF5 allocates a contiguous dataset when it is first written, and reads its fill value until then. */
sgn_status sgn_h5_write_zeros(hid_t at, const char *name, sgn_h5_type type, int rank,
                              const hsize_t *dims)
{
    SGN_H5 space = H5Screate_simple(rank, dims, NULL), set = H5I_INVALID_HID;
    H5_TRY(space);
    return new_dataset(at, name, sgn_h5_in_file(type), space, &set);
}

sgn_status sgn_h5_write_text(hid_t at, const char *name, const char *text)
{
    SGN_H5 space = H5Screate(H5S_SCALAR);
    H5_TRY(space);
    SGN_H5 type = text_type(strlen(text));
    H5_TRY(type);
    return write_as(at, name, type, type, space, text);
}

void sgn_h5_transpose(sgn_mat a, sgn_real *out)
{
    for (int i = 0; i < a.rows; i++)
        for (int j = 0; j < a.cols; j++)
            out[(size_t)i * (size_t)a.cols + (size_t)j] = *sgn_mat_at(a, i, j);
}

sgn_status sgn_h5_write_matrix(hid_t at, const char *name, sgn_mat a)
{
    sgn_real *rows = sgn_alloc((size_t)a.rows * (size_t)a.cols, sizeof *rows);
    if (!rows) return SGN_EMEM;
    sgn_h5_transpose(a, rows);
    hsize_t dims[] = {(hsize_t)a.rows, (hsize_t)a.cols};
    sgn_status s = sgn_h5_write(at, name, SGN_H5_REAL, 2, dims, rows);
    sgn_free(rows);
    return s;
}

static sgn_status set_as(hid_t at, const char *name, hid_t file_type, hid_t memory_type,
                         const void *value)
{
    SGN_H5 space = H5Screate(H5S_SCALAR);
    H5_TRY(space);
    SGN_H5 attribute = H5Acreate2(at, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5_TRY(attribute);
    H5_TRY(H5Awrite(attribute, memory_type, value));
    return SGN_OK;
}

sgn_status sgn_h5_set(hid_t at, const char *name, sgn_h5_type type, const void *value)
{
    return set_as(at, name, sgn_h5_in_file(type), sgn_h5_in_memory(type), value);
}

sgn_status sgn_h5_set_text(hid_t at, const char *name, const char *text)
{
    SGN_H5 type = text_type(strlen(text));
    H5_TRY(type);
    return set_as(at, name, type, type, text);
}

sgn_status sgn_h5_image(hid_t file, const sgn_bytes **piece, int *n)
{
    H5_TRY(H5Fflush(file, H5F_SCOPE_GLOBAL));
    return sgn_h5_pieces_list(sgn_h5_pieces_of(file), piece, n);
}
