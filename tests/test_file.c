/* Whole files: what is written is read back, and a failure leaves no trace. */
#include "core/memory.h"
#include "core/option.h"
#include "io/file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char folder[] = "/tmp/signroll-file-XXXXXX";
static char path[SGN_PATH_MAX];

static void make_folder(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(sgn_path_join(path, folder, "a.txt"), SGN_OK);
}

static int entries(void)
{
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *e; (e = readdir(dir));) n += e->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(file, .init = make_folder, .fini = remove_folder);

Test(file, what_is_written_is_read_back)
{
    static const char data[] = "one\0two\n";
    char *back;
    size_t size;
    cr_assert_eq(sgn_write_file(path, "older and longer than the new text", 34), SGN_OK);
    cr_assert_eq(sgn_write_file(path, data, sizeof data), SGN_OK);
    cr_assert_eq(sgn_read_file(path, 100, &back, &size), SGN_OK);
    cr_assert_eq(size, sizeof data);
    cr_assert_arr_eq(back, data, size);
    cr_assert_eq(back[size], '\0');
    cr_assert_eq(entries(), 1);
    sgn_free(back);
}

Test(file, a_file_over_the_cap_is_refused)
{
    char *back = NULL;
    cr_assert_eq(sgn_write_file(path, "12345", 5), SGN_OK);
    cr_assert_eq(sgn_read_file(path, 4, &back, NULL), SGN_EDATA);
    cr_assert(strstr(sgn_last_error(), path));
    cr_assert_null(back);
    cr_assert_eq(sgn_read_file(path, 5, &back, NULL), SGN_OK);
    sgn_free(back);
}

Test(file, errors_name_the_file_and_the_reason)
{
    char *back = NULL;
    cr_assert_eq(sgn_read_file(path, 100, &back, NULL), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), path) && strstr(sgn_last_error(), "No such file"));
    cr_assert_eq(sgn_read_file(folder, 100, &back, NULL), SGN_EIO);
    cr_assert_eq(sgn_write_file("/nowhere/a.txt", "", 0), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), "/nowhere/a.txt"));
}

Test(file, a_full_disk_keeps_the_old_file_and_leaves_nothing)
{
    static char big[8192];
    char *back;
    cr_assert_eq(sgn_write_file(path, "old", 3), SGN_OK);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 4096;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    sgn_status s = sgn_write_file(path, big, sizeof big);
    setrlimit(RLIMIT_FSIZE, &before);
    cr_assert_eq(s, SGN_EIO);
    cr_assert_eq(entries(), 1);
    cr_assert_eq(sgn_read_file(path, 100, &back, NULL), SGN_OK);
    cr_assert_str_eq(back, "old");
    sgn_free(back);
}

static void holds(const char *at, const char *text)
{
    char *back;
    cr_assert_eq(sgn_read_file(at, 100, &back, NULL), SGN_OK, "%s", sgn_last_error());
    cr_assert_str_eq(back, text, "%s", at);
    sgn_free(back);
}

/* Of two pieces. */
static sgn_status write_keeping(const char *at, const char *previous, const char *text)
{
    sgn_bytes piece[] = {{text, 1}, {text + 1, strlen(text) - 1}};
    return sgn_write_pieces_keeping(at, previous, piece, 2);
}

Test(file, the_one_before_is_kept)
{
    char previous[SGN_PATH_MAX];
    cr_assert_eq(sgn_path_join(previous, folder, "b.txt"), SGN_OK);
    cr_assert_eq(write_keeping(path, previous, "one"), SGN_OK);
    holds(path, "one");
    cr_assert_eq(access(previous, F_OK), -1);
    cr_assert_eq(write_keeping(path, previous, "two"), SGN_OK);
    cr_assert_eq(write_keeping(path, previous, "three"), SGN_OK);
    holds(path, "three");
    holds(previous, "two");
    cr_assert_eq(entries(), 2);
    unlink(previous);
}

/* A folder that is not empty cannot be replaced by a file: the last of the three renames fails. */
Test(file, a_failure_keeps_both_and_leaves_nothing)
{
    char previous[SGN_PATH_MAX], inside[SGN_PATH_MAX];
    cr_assert_eq(sgn_path_join(previous, folder, "b"), SGN_OK);
    cr_assert_eq(sgn_path_join(inside, previous, "c"), SGN_OK);
    cr_assert_eq(sgn_mkdirs(inside), SGN_OK);
    cr_assert_eq(write_keeping(path, previous, "one"), SGN_OK);
    cr_assert_eq(write_keeping(path, previous, "two"), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), path));
    holds(path, "two");
    cr_assert_eq(entries(), 2);
    rmdir(inside);
    rmdir(previous);
}

Test(file, what_a_killed_process_left_is_removed_and_nothing_else)
{
    static const char *const name[] = {"a.txt.123.tmp", "b.123.tmp", "c.tmp",
                                       ".1.tmp.txt",    "d.1x.tmp",  "12.tmp"};
    char each[SGN_PATH_MAX];
    enum { NAMES = sizeof name / sizeof *name, UNFINISHED = 2 };
    for (int i = 0; i < NAMES; i++) {
        cr_assert_eq(sgn_path_join(each, folder, name[i]), SGN_OK);
        cr_assert_eq(sgn_write_file(each, "", 0), SGN_OK);
    }
    sgn_remove_unfinished(folder);
    for (int i = 0; i < NAMES; i++) {
        cr_assert_eq(sgn_path_join(each, folder, name[i]), SGN_OK);
        cr_assert_eq(access(each, F_OK) == 0, i >= UNFINISHED, "%s", name[i]);
        unlink(each);
    }
}

Test(file, folders_are_made_with_those_above_them)
{
    char deep[SGN_PATH_MAX], part[SGN_PATH_MAX];
    cr_assert_eq(sgn_path_join(part, folder, "b"), SGN_OK);
    cr_assert_eq(sgn_path_join(deep, part, "c"), SGN_OK);
    cr_assert_eq(sgn_mkdirs(deep), SGN_OK);
    cr_assert_eq(sgn_mkdirs(deep), SGN_OK);
    cr_assert_eq(access(deep, W_OK), 0);
    rmdir(deep);
    rmdir(part);
}

Test(file, a_file_in_the_way_of_a_folder_is_an_error)
{
    cr_assert_eq(sgn_write_file(path, "", 0), SGN_OK);
    cr_assert_eq(sgn_mkdirs(path), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), path));
}

Test(file, a_path_that_is_too_long_is_refused)
{
    char name[SGN_PATH_MAX + 1], joined[SGN_PATH_MAX];
    memset(name, 'x', SGN_PATH_MAX);
    name[SGN_PATH_MAX] = '\0';
    cr_assert_eq(sgn_path_join(joined, folder, name), SGN_EIO);
    cr_assert_eq(sgn_path_join(joined, "a/", "b"), SGN_OK);
    cr_assert_str_eq(joined, "a/b");
}
