#include "core/memory.h"
#include "io/container.h"
#include "io/file.h"
#include "tests/slow.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define OK(expr) cr_assert_eq(expr, SGN_OK, "%s", sgn_last_error())

static char folder[64], path[128];

static void enter_folder(void)
{
    strcpy(folder, "/tmp/sgn_container_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.h5", folder);
}

static int entries(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void leave_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(container, .init = enter_folder, .fini = leave_folder, .timeout = 60);

static const sgn_real numbers[2][3] = {{1, -2, 3}, {4, 5, -6}};
static const hsize_t shape[2] = {2, 3};

/* Large data with small before, between and behind, lent or copied. */
static char *file_of(sgn_status (*write)(hid_t, const char *, sgn_h5_type, int, const hsize_t *,
                                         const void *),
                     sgn_real *large, int changes, size_t *size)
{
    enum { LARGE = 1 << 17 };
    hsize_t many[] = {LARGE};
    hid_t file;
    char *bytes;
    SGN_H5 group = H5I_INVALID_HID;
    for (int i = 0; i < LARGE; i++) large[i] = (sgn_real)i;
    OK(sgn_container_create(&file));
    OK(write(file, "a", SGN_H5_REAL, 2, shape, numbers));
    OK(write(file, "b", SGN_H5_REAL, 1, many, large));
    OK(sgn_h5_group(file, "g", &group));
    OK(write(group, "c", SGN_H5_REAL, 1, many, large));
    OK(write(group, "d", SGN_H5_REAL, 2, shape, numbers));
    sgn_h5_drop(&group);
    large[5] += (sgn_real)changes;
    OK(sgn_container_save(&file, path, "sample"));
    OK(sgn_read_file(path, (size_t)1 << 24, &bytes, size));
    return bytes;
}

Test(container, what_is_lent_is_written_as_what_is_copied)
{
    sgn_real *large = sgn_alloc(1 << 17, sizeof *large);
    size_t size, lent_size, changed_size;
    char *copied = file_of(sgn_h5_write, large, 0, &size);
    char *lent = file_of(sgn_h5_write_lent, large, 0, &lent_size);
    cr_assert_eq(size, lent_size);
    cr_expect(!memcmp(copied, lent, size));
    char *changed = file_of(sgn_h5_write_lent, large, 1, &changed_size);
    cr_assert_eq(size, changed_size);
    cr_expect(memcmp(lent, changed, size), "a copy was made of what was lent");
    sgn_free(copied), sgn_free(lent), sgn_free(changed), sgn_free(large);
}

static hid_t sample(void)
{
    hid_t file;
    int32_t answer = 42;
    OK(sgn_container_create(&file));
    OK(sgn_h5_set(file, "answer", SGN_H5_I32, &answer));
    OK(sgn_h5_set_text(file, "who", "nobody"));
    OK(sgn_h5_write_text(file, "words", "two words"));
    SGN_H5 group = H5I_INVALID_HID;
    OK(sgn_h5_group(file, "g", &group));
    OK(sgn_h5_write(group, "numbers", SGN_H5_REAL, 2, shape, numbers));
    return file;
}

static void save(hid_t file) { OK(sgn_container_save(&file, path, "checkpoint")); }

static sgn_status try_open(void)
{
    sgn_container *c = NULL;
    sgn_status s = sgn_container_open(&c, path, "checkpoint");
    sgn_container_close(c);
    return s;
}

static char *slurp(size_t *size)
{
    char *bytes = NULL;
    OK(sgn_read_file(path, SGN_H5_MOST, &bytes, size));
    return bytes;
}

static void spill(const char *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f && fwrite(bytes, 1, size, f) == size && fclose(f) == 0);
}

Test(container, gives_back_what_was_put_in)
{
    save(sample());
    sgn_container *c = NULL;
    OK(sgn_container_open(&c, path, "checkpoint"));
    const sgn_h5_in *in = sgn_container_in(c);
    int32_t answer = 0;
    char who[16], *words = NULL;
    sgn_real read[2][3];
    OK(sgn_h5_get(in, "/", "answer", SGN_H5_I32, &answer));
    OK(sgn_h5_get_text(in, "/", "who", who, sizeof who));
    OK(sgn_h5_read_text(in, "words", &words));
    OK(sgn_h5_read(in, "g/numbers", SGN_H5_REAL, 2, shape, read));
    cr_assert(answer == 42 && !strcmp(who, "nobody") && !strcmp(words, "two words"));
    cr_assert(memcmp(read, numbers, sizeof read) == 0);
    sgn_free(words);
    sgn_container_close(c);
    char kind[SGN_KIND_MAX];
    OK(sgn_container_kind(path, kind));
    cr_assert_str_eq(kind, "checkpoint");
}

static void save_number(int32_t number)
{
    hid_t file;
    OK(sgn_container_create(&file));
    OK(sgn_h5_set(file, "number", SGN_H5_I32, &number));
    save(file);
}

static int32_t number_of(const sgn_container *c)
{
    int32_t number = 0;
    OK(sgn_h5_get(sgn_container_in(c), "/", "number", SGN_H5_I32, &number));
    return number;
}

