#include "experiments/lock.h"

#include "core/option.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char lock_name[] = "lock";

static sgn_status in_use(const char *folder, int fd)
{
    struct flock by = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    long holder = fcntl(fd, F_GETLK, &by) == 0 && by.l_type != F_UNLCK ? (long)by.l_pid : 0;
    return sgn_fail(SGN_ECONFIG,
                    "%s is in use by another signroll, process %ld; it must end first, or --out "
                    "name another folder",
                    folder, holder);
}

/* A file system that knows no locks does without. */
static int is_taken(int fault) { return fault == EACCES || fault == EAGAIN; }

/* The holder before may have removed the file between our opening it and its letting go. */
static int is_still_at(const char *path, int fd)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

static sgn_status try_once(const char *folder, const char *path, int *lock)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    sgn_status s = SGN_OK;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return sgn_fail_io("write", path);
    if (fcntl(fd, F_SETLK, &whole) && is_taken(errno)) s = in_use(folder, fd);
    else if (is_still_at(path, fd)) *lock = fd;
    if (*lock != fd) close(fd);
    return s;
}

sgn_status sgn_lock_take(sgn_lock *out, const char *folder)
{
    sgn_lock lock = {.fd = -1};
    SGN_TRY(sgn_path_join(lock.path, folder, lock_name));
    while (lock.fd < 0) SGN_TRY(try_once(folder, lock.path, &lock.fd));
    sgn_remove_unfinished(folder);
    *out = lock;
    return SGN_OK;
}

/* In this order, so that nobody takes a file that is about to go. */
void sgn_lock_give(sgn_lock *lock)
{
    unlink(lock->path);
    close(lock->fd);
}
