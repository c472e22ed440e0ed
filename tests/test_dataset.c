#include "core/memory.h"
#include "io/dataset.h"
#include "io/file.h"
#include "io/h5.h"
#include "tests/slow.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OK(expr) cr_assert_eq(expr, SGN_OK, "%s", sgn_last_error())

static char folder[64], path[128];

static void enter_folder(void)
{
    strcpy(folder, "/tmp/sgn_dataset_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/data.h5", folder);
}

static void leave_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(dataset, .init = enter_folder, .fini = leave_folder, .timeout = 60);

/* Written as numpy would: A (2, 3), x (4, 3), y (4, 2), row by row. */
static const double A_rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
static const double x_rows[4][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 0}};
static const double y_rows[4][2] = {{1, 4}, {2, 5}, {3, 6}, {3, 9}};

static void put(hid_t file, const char *name, hid_t type, hsize_t rows, hsize_t cols,
                const void *data)
{
    hsize_t dims[] = {rows, cols};
    SGN_H5 create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(create, 2, dims);
    H5Pset_shuffle(create);
    H5Pset_deflate(create, 9);
    SGN_H5 space = H5Screate_simple(2, dims, NULL);
    SGN_H5 set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, create, H5P_DEFAULT);
    cr_assert_geq(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
}

static hid_t new_file(void) { return H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT); }

static void write_sample(void)
{
    SGN_H5 file = new_file();
    put(file, "A", H5T_IEEE_F64BE, 2, 3, A_rows);
    put(file, "x", H5T_IEEE_F32LE, 4, 3, x_rows);
    put(file, "y", H5T_IEEE_F64LE, 4, 2, y_rows);
    put(file, "train_x", H5T_IEEE_F32LE, 3, 3, x_rows);
}

static void refused(const char *why)
{
    sgn_dataset d = {0};
    cr_assert_eq(sgn_dataset_load(&d, path, 0), SGN_EDATA, "expected: %s", why);
    cr_assert(strstr(sgn_last_error(), why), "'%s' does not say '%s'", sgn_last_error(), why);
    cr_assert(strstr(sgn_last_error(), path));
    cr_assert_null(d.A.at);
}

Test(dataset, rows_of_the_file_are_columns_here_and_A_is_turned)
{
    write_sample();
    sgn_dataset d;
    OK(sgn_dataset_load(&d, path, 0));
    cr_assert(d.A.rows == 2 && d.A.cols == 3 && d.x.rows == 3 && d.x.cols == 4);
    cr_assert(d.y.rows == 2 && d.y.cols == 4 && d.train_x.cols == 3 && d.train_y.cols == 0);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++) cr_assert_eq(*sgn_mat_at(d.A, i, j), (sgn_real)A_rows[i][j]);
    for (int b = 0; b < 4; b++) {
        for (int i = 0; i < 3; i++) cr_assert_eq(*sgn_mat_at(d.x, i, b), (sgn_real)x_rows[b][i]);
        for (int i = 0; i < 2; i++) cr_assert_eq(*sgn_mat_at(d.y, i, b), (sgn_real)y_rows[b][i]);
    }
    sgn_dataset_free(&d);
    cr_assert_null(d.A.at);
    sgn_dataset_free(NULL);
}

Test(dataset, a_limit_takes_the_first_test_vectors_and_all_training_vectors)
{
    write_sample();
    sgn_dataset d;
    OK(sgn_dataset_load(&d, path, 2));
    cr_assert(d.x.cols == 2 && d.y.cols == 2 && d.train_x.cols == 3);
    cr_assert_eq(*sgn_mat_at(d.y, 1, 1), (sgn_real)y_rows[1][1]);
    sgn_dataset_free(&d);
    OK(sgn_dataset_load(&d, path, 100));
    cr_assert_eq(d.x.cols, 4);
    sgn_dataset_free(&d);
}

Test(dataset, what_was_saved_is_loaded_bit_for_bit)
{
    write_sample();
    sgn_dataset d, e;
    OK(sgn_dataset_load(&d, path, 0));
    *sgn_mat_at(d.A, 1, 2) = (sgn_real)0.1;
    OK(sgn_dataset_save(&d, path));
    OK(sgn_dataset_load(&e, path, 0));
    cr_assert(memcmp(d.A.at, e.A.at, 6 * sizeof(sgn_real)) == 0);
    cr_assert(memcmp(d.y.at, e.y.at, 8 * sizeof(sgn_real)) == 0);
    cr_assert_eq(e.train_y.cols, 0);
    sgn_dataset_free(&d);
    sgn_dataset_free(&e);
}

Test(dataset, a_missing_file_a_folder_and_foreign_bytes_are_named)
{
    refused("No such file");
    FILE *f = fopen(path, "w");
    cr_assert(f && fputs("not HDF5 at all", f) >= 0 && fclose(f) == 0);
    refused("not an HDF5 file");
    strcpy(path, folder);
    refused(folder);
}

Test(dataset, a_file_without_our_names_is_refused)
{
    SGN_H5 file = new_file();
    put(file, "B", H5T_IEEE_F32LE, 2, 3, A_rows);
    sgn_h5_drop(&file);
    refused("none of the datasets A, x and y");
}

