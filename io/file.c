#include "io/file.h"
#include "core/memory.h"
#include "core/option.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

sgn_status sgn_fail_io(const char *what, const char *path)
{
    sgn_status s = errno == ENOMEM ? SGN_EMEM : SGN_EIO;
    return sgn_fail(s, "cannot %s %s: %s", what, path, strerror(errno));
}

/* Reads until `size` bytes are there or the file ends; the count, or -1. */
static ssize_t read_all(int fd, char *data, size_t size)
{
    size_t have = 0;
    while (have < size) {
        ssize_t n = read(fd, data + have, size - have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

static sgn_status size_of(int fd, const char *path, size_t most, size_t *size)
{
    struct stat info;
    if (fstat(fd, &info)) return sgn_fail_io("read", path);
    if (!S_ISREG(info.st_mode)) return sgn_fail(SGN_EIO, "cannot read %s: not a file", path);
    if ((uint64_t)info.st_size > most)
        return sgn_fail(SGN_EDATA, "%s holds %lld bytes, at most %zu are read", path,
                        (long long)info.st_size, most);
    *size = (size_t)info.st_size;
    return SGN_OK;
}

static sgn_status read_open(int fd, const char *path, size_t most, char **data, size_t *size)
{
    size_t expected = 0;
    SGN_TRY(size_of(fd, path, most, &expected));
    char *text = sgn_alloc(expected + 1, 1);
    if (!text) return SGN_EMEM;
    ssize_t have = read_all(fd, text, expected);
    if (have < 0) {
        sgn_free(text);
        return sgn_fail_io("read", path);
    }
    *data = text;
    if (size) *size = (size_t)have;
    return SGN_OK;
}

static sgn_status take_pieces(int fd, const char *path, size_t most, sgn_take_piece *take,
                              void *context)
{
    enum { PIECE = 1 << 16 };
    char piece[PIECE];
    size_t expected = 0;
    ssize_t have;
    SGN_TRY(size_of(fd, path, most, &expected));
    while ((have = read_all(fd, piece, PIECE)) > 0) take(context, piece, (size_t)have);
    return have < 0 ? sgn_fail_io("read", path) : SGN_OK;
}

sgn_status sgn_read_pieces(const char *path, size_t most, sgn_take_piece *take, void *context)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return sgn_fail_io("read", path);
    sgn_status s = take_pieces(fd, path, most, take, context);
    close(fd);
    return s;
}

sgn_status sgn_read_file(const char *path, size_t most, char **data, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return sgn_fail_io("read", path);
    sgn_status s = read_open(fd, path, most, data, size);
    close(fd);
    return s;
}

static int write_piece(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

static int write_all(int fd, const sgn_bytes *piece, int n)
{
    for (int i = 0; i < n; i++)
        if (write_piece(fd, piece[i].at, piece[i].size)) return -1;
    int synced;
    while ((synced = fsync(fd)) && errno == EINTR) continue;
    return synced;
}

/* A rename lasts through a power cut only when its folder is synced too.  Some file systems cannot
   sync a folder: the file itself is safe, so that is no error. */
static void sync_folder(const char *path)
{
    char folder[SGN_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

/* A name beside `path` that no other process takes. */
static sgn_status name_beside(char *out, const char *path)
{
    if (snprintf(out, SGN_PATH_MAX, "%s.%ld.tmp", path, (long)getpid()) < SGN_PATH_MAX)
        return SGN_OK;
    return sgn_fail(SGN_EIO, "cannot write %s: the path is too long", path);
}

static void unlink_quietly(const char *path)
{
    int why = errno;
    unlink(path);
    errno = why;
}

static int write_new(const char *path, const sgn_bytes *piece, int n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return -1;
    int bad = write_all(fd, piece, n);
    int why = errno;
    if (close(fd) && !bad) return -1;
    errno = why;
    return bad;
}

sgn_status sgn_write_file(const char *path, const void *data, size_t size)
{
    return sgn_write_pieces(path, &(sgn_bytes){data, size}, 1);
}

sgn_status sgn_write_pieces(const char *path, const sgn_bytes *piece, int n)
{
    char beside[SGN_PATH_MAX];
    SGN_TRY(name_beside(beside, path));
    if (write_new(beside, piece, n) || rename(beside, path)) {
        unlink_quietly(beside);
        return sgn_fail_io("write", path);
    }
    sync_folder(path);
    return SGN_OK;
}

/* ---- a file and the one before --------------------------------------------------------------- */

/* A second name for the file at `path`, none when there is no file yet.  Where a file system has no
   second names the first is given up: for a moment `previous` alone is there. */
static int give_name(const char *path, const char *name, const char *previous)
{
    unlink(name);
    if (link(path, name) == 0 || errno == ENOENT) return 0;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK) return -1;
    return rename(path, previous);
}

/* The order matters: whenever it stops, `path` or `previous` holds a whole file, and a failure
   changes neither. */
static int replace(const char *beside, const char *path, const char *kept, const char *previous)
{
    if (give_name(path, kept, previous)) return -1;
    if (rename(beside, path)) return -1;
    return rename(kept, previous) && errno != ENOENT ? -1 : 0;
}

sgn_status sgn_write_pieces_keeping(const char *path, const char *previous, const sgn_bytes *piece,
                                    int n)
{
    char beside[SGN_PATH_MAX], kept[SGN_PATH_MAX];
    SGN_TRY(name_beside(beside, path));
    SGN_TRY(name_beside(kept, previous));
    if (write_new(beside, piece, n) || replace(beside, path, kept, previous)) {
        unlink_quietly(beside);
        unlink_quietly(kept);
        return sgn_fail_io("write", path);
    }
    sync_folder(path);
    return SGN_OK;
}

/* ---- after a kill ---------------------------------------------------------------------------- */

/* As name_beside makes them: NAME.PROCESS.tmp */
static int is_unfinished(const char *name)
{
    const char *end = strrchr(name, '.'), *digit = end;
    if (!end || strcmp(end, ".tmp") != 0) return 0;
    while (digit > name && isdigit((unsigned char)digit[-1])) digit--;
    return digit < end && digit > name && digit[-1] == '.';
}

void sgn_remove_unfinished(const char *folder)
{
    DIR *in = opendir(folder);
    if (!in) return;
    // cppcheck-suppress readdirCalled ; glibc's is safe on a stream of one's own, and readdir_r is deprecated
    for (struct dirent *e; (e = readdir(in));)
        if (is_unfinished(e->d_name)) unlinkat(dirfd(in), e->d_name, 0);
    closedir(in);
}

/* ---- folders and paths ----------------------------------------------------------------------- */

static sgn_status make_one(const char *path)
{
    struct stat info;
    if (mkdir(path, 0777) == 0) return SGN_OK;
    if (errno == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return SGN_OK;
    return sgn_fail_io("make the folder", path);
}

sgn_status sgn_mkdirs(const char *path)
{
    char part[SGN_PATH_MAX];
    if (snprintf(part, sizeof part, "%s", path) >= SGN_PATH_MAX)
        return sgn_fail(SGN_EIO, "cannot make the folder %s: the path is too long", path);
    for (char *slash = strchr(part + (*part == '/'), '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        SGN_TRY(make_one(part));
        *slash = '/';
    }
    return make_one(path);
}

sgn_status sgn_path_join(char *out, const char *folder, const char *name)
{
    size_t length = strlen(folder);
    const char *slash = length && folder[length - 1] == '/' ? "" : "/";
    int size = snprintf(out, SGN_PATH_MAX, "%s%s%s", folder, slash, name);
    if (size < 0 || size >= SGN_PATH_MAX)
        return sgn_fail(SGN_EIO, "the path %s%s%s is too long", folder, slash, name);
    return SGN_OK;
}
