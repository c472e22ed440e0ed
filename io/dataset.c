#include "io/dataset.h"

#include "core/memory.h"
#include "io/file.h"
#include "io/h5.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MAT_A, MAT_SUPPORT, MAT_X, MAT_Y, MAT_TRAIN_X, MAT_TRAIN_Y, MATS };

/* A comes first.  Of the vectors a row in the file is a column here: the same bytes. */
static const struct {
    const char *name;
    size_t at;
    int is_matrix;  // not a set of vectors
    int measured;   // vectors as long as A has rows, else columns
    int limited;    // a test set
} mats[MATS] = {
    [MAT_A] = {"A", offsetof(sgn_dataset, A), 1, 0, 0},
    [MAT_SUPPORT] = {"support", offsetof(sgn_dataset, support), 1, 0, 0},
    [MAT_X] = {"x", offsetof(sgn_dataset, x), 0, 0, 1},
    [MAT_Y] = {"y", offsetof(sgn_dataset, y), 0, 1, 1},
    [MAT_TRAIN_X] = {"train_x", offsetof(sgn_dataset, train_x), 0, 0, 0},
    [MAT_TRAIN_Y] = {"train_y", offsetof(sgn_dataset, train_y), 0, 1, 0},
};

static sgn_mat *mat_of(sgn_dataset *d, int k) { return (sgn_mat *)((char *)d + mats[k].at); }

void sgn_dataset_free(sgn_dataset *d)
{
    if (!d) return;
    for (int k = 0; k < MATS; k++) sgn_free(mat_of(d, k)->at);
    *d = (sgn_dataset){0};
}

/* ---- reading --------------------------------------------------------------------------------- */

/* `turned`: file and memory have the indices in the same order. */
static sgn_status check_finite(const sgn_h5_in *in, const char *name, sgn_mat a, int turned)
{
    for (int j = 0; j < a.cols; j++)
        for (int i = 0; i < a.rows; i++) {
            double value = (double)*sgn_mat_at(a, i, j);
            if (!isfinite(value))
                return sgn_h5_refuse(in, name, "has %g at [%d, %d], every value must be finite",
                                     value, turned ? i : j, turned ? j : i);
        }
    return SGN_OK;
}

/* Vectors are as long as A says; where A is missing they may have any length. */
static sgn_status check_length(const sgn_h5_in *in, int k, sgn_mat A, const hsize_t dims[2])
{
    int expected = mats[k].measured ? A.rows : A.cols;
    if (A.cols == 0 || dims[1] == (hsize_t)expected) return SGN_OK;
    return sgn_h5_refuse(
        in, mats[k].name, "has shape (%llu, %llu), expected (N, %d) because A is (%d, %d)",
        (unsigned long long)dims[0], (unsigned long long)dims[1], expected, A.rows, A.cols);
}

/* What the file has, before any of it is read. */
typedef struct {
    int has[MATS];
    hsize_t dims[MATS][2];
} contents;

/* The rows that are read. */
static hsize_t rows_of(const contents *c, int k, int limit)
{
    hsize_t rows = c->dims[k][0];
    return mats[k].limited && limit > 0 && rows > (hsize_t)limit ? (hsize_t)limit : rows;
}

/* A small file may well say that it holds zeros without end, and several times. */
static sgn_status list(const sgn_h5_in *in, int limit, contents *c)
{
    size_t bytes = 0;
    for (int k = 0; k < MATS; k++) {
        SGN_TRY(sgn_h5_has(in, mats[k].name, &c->has[k]));
        if (!c->has[k]) continue;
        SGN_TRY(sgn_h5_dims(in, mats[k].name, 2, c->dims[k]));
        bytes += rows_of(c, k, limit) * c->dims[k][1] * sizeof(double);
        if (bytes > SGN_H5_MOST)
            return sgn_h5_refuse(in, mats[k].name,
                                 "is too large, together with the datasets before it");
    }
    return bytes ? SGN_OK : sgn_fail(SGN_EDATA, "%s has none of the datasets A, x and y", in->path);
}

static sgn_status check_pair(const sgn_h5_in *in, const contents *c, int x, int y)
{
    hsize_t of_x = c->dims[x][0], of_y = c->dims[y][0];
    if (!c->has[x] || !c->has[y] || of_x == of_y) return SGN_OK;
    return sgn_h5_refuse(in, mats[y].name, "has %llu rows, expected %llu as in %s",
                         (unsigned long long)of_y, (unsigned long long)of_x, mats[x].name);
}