Test(container, files_that_are_open_at_once_are_not_confused)
{
    sgn_container *one = NULL, *two = NULL;
    save_number(1);
    OK(sgn_container_open(&one, path, "checkpoint"));
    save_number(2);
    OK(sgn_container_open(&two, path, "checkpoint"));
    cr_expect_eq(number_of(one), 1);
    cr_expect_eq(number_of(two), 2);
    sgn_container_close(one);
    sgn_container_close(two);
}

Test(container, hdf5_itself_opens_the_file_and_skips_the_user_block)
{
    save(sample());
    SGN_H5 file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    cr_assert_geq(file, 0);
    SGN_H5 create = H5Fget_create_plist(file);
    hsize_t user_block = 0;
    H5Pget_userblock(create, &user_block);
    cr_assert_eq(user_block, 512);
    SGN_H5 set = H5Dopen2(file, "/g/numbers", H5P_DEFAULT);
    cr_assert_geq(set, 0);
    sgn_real read[2][3];
    hid_t memory = sgn_h5_in_memory(SGN_H5_REAL);
    cr_assert_geq(H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, read), 0);
    cr_assert(memcmp(read, numbers, sizeof read) == 0);
}

Test(container, equal_content_gives_equal_bytes)
{
    size_t n, m;
    save(sample());
    char *first = slurp(&n);
    save(sample());
    char *second = slurp(&m);
    cr_assert(n == m && memcmp(first, second, n) == 0);
    sgn_free(first);
    sgn_free(second);
}

Test(container, one_flipped_bit_anywhere_is_refused)
{
    save(sample());
    size_t size;
    char *bytes = slurp(&size);
    for (size_t i = 0; i < size; i += (size_t)slower()) {
        bytes[i] ^= (char)(1 << i % 8);
        spill(bytes, size);
        cr_assert_eq(try_open(), SGN_EFORMAT, "byte %zu of %zu", i, size);
        cr_assert(strstr(sgn_last_error(), path));
        bytes[i] ^= (char)(1 << i % 8);
    }
    spill(bytes, size);
    OK(try_open());
    sgn_free(bytes);
}

Test(container, a_shorter_or_longer_file_is_refused)
{
    save(sample());
    size_t size;
    char *bytes = slurp(&size);
    for (size_t n = 0; n < size; n += 1 + n / 50) {
        spill(bytes, n);
        cr_assert_eq(try_open(), SGN_EFORMAT, "%zu of %zu bytes", n, size);
    }
    char *longer = sgn_alloc(size + 1, 1);
    memcpy(longer, bytes, size);
    spill(longer, size + 1);
    cr_assert_eq(try_open(), SGN_EFORMAT);
    cr_assert(strstr(sgn_last_error(), "cut or extended"));
    sgn_free(longer);
    sgn_free(bytes);
}

Test(container, a_newer_version_is_named)
{
    save(sample());
    size_t size;
    char *bytes = slurp(&size);
    bytes[8] = SGN_FORMAT_VERSION + 1;
    spill(bytes, size);
    cr_assert_eq(try_open(), SGN_EFORMAT);
    cr_assert(strstr(sgn_last_error(), "format version 2, this signroll reads up to 1"), "%s",
              sgn_last_error());
    sgn_free(bytes);
}

Test(container, another_kind_a_missing_file_and_a_folder_are_named)
{
    save(sample());
    sgn_container *c = NULL;
    cr_assert_eq(sgn_container_open(&c, path, "packed"), SGN_EFORMAT);
    cr_assert(strstr(sgn_last_error(), "'checkpoint', expected 'packed'"), "%s", sgn_last_error());
    cr_assert_eq(sgn_container_open(&c, "/nowhere/a.h5", "packed"), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), "/nowhere/a.h5"));
    cr_assert_eq(sgn_container_open(&c, folder, "packed"), SGN_EIO);
    cr_assert_null(c);
}

Test(container, a_plain_hdf5_file_is_refused)
{
    SGN_H5 file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    sgn_h5_drop(&file);
    cr_assert_eq(try_open(), SGN_EFORMAT);
    cr_assert(strstr(sgn_last_error(), "not written by signroll"));
}

Test(container, a_full_disk_keeps_the_old_file_and_leaves_nothing_beside_it)
{
    save(sample());
    size_t size, still;
    char *bytes = slurp(&size);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit was, less;
    getrlimit(RLIMIT_FSIZE, &was);
    less = was;
    less.rlim_cur = 700;
    setrlimit(RLIMIT_FSIZE, &less);
    hid_t file = sample();
    sgn_status s = sgn_container_save(&file, path, "checkpoint");
    setrlimit(RLIMIT_FSIZE, &was);
    cr_assert_eq(s, SGN_EIO);
    cr_assert(strstr(sgn_last_error(), path));
    cr_assert_lt(file, 0);
    cr_assert_eq(entries(), 1);
    char *after = slurp(&still);
    cr_assert(still == size && memcmp(bytes, after, size) == 0);
    sgn_free(bytes);
    sgn_free(after);
}

/* ---- what a file may hold ---- */

