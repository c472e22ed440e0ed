/* h5_parse.c -- in the child: parsing an HDF5 file, and answering what is asked about it. */
#include "io/h5_parse.h"

#include "core/memory.h"
#include "io/child.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { GROWTH = 1 << 20 };

/* The open file.  `as` is how it is spoken of. */
typedef struct {
    hid_t file;
    sgn_h5_in as;
} parsed;

/* ---- finding --------------------------------------------------------------------------------- */

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

static sgn_status open_all(parsed *in, const sgn_h5_bytes *all)
{
    in->as = (sgn_h5_in){NULL, all->path, all->foreign};
    in->file = all->bytes ? open_image(all->bytes, all->size)
                          : H5Fopen(all->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (in->file >= 0) return SGN_OK;
    return sgn_fail(all->foreign ? SGN_EDATA : SGN_EFORMAT,
                    "%s is not an HDF5 file or a damaged one", all->path);
}

/* Every step of the path must be a hard link: a soft or external one could lead into another
   file. */
static int is_there(const parsed *in, const char *name)
{
    char prefix[SGN_H5_MAX_PATH];
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

static sgn_status open_object(const parsed *in, const char *name, hid_t *out)
{
    int is_root = strcmp(name, "/") == 0;
    if (!is_root && !is_there(in, name)) return sgn_h5_refuse(&in->as, name, "is missing");
    hid_t id = H5Oopen(in->file, name, H5P_DEFAULT);
    if (id < 0) return sgn_h5_refuse(&in->as, name, "cannot be opened: %s", sgn_h5_why());
    *out = id;
    return SGN_OK;
}

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

static int filter_is_fine(const parsed *in, H5Z_filter_t filter)
{
    return filter == H5Z_FILTER_FLETCHER32 ||
           (in->as.foreign && (filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE));
}

static sgn_status check_filters(const parsed *in, const char *name, hid_t create)
{
    int filters = H5Pget_nfilters(create);
    for (unsigned i = 0; (int)i < filters; i++) {
        size_t none = 0;
        H5Z_filter_t filter = H5Pget_filter2(create, i, NULL, &none, NULL, 0, NULL, NULL);
        if (!filter_is_fine(in, filter))
            return sgn_h5_refuse(&in->as, name, "uses the HDF5 filter %d, which is not read",
                                 filter);
    }
    return SGN_OK;
}

int sgn_h5_dims_are_modest(const hsize_t *dims, int rank)
{
    size_t bytes = sizeof(double);
    for (int i = 0; i < rank; i++)
        if (dims[i] < 1 || dims[i] > INT_MAX || __builtin_mul_overflow(bytes, dims[i], &bytes))
            return 0;
    return bytes <= SGN_H5_MOST;
}

static sgn_status check_storage(const parsed *in, const char *name, hid_t set)
{
    SGN_H5 create = H5Dget_create_plist(set);
    if (create < 0) return sgn_h5_refuse(&in->as, name, "cannot be read: %s", sgn_h5_why());
    H5D_layout_t layout = H5Pget_layout(create);
    hsize_t chunk[SGN_H5_MAX_RANK];
    int rank = layout == H5D_CHUNKED ? H5Pget_chunk(create, SGN_H5_MAX_RANK, chunk) : 0;
    if (layout == H5D_VIRTUAL || H5Pget_external_count(create) != 0)
        return sgn_h5_refuse(&in->as, name, "keeps its values in another file");
    if (rank < 0 || rank > SGN_H5_MAX_RANK || !sgn_h5_dims_are_modest(chunk, rank))
        return sgn_h5_refuse(&in->as, name, "has chunks of a senseless size");
    return check_filters(in, name, create);
}

static sgn_status open_dataset(const parsed *in, const char *name, hid_t *out)
{
    SGN_H5 id = H5I_INVALID_HID;
    SGN_TRY(open_object(in, name, &id));
    if (H5Iget_type(id) != H5I_DATASET) return sgn_h5_refuse(&in->as, name, "is not a dataset");
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
static sgn_status get_dims(const parsed *in, const char *name, hid_t set, int rank, hsize_t *dims)
{
    SGN_H5 space = H5Dget_space(set);
    int has = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (has != rank)
        return sgn_h5_refuse(&in->as, name, "has %d dimensions, expected %d", has, rank);
    if (H5Sget_simple_extent_dims(space, dims, NULL) != rank)
        return sgn_h5_refuse(&in->as, name, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

static sgn_status check_dims(const parsed *in, const char *name, hid_t set, int rank,
                             const hsize_t *dims)
{
    hsize_t has[SGN_H5_MAX_RANK] = {0};
    SGN_TRY(get_dims(in, name, set, rank, has));
    int fits = in->as.foreign ? has[0] >= dims[0] : has[0] == dims[0];
    for (int i = 1; i < rank; i++) fits &= has[i] == dims[i];
    if (fits) return SGN_OK;
    char found[96], expected[96];
    print_dims(found, sizeof found, rank, has);
    print_dims(expected, sizeof expected, rank, dims);
    return sgn_h5_refuse(&in->as, name, "has shape %s, expected %s", found, expected);
}

/* `have` is the type of the dataset or attribute. */
static sgn_status check_type(const parsed *in, const char *name, hid_t have, sgn_h5_type want)
{
    if (H5Tequal(have, sgn_h5_in_file(want)) > 0) return SGN_OK;
    int is_float = H5Tget_class(have) == H5T_FLOAT;
    if (in->as.foreign && want == SGN_H5_REAL && is_float &&
        (H5Tget_size(have) == 4 || H5Tget_size(have) == 8))
        return SGN_OK;
    char found[32], expected[32];
    describe(have, found);
    describe(sgn_h5_in_file(want), expected);
    if (in->as.foreign)
        return sgn_h5_refuse(&in->as, name, "holds %s, expected float32 or float64", found);
    if (is_float && want == SGN_H5_REAL)
        return sgn_h5_refuse(&in->as, name,
                             "holds %s: the file was written by a build of signroll that "
                             "computes in %s, this one computes in %s",
                             found, found, expected);
    return sgn_h5_refuse(&in->as, name, "holds %s, expected %s", found, expected);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* An answer, and the bytes that follow it. */
typedef struct {
    sgn_h5_answer answer;
    char *bytes;
} reply;

static sgn_status make_room(reply *r, size_t size)
{
    r->bytes = sgn_alloc(size + 1, 1);
    if (!r->bytes) return SGN_EMEM;
    r->answer.length = size;
    return SGN_OK;
}

static sgn_status has(const parsed *in, const sgn_h5_question *q, reply *r)
{
    return is_there(in, q->name) ? make_room(r, 1) : SGN_OK;
}

static sgn_status dims(const parsed *in, const sgn_h5_question *q, reply *r)
{
    SGN_H5 set = H5I_INVALID_HID;
    SGN_TRY(open_dataset(in, q->name, &set));
    SGN_TRY(get_dims(in, q->name, set, q->rank, r->answer.dims));
    if (sgn_h5_dims_are_modest(r->answer.dims, q->rank)) return SGN_OK;
    char found[96];
    print_dims(found, sizeof found, q->rank, r->answer.dims);
    return sgn_h5_refuse(&in->as, q->name, "has shape %s, which is empty or too large", found);
}

static sgn_status read_numbers(const parsed *in, const sgn_h5_question *q, reply *r)
{
    SGN_H5 set = H5I_INVALID_HID;
    SGN_TRY(open_dataset(in, q->name, &set));
    SGN_TRY(check_dims(in, q->name, set, q->rank, q->dims));
    SGN_H5 have = H5Dget_type(set);
    SGN_TRY(check_type(in, q->name, have, q->type));
    size_t size = sgn_h5_size(q->type);
    for (int i = 0; i < q->rank; i++) size *= q->dims[i];
    SGN_TRY(make_room(r, size));
    SGN_H5 from = H5Dget_space(set);
    SGN_H5 to = H5Screate_simple(q->rank, q->dims, NULL);
    const hsize_t start[SGN_H5_MAX_RANK] = {0};
    if (H5Sselect_hyperslab(from, H5S_SELECT_SET, start, NULL, q->dims, NULL) < 0 ||
        H5Dread(set, sgn_h5_in_memory(q->type), to, from, H5P_DEFAULT, r->bytes) < 0)
        return sgn_h5_refuse(&in->as, q->name, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

static sgn_status read_bytes(const parsed *in, const sgn_h5_question *q, reply *r)
{
    hsize_t has = 0, first = q->dims[0], count = q->dims[1];
    SGN_H5 set = H5I_INVALID_HID;
    SGN_TRY(open_dataset(in, q->name, &set));
    SGN_TRY(get_dims(in, q->name, set, 1, &has));
    SGN_H5 type = H5Dget_type(set);
    SGN_TRY(check_type(in, q->name, type, SGN_H5_U8));
    if (first + count > has) return sgn_h5_refuse(&in->as, q->name, "ends too soon");
    SGN_TRY(make_room(r, count));
    SGN_H5 from = H5Dget_space(set);
    SGN_H5 to = H5Screate_simple(1, &count, NULL);
    if (H5Sselect_hyperslab(from, H5S_SELECT_SET, &first, NULL, &count, NULL) < 0 ||
        H5Dread(set, sgn_h5_in_memory(SGN_H5_U8), to, from, H5P_DEFAULT, r->bytes) < 0)
        return sgn_h5_refuse(&in->as, q->name, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

/* The length of a fixed-size string type, refused when it is something else or `most` long. */
static sgn_status text_size(const parsed *in, const char *name, hid_t type, size_t most,
                            size_t *size)
{
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0)
        return sgn_h5_refuse(&in->as, name, "is not a text of fixed length");
    *size = H5Tget_size(type);
    if (*size >= most)
        return sgn_h5_refuse(&in->as, name, "is a text of %zu bytes, expected less than %zu", *size,
                             most);
    return SGN_OK;
}

static int is_scalar(hid_t space) { return H5Sget_simple_extent_type(space) == H5S_SCALAR; }

static sgn_status read_text(const parsed *in, const sgn_h5_question *q, reply *r)
{
    SGN_H5 set = H5I_INVALID_HID;
    SGN_TRY(open_dataset(in, q->name, &set));
    SGN_H5 type = H5Dget_type(set);
    SGN_H5 space = H5Dget_space(set);
    size_t size = 0;
    SGN_TRY(text_size(in, q->name, type, q->room, &size));
    if (!is_scalar(space)) return sgn_h5_refuse(&in->as, q->name, "is not one text");
    SGN_TRY(make_room(r, size));
    if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, r->bytes) < 0)
        return sgn_h5_refuse(&in->as, q->name, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

/* The attribute with its type; `label` is how messages call it. */
static sgn_status open_attribute(const parsed *in, const sgn_h5_question *q,
                                 char label[2 * SGN_H5_MAX_PATH], hid_t *attribute, hid_t *type)
{
    snprintf(label, 2 * SGN_H5_MAX_PATH, "%s@%s", q->object, q->name);
    SGN_H5 at = H5I_INVALID_HID;
    SGN_TRY(open_object(in, q->object, &at));
    if (H5Aexists(at, q->name) <= 0) return sgn_h5_refuse(&in->as, label, "is missing");
    SGN_H5 id = H5Aopen(at, q->name, H5P_DEFAULT);
    SGN_H5 space = H5Aget_space(id);
    if (id < 0 || !is_scalar(space)) return sgn_h5_refuse(&in->as, label, "is not a single value");
    *type = H5Aget_type(id);
    *attribute = id;
    id = H5I_INVALID_HID;  // NOLINT(clang-analyzer-deadcode.DeadStores): what closes it reads it
    return SGN_OK;
}

static sgn_status get(const parsed *in, const sgn_h5_question *q, reply *r)
{
    char label[2 * SGN_H5_MAX_PATH];
    SGN_H5 attribute = H5I_INVALID_HID;
    SGN_H5 have = H5I_INVALID_HID;
    SGN_TRY(open_attribute(in, q, label, &attribute, &have));
    SGN_TRY(check_type(in, label, have, q->type));
    SGN_TRY(make_room(r, sgn_h5_size(q->type)));
    if (H5Aread(attribute, sgn_h5_in_memory(q->type), r->bytes) < 0)
        return sgn_h5_refuse(&in->as, label, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

static sgn_status get_text(const parsed *in, const sgn_h5_question *q, reply *r)
{
    char label[2 * SGN_H5_MAX_PATH];
    SGN_H5 attribute = H5I_INVALID_HID;
    SGN_H5 type = H5I_INVALID_HID;
    SGN_TRY(open_attribute(in, q, label, &attribute, &type));
    size_t length = 0;
    SGN_TRY(text_size(in, label, type, q->room, &length));
    SGN_TRY(make_room(r, length));
    if (H5Aread(attribute, type, r->bytes) < 0)
        return sgn_h5_refuse(&in->as, label, "cannot be read: %s", sgn_h5_why());
    return SGN_OK;
}

/* ---- the child's life ------------------------------------------------------------------------ */

static int send_reply(int link, sgn_status status, reply *r)
{
    r->answer.status = status;
    if (status) {
        r->answer.length = 0;
        snprintf(r->answer.sentence, sizeof r->answer.sentence, "%s", sgn_last_error());
    }
    int gone = sgn_child_put(link, &r->answer, sizeof r->answer) ||
               sgn_child_put(link, r->bytes, r->answer.length);
    sgn_free(r->bytes);
    return gone;
}

void sgn_h5_parse(void *bytes, int link)
{
    static sgn_status (*const answer[SGN_H5_QUESTIONS])(const parsed *in, const sgn_h5_question *q,
                                                        reply *r) = {
        [SGN_H5_HAS] = has,          [SGN_H5_DIMS] = dims, [SGN_H5_READ] = read_numbers,
        [SGN_H5_TEXT] = read_text,   [SGN_H5_GET] = get,   [SGN_H5_GET_TEXT] = get_text,
        [SGN_H5_BYTES] = read_bytes,
    };
    parsed in;
    reply first = {0};
    sgn_h5_question q;
    sgn_status status = open_all(&in, bytes);
    if (send_reply(link, status, &first) || status) return;
    for (int gone = 0; !gone && sgn_child_get(link, &q, sizeof q) == 0;) {
        reply r = {0};
        status = answer[q.what](&in, &q, &r);
        gone = send_reply(link, status, &r);
    }
}