Test(dataset, a_wrong_shape_is_named_with_what_is_expected)
{
    SGN_H5 file = new_file();
    put(file, "A", H5T_IEEE_F32LE, 2, 3, A_rows);
    put(file, "x", H5T_IEEE_F32LE, 3, 2, x_rows);
    sgn_h5_drop(&file);
    refused("x has shape (3, 2), expected (N, 3) because A is (2, 3)");
    file = new_file();
    put(file, "x", H5T_IEEE_F32LE, 4, 3, x_rows);
    put(file, "y", H5T_IEEE_F32LE, 3, 2, y_rows);
    sgn_h5_drop(&file);
    refused("y has 3 rows, expected 4 as in x");
    file = new_file();
    put(file, "A", H5T_STD_I32LE, 2, 3, A_rows);
    sgn_h5_drop(&file);
    refused("A holds int32, expected float32 or float64");
    file = new_file();
    hsize_t cube[] = {1, 2, 3};
    OK(sgn_h5_write(file, "A", SGN_H5_REAL, 3, cube, x_rows));
    sgn_h5_drop(&file);
    refused("A has 3 dimensions, expected 2");
}

Test(dataset, a_value_that_is_not_finite_is_named_with_its_place)
{
    double bad[4][3] = {{0}};
    bad[3][1] = (double)NAN;
    SGN_H5 file = new_file();
    put(file, "x", H5T_IEEE_F64LE, 4, 3, bad);
    sgn_h5_drop(&file);
    refused("x has nan at [3, 1]");
    bad[3][1] = 0;
    bad[1][2] = -(double)INFINITY;
    file = new_file();
    put(file, "A", H5T_IEEE_F64LE, 4, 3, bad);
    sgn_h5_drop(&file);
    refused("A has -inf at [1, 2]");
}

Test(dataset, a_shape_beyond_memory_is_refused_before_memory_is_asked_for)
{
    SGN_H5 file = new_file();
    hsize_t dims[] = {1u << 30, 1u << 30};
    SGN_H5 space = H5Screate_simple(2, dims, NULL);
    SGN_H5 create = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[] = {64, 64};
    H5Pset_chunk(create, 2, chunk);
    SGN_H5 set = H5Dcreate2(file, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, create, H5P_DEFAULT);
    cr_assert_geq(set, 0);
    sgn_h5_drop(&set);
    sgn_h5_drop(&file);
    refused("empty or too large");
}

/* Whatever a flipped byte does to HDF5, here it is data or one sentence. */
Test(dataset, damaged_files_are_loaded_or_refused)
{
    write_sample();
    char *bytes;
    size_t size;
    int refusals = 0;
    OK(sgn_read_file(path, SGN_H5_MOST, &bytes, &size));
    size_t flips = 60 / (size_t)slower();
    for (size_t i = 0; i < size; i += 1 + size / flips) {
        char was = bytes[i];
        bytes[i] = (char)~was;
        FILE *f = fopen(path, "wb");
        cr_assert(f && fwrite(bytes, 1, size, f) == size && fclose(f) == 0);
        bytes[i] = was;
        sgn_dataset d = {0};
        sgn_status s = sgn_dataset_load(&d, path, 0);
        cr_assert(s == SGN_OK || s == SGN_EDATA, "byte %zu: %s", i, sgn_last_error());
        refusals += s != SGN_OK;
        sgn_dataset_free(&d);
    }
    cr_assert_gt(refusals, 0);
    sgn_free(bytes);
}

/* ---- a problem from a file ---- */

static sgn_problem_settings file_settings(void)
{
    sgn_problem_settings as;
    sgn_option_presets(sgn_problem_options, sgn_problem_option_count, &as);
    strcpy(as.kind, "file");
    strcpy(as.file, path);
    return as;
}

Test(dataset, a_problem_takes_matrix_and_test_vectors_from_its_file)
{
    write_sample();
    sgn_problem_settings as = file_settings();
    sgn_problem *q = NULL;
    OK(sgn_problem_load(&q, &as, 1, 3));
    cr_assert(q->physics.A.rows == 2 && q->physics.A.cols == 3 && q->test_x.cols == 3);
    cr_assert_eq(*sgn_mat_at(q->physics.A, 1, 0), 4);
    sgn_problem_free(q);
}

Test(dataset, a_problem_needs_a_file_with_A)
{
    sgn_problem_settings as = file_settings();
    sgn_problem *q = NULL;
    SGN_H5 file = new_file();
    put(file, "x", H5T_IEEE_F32LE, 4, 3, x_rows);
    sgn_h5_drop(&file);
    cr_assert_eq(sgn_problem_load(&q, &as, 1, 0), SGN_EDATA);
    cr_assert(strstr(sgn_last_error(), "has no dataset A"));
    as.file[0] = '\0';
    cr_assert_eq(sgn_problem_load(&q, &as, 1, 0), SGN_ECONFIG);
    cr_assert(strstr(sgn_last_error(), "problem.file"));
    cr_assert_null(q);
}

Test(dataset, a_problem_of_another_kind_is_drawn)
{
    sgn_problem_settings as = file_settings();
    strcpy(as.kind, "gaussian");
    as.m = 5, as.n = 7;
    sgn_problem *q = NULL;
    OK(sgn_problem_load(&q, &as, 1, 0));
    cr_assert(q->physics.A.rows == 5 && q->test_x.cols == 0);
    sgn_problem_free(q);
}