static sgn_container *reopen(hid_t file)
{
    sgn_container *c = NULL;
    save(file);
    OK(sgn_container_open(&c, path, "checkpoint"));
    return c;
}

static void refused(const sgn_container *c, const char *name, sgn_h5_type type, hsize_t rows,
                    hsize_t cols, const char *why)
{
    double room[64];
    hsize_t dims[2] = {rows, cols};
    sgn_status s = sgn_h5_read(sgn_container_in(c), name, type, 2, dims, room);
    cr_assert_eq(s, SGN_EFORMAT, "%s", name);
    cr_assert(strstr(sgn_last_error(), why), "'%s' does not say '%s'", sgn_last_error(), why);
    cr_assert(strstr(sgn_last_error(), name), "'%s' does not say '%s'", sgn_last_error(), name);
}

Test(container, a_dataset_must_have_the_expected_shape_and_type)
{
    sgn_container *c = reopen(sample());
    refused(c, "g/numbers", SGN_H5_REAL, 3, 2, "has shape (2, 3), expected (3, 2)");
    refused(c, "g/numbers", SGN_H5_REAL, 1, 3, "has shape (2, 3), expected (1, 3)");
    refused(c, "g/numbers", SGN_H5_U8, 2, 3, "expected uint8");
    refused(c, "g", SGN_H5_REAL, 2, 3, "is not a dataset");
    refused(c, "words", SGN_H5_REAL, 2, 3, "dimensions");
    refused(c, "g/nothing", SGN_H5_REAL, 2, 3, "is missing");
    refused(c, "nothing/numbers", SGN_H5_REAL, 2, 3, "is missing");
    int32_t value;
    cr_assert_eq(sgn_h5_get(sgn_container_in(c), "g", "answer", SGN_H5_I32, &value), SGN_EFORMAT);
    cr_assert_eq(sgn_h5_get(sgn_container_in(c), "/", "who", SGN_H5_I32, &value), SGN_EFORMAT);
    char tiny[4];
    cr_assert_eq(sgn_h5_get_text(sgn_container_in(c), "/", "who", tiny, sizeof tiny), SGN_EFORMAT);
    sgn_container_close(c);
}

Test(container, the_other_precision_is_named)
{
    hid_t file = sample();
    int other = sizeof(sgn_real) == 4;  // the file holds doubles
    SGN_H5 space = H5Screate_simple(2, shape, NULL);
    SGN_H5 set = H5Dcreate2(file, "other", other ? H5T_IEEE_F64LE : H5T_IEEE_F32LE, space,
                            H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    sgn_h5_drop(&set);
    sgn_container *c = reopen(file);
    refused(c, "other", SGN_H5_REAL, 2, 3,
            other ? "computes in float64, this one computes in float32"
                  : "computes in float32, this one computes in float64");
    sgn_container_close(c);
}

Test(container, links_and_storage_outside_the_file_are_not_followed)
{
    hid_t file = sample();
    H5Lcreate_soft("/g/numbers", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external(path, "/g/numbers", file, "external", H5P_DEFAULT, H5P_DEFAULT);
    SGN_H5 create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(create, "/etc/hostname", 0, sizeof numbers);
    SGN_H5 space = H5Screate_simple(2, shape, NULL);
    SGN_H5 set = H5Dcreate2(file, "raw", sgn_h5_in_file(SGN_H5_REAL), space, H5P_DEFAULT, create,
                            H5P_DEFAULT);
    cr_assert_geq(set, 0);
    sgn_h5_drop(&set);
    sgn_container *c = reopen(file);
    refused(c, "soft", SGN_H5_REAL, 2, 3, "is missing");
    refused(c, "external", SGN_H5_REAL, 2, 3, "is missing");
    refused(c, "raw", SGN_H5_REAL, 2, 3, "in another file");
    sgn_container_close(c);
}

static void write_filtered(hid_t file, const char *name, herr_t (*filter)(hid_t create))
{
    SGN_H5 create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(create, 2, shape);
    cr_assert_geq(filter(create), 0);
    SGN_H5 space = H5Screate_simple(2, shape, NULL);
    SGN_H5 set = H5Dcreate2(file, name, sgn_h5_in_file(SGN_H5_REAL), space, H5P_DEFAULT, create,
                            H5P_DEFAULT);
    hid_t memory = sgn_h5_in_memory(SGN_H5_REAL);
    cr_assert_geq(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers), 0);
}

static herr_t deflate(hid_t create) { return H5Pset_deflate(create, 1); }

Test(container, of_the_filters_only_the_checksum_is_read)
{
    hid_t file = sample();
    write_filtered(file, "zipped", deflate);
    write_filtered(file, "summed", H5Pset_fletcher32);
    sgn_container *c = reopen(file);
    refused(c, "zipped", SGN_H5_REAL, 2, 3, "filter 1");
    sgn_real read[2][3];
    OK(sgn_h5_read(sgn_container_in(c), "summed", SGN_H5_REAL, 2, shape, read));
    cr_assert(memcmp(read, numbers, sizeof read) == 0);
    sgn_container_close(c);
}