static sgn_status read_vectors(const sgn_h5_in *in, const contents *c, int k, int limit,
                               sgn_dataset *d)
{
    hsize_t dims[] = {rows_of(c, k, limit), c->dims[k][1]};
    SGN_TRY(check_length(in, k, d->A, c->dims[k]));
    sgn_real *at = sgn_alloc(dims[0] * dims[1], sizeof *at);
    if (!at) return SGN_EMEM;
    *mat_of(d, k) = sgn_mat_view(at, (int)dims[1], (int)dims[0]);
    SGN_TRY(sgn_h5_read(in, mats[k].name, SGN_H5_REAL, 2, dims, at));
    return check_finite(in, mats[k].name, *mat_of(d, k), 0);
}

static sgn_status read_matrix(const sgn_h5_in *in, int k, sgn_dataset *d)
{
    SGN_TRY(sgn_h5_read_matrix(in, mats[k].name, mat_of(d, k)));
    return check_finite(in, mats[k].name, *mat_of(d, k), 1);
}

static sgn_status read_all(const sgn_h5_in *in, int limit, sgn_dataset *d)
{
    contents c;
    SGN_TRY(list(in, limit, &c));
    for (int k = 0; k < MATS; k++) {
        if (!c.has[k]) continue;
        SGN_TRY(mats[k].is_matrix ? read_matrix(in, k, d) : read_vectors(in, &c, k, limit, d));
    }
    SGN_TRY(check_pair(in, &c, MAT_X, MAT_Y));
    return check_pair(in, &c, MAT_TRAIN_X, MAT_TRAIN_Y);
}

sgn_status sgn_dataset_load(sgn_dataset *out, const char *path, int limit)
{
    sgn_h5_in in;
    sgn_dataset d = {0};
    SGN_TRY(sgn_h5_open_foreign(&in, path));
    sgn_status s = read_all(&in, limit, &d);
    sgn_h5_close(&in);
    if (s == SGN_OK) *out = d;
    else sgn_dataset_free(&d);
    return s;
}

/* ---- writing -------------------------------------------------------------------------------- */

static sgn_status write_one(hid_t file, int k, sgn_mat a)
{
    hsize_t dims[] = {(hsize_t)a.cols, (hsize_t)a.rows};
    if (a.cols == 0) return SGN_OK;
    if (mats[k].is_matrix) return sgn_h5_write_matrix(file, mats[k].name, a);
    assert(a.ld == a.rows);
    return sgn_h5_write_lent(file, mats[k].name, SGN_H5_REAL, 2, dims, a.at);
}

static sgn_status write_all(hid_t file, sgn_dataset d)
{
    for (int k = 0; k < MATS; k++) SGN_TRY(write_one(file, k, *mat_of(&d, k)));
    return SGN_OK;
}

sgn_status sgn_dataset_save(const sgn_dataset *d, const char *path)
{
    const sgn_bytes *piece;
    int n;
    SGN_H5 file = H5I_INVALID_HID;
    SGN_TRY(sgn_h5_create(&file, 0));
    SGN_TRY(write_all(file, *d));
    SGN_TRY(sgn_h5_image(file, &piece, &n));
    return sgn_write_pieces(path, piece, n);
}

/* ---- a support ------------------------------------------------------------------------------ */

static sgn_status check_support(const char *path, sgn_mat support, sgn_mat A)
{
    if (support.cols == 0) return sgn_fail(SGN_EDATA, "%s has no dataset support", path);
    if (support.rows != A.cols || support.cols != A.rows)
        return sgn_fail(SGN_EDATA,
                        "%s: support has shape (%d, %d), expected (%d, %d) because A is (%d, %d)",
                        path, support.rows, support.cols, A.cols, A.rows, A.rows, A.cols);
    if (sgn_mat_sum_squares(support) > 0) return SGN_OK;
    return sgn_fail(SGN_EDATA, "%s: support is 0 everywhere, some link must exist", path);
}

sgn_status sgn_dataset_support(sgn_mat *out, const char *path, sgn_mat A)
{
    sgn_dataset d;
    SGN_TRY(sgn_dataset_load(&d, path, 1));
    sgn_status s = check_support(path, d.support, A);
    if (s == SGN_OK) {
        *out = d.support;
        d.support = (sgn_mat){0};
    }
    sgn_dataset_free(&d);
    return s;
}

/* ---- a problem ------------------------------------------------------------------------------ */

sgn_status sgn_problem_load(sgn_problem **out, const sgn_problem_settings *as, uint64_t seed,
                            int test_limit)
{
    if (strcmp(as->kind, "file") != 0) return sgn_problem_new(out, as, seed);
    if (!as->file[0])
        return sgn_fail(SGN_ECONFIG, "problem.kind is file, so problem.file must name one");
    sgn_dataset d;
    SGN_TRY(sgn_dataset_load(&d, as->file, test_limit * as->measurements));
    sgn_status s = d.A.cols > 0
                       ? sgn_problem_from_data(out, as, d.A, d.x, d.y, d.train_x, d.train_y)
                       : sgn_fail(SGN_EDATA, "%s has no dataset A", as->file);
    sgn_dataset_free(&d);
    return s;
}
