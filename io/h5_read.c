#include "io/h5.h"

#include "core/memory.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_RANK = 4, MAX_PATH = 128, MAX_TEXT = 1 << 20, GROWTH = 1 << 20 };

/* ---- finding --------------------------------------------------------------------------------- */

sgn_status sgn_h5_refuse(const sgn_h5_in *in, const char *name, const char *fmt, ...)
{
    char what[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return sgn_fail(in->foreign ? SGN_EDATA : SGN_EFORMAT, "%s: %s %s", in->path, name, what);
}

/* The property list copies the bytes and the open file copies them again: each copy is given up as
   soon as the next exists.  (H5LTopen_file_image shares them, but leaks its bookkeeping.) */
static hid_t open_image(char *bytes, size_t size)
{
    char name[SGN_H5_NAME];
    sgn_h5_image_name(name);
    SGN_H5 access = H5Pcreate(H5P_FILE_ACCESS);
    int bad = access < 0 || H5Pset_fapl_core(access, GROWTH, 0) < 0 ||
              H5Pset_file_image(access, bytes, size) < 0;
    sgn_free(bytes);
    return bad ? H5I_INVALID_HID : H5Fopen(name, H5F_ACC_RDONLY, access);
}

sgn_status sgn_h5_open(sgn_h5_in *in, const char *path, int foreign, char *bytes, size_t size)
{
    sgn_h5_silence();
    hid_t file = open_image(bytes, size);
    if (file < 0)
        return sgn_fail(foreign ? SGN_EDATA : SGN_EFORMAT,
                        "%s is not an HDF5 file or a damaged one: %s", path, sgn_h5_why());
    *in = (sgn_h5_in){file, path, foreign};
    return SGN_OK;
}

/* Every step of the path must be a hard link: a soft or external one could lead into another
   file. */
static int is_there(const sgn_h5_in *in, const char *name)
{
    char prefix[MAX_PATH];
    for (size_t i = 1; name[i - 1]; i++) {
        if (name[i] != '/' && name[i] != '\0') continue;
        H5L_info_t link;
        if (i >= sizeof prefix) return 0;
        memcpy(prefix, name, i);
        prefix[i] = '\0';
        if (H5Lget_info(in->file, prefix, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
            return 0;
    }
    return 1;
}

static sgn_status open_object(const sgn_h5_in *in, const char *name, hid_t *out)
{
    int is_root = strcmp(name, "/") == 0;
    if (!is_root && !is_there(in, name)) return sgn_h5_refuse(in, name, "is missing");
    hid_t id = H5Oopen(in->file, name, H5P_DEFAULT);
    if (id < 0) return sgn_h5_refuse(in, name, "cannot be opened: %s", sgn_h5_why());
    *out = id;
    return SGN_OK;
}

int sgn_h5_has(const sgn_h5_in *in, const char *name) { return is_there(in, name); }

/* ---- checking -------------------------------------------------------------------------------- */

/* "float32", as numpy says it. */
static void describe(hid_t type, char text[32])
{
    size_t bits = 8 * H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_FLOAT: snprintf(text, 32, "float%zu", bits); break;
    case H5T_INTEGER:
        snprintf(text, 32, "%sint%zu", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
        break;
    case H5T_STRING: snprintf(text, 32, "text"); break;
    default: snprintf(text, 32, "neither number nor text"); break;
    }
}

static int filter_is_fine(const sgn_h5_in *in, H5Z_filter_t filter)
{
    return filter == H5Z_FILTER_FLETCHER32 ||
           (in->foreign && (filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE));
}

static sgn_status check_filters(const sgn_h5_in *in, const char *name, hid_t create)
{
    int filters = H5Pget_nfilters(create);
    for (unsigned i = 0; (int)i < filters; i++) {
        size_t none = 0;
        H5Z_filter_t filter = H5Pget_filter2(create, i, NULL, &none, NULL, 0, NULL, NULL);
        if (!filter_is_fine(in, filter))
            return sgn_h5_refuse(in, name, "uses the HDF5 filter %d, which is not read", filter);
    }
    return SGN_OK;
}

static int product_is_modest(const hsize_t *dims, int rank)
{
    size_t bytes = sizeof(double);
    for (int i = 0; i < rank; i++)
        if (dims[i] < 1 || dims[i] > INT_MAX || __builtin_mul_overflow(bytes, dims[i], &bytes))
            return 0;
    return bytes <= SGN_H5_MOST;
}

static sgn_status check_storage(const sgn_h5_in *in, const char *name, hid_t set)
{
    SGN_H5 create = H5Dget_create_plist(set);
    if (create < 0) return sgn_h5_refuse(in, name, "cannot be read: %s", sgn_h5_why());
    H5D_layout_t layout = H5Pget_layout(create);
    hsize_t chunk[MAX_RANK];
    int rank = layout == H5D_CHUNKED ? H5Pget_chunk(create, MAX_RANK, chunk) : 0;
    if (layout == H5D_VIRTUAL || H5Pget_external_count(create) != 0)
        return sgn_h5_refuse(in, name, "keeps its values in another file");
    if (rank < 0 || rank > MAX_RANK || !product_is_modest(chunk, rank))
        return sgn_h5_refuse(in, name, "has chunks of a senseless size");
    return check_filters(in, name, create);
}

static sgn_status open_dataset(const sgn_h5_in *in, const char *name, hid_t *out)
{
    SGN_H5 id = H5I_INVALID_HID;
    SGN_TRY(open_object(in, name, &id));
    if (H5Iget_type(id) != H5I_DATASET) return sgn_h5_refuse(in, name, "is not a dataset");
    SGN_TRY(check_storage(in, name, id));
    *out = id;
    id = H5I_INVALID_HID;
    return SGN_OK;
}

static void print_dims(char *text, size_t size, int rank, const hsize_t *dims)
{
    int at = snprintf(text, size, "(");
    for (int i = 0; i < rank && at < (int)size; i++)
        at += snprintf(text + at, size - (size_t)at, i ? ", %llu" : "%llu",
                       (unsigned long long)dims[i]);
    if (at < (int)size) snprintf(text + at, size - (size_t)at, ")");
}

/* Refused when the rank differs, so `dims` can have room for `rank` alone. */
static sgn_status get_dims(const sgn_h5_in *in, const char *name, hid_t set, int rank,
                           hsize_t *dims)
{
    SGN_H5 space = H5Dget_space(set);
    int has = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (has != rank) return sgn_h5_refuse(in, name, "has %d dimensions, expected %d", has, rank);
    if (H5Sget_simple_extent_dims(space, dims, NULL) != rank)
        return sgn_h5_refuse(in, name, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

static sgn_status check_dims(const sgn_h5_in *in, const char *name, hid_t set, int rank,
                             const hsize_t *dims)
{
    hsize_t has[MAX_RANK];
    SGN_TRY(get_dims(in, name, set, rank, has));
    int fits = in->foreign ? has[0] >= dims[0] : has[0] == dims[0];
    for (int i = 1; i < rank; i++) fits &= has[i] == dims[i];
    if (fits) return SGN_OK;
    char found[96], expected[96];
    print_dims(found, sizeof found, rank, has);
    print_dims(expected, sizeof expected, rank, dims);
    return sgn_h5_refuse(in, name, "has shape %s, expected %s", found, expected);
}

/* `have` is the type of the dataset or attribute. */
static sgn_status check_type(const sgn_h5_in *in, const char *name, hid_t have, sgn_h5_type want)
{
    if (H5Tequal(have, sgn_h5_in_file(want)) > 0) return SGN_OK;
    int is_float = H5Tget_class(have) == H5T_FLOAT;
    if (in->foreign && want == SGN_H5_REAL && is_float &&
        (H5Tget_size(have) == 4 || H5Tget_size(have) == 8))
        return SGN_OK;
    char found[32], expected[32];
    describe(have, found);
    describe(sgn_h5_in_file(want), expected);
    if (in->foreign) return sgn_h5_refuse(in, name, "holds %s, expected float32 or float64", found);
    if (is_float && want == SGN_H5_REAL)
        return sgn_h5_refuse(in, name,
                             "holds %s: the file was written by a build of signroll that "
                             "computes in %s, this one computes in %s",
                             found, found, expected);
    return sgn_h5_refuse(in, name, "holds %s, expected %s", found, expected);
}

/* ---- datasets -------------------------------------------------------------------------------- */

sgn_status sgn_h5_dims(const sgn_h5_in *in, const char *name, int rank, hsize_t *dims)
{
    SGN_H5 set = H5I_INVALID_HID;
    SGN_TRY(open_dataset(in, name, &set));
    SGN_TRY(get_dims(in, name, set, rank, dims));
    if (product_is_modest(dims, rank)) return SGN_OK;
    char found[96];
    print_dims(found, sizeof found, rank, dims);
    return sgn_h5_refuse(in, name, "has shape %s, which is empty or too large", found);
}

sgn_status sgn_h5_read(const sgn_h5_in *in, const char *name, sgn_h5_type type, int rank,
                       const hsize_t *dims, void *out)
{
    SGN_H5 set = H5I_INVALID_HID;
    SGN_TRY(open_dataset(in, name, &set));
    SGN_TRY(check_dims(in, name, set, rank, dims));
    SGN_H5 have = H5Dget_type(set);
    SGN_TRY(check_type(in, name, have, type));
    SGN_H5 from = H5Dget_space(set);
    SGN_H5 to = H5Screate_simple(rank, dims, NULL);
    const hsize_t start[MAX_RANK] = {0};
    if (H5Sselect_hyperslab(from, H5S_SELECT_SET, start, NULL, dims, NULL) < 0 ||
        H5Dread(set, sgn_h5_in_memory(type), to, from, H5P_DEFAULT, out) < 0)
        return sgn_h5_refuse(in, name, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

sgn_status sgn_h5_read_matrix(const sgn_h5_in *in, const char *name, sgn_mat *out)
{
    hsize_t dims[2];
    SGN_TRY(sgn_h5_dims(in, name, 2, dims));
    int rows = (int)dims[0], cols = (int)dims[1];
    sgn_real *read = sgn_alloc((size_t)rows * (size_t)cols, sizeof *read);
    sgn_real *turned = sgn_alloc((size_t)rows * (size_t)cols, sizeof *turned);
    sgn_status s = read && turned ? sgn_h5_read(in, name, SGN_H5_REAL, 2, dims, read) : SGN_EMEM;
    if (s == SGN_OK) {
        sgn_h5_transpose(sgn_mat_view(read, cols, rows), turned);
        *out = sgn_mat_view(turned, rows, cols);
    } else sgn_free(turned);
    sgn_free(read);
    return s;
}

/* ---- texts and attributes -------------------------------------------------------------------- */

/* The length of a fixed-size string type, refused when it is something else or `most` long. */
static sgn_status text_size(const sgn_h5_in *in, const char *name, hid_t type, size_t most,
                            size_t *size)
{
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0)
        return sgn_h5_refuse(in, name, "is not a text of fixed length");
    *size = H5Tget_size(type);
    if (*size >= most)
        return sgn_h5_refuse(in, name, "is a text of %zu bytes, expected less than %zu", *size,
                             most);
    return SGN_OK;
}

static int is_scalar(hid_t space) { return H5Sget_simple_extent_type(space) == H5S_SCALAR; }

sgn_status sgn_h5_read_text(const sgn_h5_in *in, const char *name, char **out)
{
    SGN_H5 set = H5I_INVALID_HID;
    SGN_TRY(open_dataset(in, name, &set));
    SGN_H5 type = H5Dget_type(set);
    SGN_H5 space = H5Dget_space(set);
    size_t size = 0;
    SGN_TRY(text_size(in, name, type, MAX_TEXT, &size));
    if (!is_scalar(space)) return sgn_h5_refuse(in, name, "is not one text");
    char *text = sgn_alloc(size + 1, 1);
    if (!text) return SGN_EMEM;
    if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0) {
        sgn_free(text);
        return sgn_h5_refuse(in, name, "cannot be read: %s", sgn_h5_why());
    }
    *out = text;
    return SGN_OK;
}

/* The attribute with its type; `label` is how messages call it. */
static sgn_status open_attribute(const sgn_h5_in *in, const char *object, const char *name,
                                 char label[MAX_PATH], hid_t *attribute, hid_t *type)
{
    snprintf(label, MAX_PATH, "%s@%s", object, name);
    SGN_H5 at = H5I_INVALID_HID;
    SGN_TRY(open_object(in, object, &at));
    if (H5Aexists(at, name) <= 0) return sgn_h5_refuse(in, label, "is missing");
    SGN_H5 id = H5Aopen(at, name, H5P_DEFAULT);
    SGN_H5 space = H5Aget_space(id);
    if (id < 0 || !is_scalar(space)) return sgn_h5_refuse(in, label, "is not a single value");
    *type = H5Aget_type(id);
    *attribute = id;
    id = H5I_INVALID_HID;
    return SGN_OK;
}

sgn_status sgn_h5_get(const sgn_h5_in *in, const char *object, const char *name, sgn_h5_type type,
                      void *out)
{
    char label[MAX_PATH];
    SGN_H5 attribute = H5I_INVALID_HID;
    SGN_H5 have = H5I_INVALID_HID;
    SGN_TRY(open_attribute(in, object, name, label, &attribute, &have));
    SGN_TRY(check_type(in, label, have, type));
    if (H5Aread(attribute, sgn_h5_in_memory(type), out) < 0)
        return sgn_h5_refuse(in, label, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

sgn_status sgn_h5_get_text(const sgn_h5_in *in, const char *object, const char *name, char *out,
                           size_t size)
{
    char label[MAX_PATH];
    SGN_H5 attribute = H5I_INVALID_HID;
    SGN_H5 type = H5I_INVALID_HID;
    SGN_TRY(open_attribute(in, object, name, label, &attribute, &type));
    size_t length = 0;
    SGN_TRY(text_size(in, label, type, size, &length));
    if (H5Aread(attribute, type, out) < 0)
        return sgn_h5_refuse(in, label, "cannot be read: %s", sgn_h5_why());
    out[length] = '\0';
    return SGN_OK;
}
