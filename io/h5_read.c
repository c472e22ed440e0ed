/* h5_read.c -- in the parent: questions about a file, to the child that parses it. */
#include "core/memory.h"
#include "io/child.h"
#include "io/file.h"
#include "io/h5_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static sgn_status fault_of(const sgn_h5_in *in) { return in->foreign ? SGN_EDATA : SGN_EFORMAT; }

sgn_status sgn_h5_refuse(const sgn_h5_in *in, const char *name, const char *fmt, ...)
{
    char what[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return sgn_fail(fault_of(in), "%s: %s %s", in->path, name, what);
}

/* ---- questions and answers ------------------------------------------------------------------- */

static sgn_status blame(const sgn_h5_in *in)
{
    return sgn_child_blame(in->child, in->path, fault_of(in));
}

/* A corrupted child may answer anything: but only words and numbers, of which no more are taken than
   `most` bytes. */
static sgn_status hear(const sgn_h5_in *in, sgn_h5_answer *a, size_t most)
{
    if (sgn_child_get(sgn_child_link(in->child), a, sizeof *a)) return blame(in);
    a->sentence[sizeof a->sentence - 1] = '\0';
    if (a->status == fault_of(in) || a->status == SGN_EMEM)
        return sgn_fail(a->status, "%s", a->sentence);
    return !a->status && a->length <= most ? SGN_OK : blame(in);
}

static sgn_status ask(const sgn_h5_in *in, const sgn_h5_question *q, sgn_h5_answer *a, size_t most)
{
    if (sgn_child_put(sgn_child_link(in->child), q, sizeof *q)) return blame(in);
    return hear(in, a, most);
}

static sgn_status take(const sgn_h5_in *in, void *out, size_t size)
{
    return sgn_child_get(sgn_child_link(in->child), out, size) ? blame(in) : SGN_OK;
}

/* Whose answer is `size` bytes. */
static sgn_status ask_for(const sgn_h5_in *in, const sgn_h5_question *q, void *out, size_t size)
{
    sgn_h5_answer a = {0};
    SGN_TRY(ask(in, q, &a, size));
    return a.length == size ? take(in, out, size) : blame(in);
}

/* A name that is too long is there in no file of ours. */
static sgn_status question(const sgn_h5_in *in, sgn_h5_question *q, const char *name)
{
    if (snprintf(q->name, sizeof q->name, "%s", name) < (int)sizeof q->name) return SGN_OK;
    return sgn_h5_refuse(in, name, "is missing");
}

/* ---- opening --------------------------------------------------------------------------------- */

/* The bytes are given up as soon as the child has its copy. */
static sgn_status open_all(sgn_h5_in *in, sgn_h5_bytes all)
{
    sgn_h5_answer a = {0};
    sgn_h5_in opened = {NULL, all.path, all.foreign};
    sgn_h5_silence();  // and so HDF5 starts once, not in every child
    sgn_status status = sgn_child_new(&opened.child, sgn_h5_parse, &all);
    sgn_free(all.bytes);
    if (!status) status = hear(&opened, &a, 0);
    if (status) sgn_h5_close(&opened);
    else *in = opened;
    return status;
}

sgn_status sgn_h5_open(sgn_h5_in *in, const char *path, int foreign, char *bytes, size_t size)
{
    return open_all(in, (sgn_h5_bytes){path, foreign, bytes, size});
}

sgn_status sgn_h5_open_in_place(sgn_h5_in *in, const char *path)
{
    return open_all(in, (sgn_h5_bytes){path, 0, NULL, 0});
}

sgn_status sgn_h5_open_foreign(sgn_h5_in *in, const char *path)
{
    char *bytes;
    size_t size;
    sgn_status status = sgn_read_file(path, SGN_H5_MOST, &bytes, &size);
    if (status == SGN_EIO) return SGN_EDATA;  // data that cannot be read are no data
    SGN_TRY(status);
    return sgn_h5_open(in, path, 1, bytes, size);
}

void sgn_h5_close(sgn_h5_in *in)
{
    sgn_child_free(in->child);
    in->child = NULL;
}

/* ---- what is asked --------------------------------------------------------------------------- */

sgn_status sgn_h5_has(const sgn_h5_in *in, const char *name, int *has)
{
    char is_there;
    sgn_h5_answer a = {0};
    sgn_h5_question q = {.what = SGN_H5_HAS};
    SGN_TRY(question(in, &q, name));
    SGN_TRY(ask(in, &q, &a, sizeof is_there));
    SGN_TRY(take(in, &is_there, a.length));
    *has = a.length > 0;
    return SGN_OK;
}

sgn_status sgn_h5_dims(const sgn_h5_in *in, const char *name, int rank, hsize_t *dims)
{
    sgn_h5_answer a = {0};
    sgn_h5_question q = {.what = SGN_H5_DIMS, .rank = rank};
    SGN_TRY(question(in, &q, name));
    SGN_TRY(ask(in, &q, &a, 0));
    if (!sgn_h5_dims_are_modest(a.dims, rank)) return blame(in);
    memcpy(dims, a.dims, (size_t)rank * sizeof *dims);
    return SGN_OK;
}

sgn_status sgn_h5_read(const sgn_h5_in *in, const char *name, sgn_h5_type type, int rank,
                       const hsize_t *dims, void *out)
{
    sgn_h5_question q = {.what = SGN_H5_READ, .type = type, .rank = rank};
    size_t size = sgn_h5_size(type);
    SGN_TRY(question(in, &q, name));
    memcpy(q.dims, dims, (size_t)rank * sizeof *dims);
    for (int i = 0; i < rank; i++) size *= dims[i];
    return ask_for(in, &q, out, size);
}

sgn_status sgn_h5_read_bytes(const sgn_h5_in *in, const char *name, size_t first, size_t count,
                             uint8_t *out)
{
    sgn_h5_question q = {.what = SGN_H5_BYTES, .dims = {first, count}};
    SGN_TRY(question(in, &q, name));
    return ask_for(in, &q, out, count);
}

sgn_status sgn_h5_read_matrix(const sgn_h5_in *in, const char *name, sgn_mat *out)
{
    hsize_t dims[2] = {0};
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

sgn_status sgn_h5_read_text(const sgn_h5_in *in, const char *name, char **out)
{
    sgn_h5_answer a = {0};
    sgn_h5_question q = {.what = SGN_H5_TEXT, .room = SGN_H5_MAX_TEXT};
    SGN_TRY(question(in, &q, name));
    SGN_TRY(ask(in, &q, &a, SGN_H5_MAX_TEXT));
    char *text = sgn_alloc(a.length + 1, 1);
    sgn_status s = text ? take(in, text, a.length) : SGN_EMEM;
    if (s == SGN_OK) *out = text;
    else sgn_free(text);
    return s;
}

sgn_status sgn_h5_get(const sgn_h5_in *in, const char *object, const char *name, sgn_h5_type type,
                      void *out)
{
    sgn_h5_question q = {.what = SGN_H5_GET, .type = type};
    SGN_TRY(question(in, &q, name));
    snprintf(q.object, sizeof q.object, "%s", object);
    return ask_for(in, &q, out, sgn_h5_size(type));
}

sgn_status sgn_h5_get_text(const sgn_h5_in *in, const char *object, const char *name, char *out,
                           size_t size)
{
    sgn_h5_answer a = {0};
    sgn_h5_question q = {.what = SGN_H5_GET_TEXT, .room = size};
    SGN_TRY(question(in, &q, name));
    snprintf(q.object, sizeof q.object, "%s", object);
    SGN_TRY(ask(in, &q, &a, size - 1));
    SGN_TRY(take(in, out, a.length));
    out[a.length] = '\0';
    return SGN_OK;
}
