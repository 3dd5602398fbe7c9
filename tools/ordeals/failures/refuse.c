/* Stands between a program and the C library, and lets calls on some files fail.
 *
 * LD_PRELOAD this; REFUSE_FILE names a file that says what fails, read at each call:
 *     <error number> <kinds of calls> <part of the path>
 * No file, or an empty one: nothing fails.  Kinds:
 *     o any open   c an open to write or make   w write   t truncate   r read   s sync
 *     n a new name (mkdir, rename, link)        d a name taken away
 * A number below zero counts these calls instead, and the process kills itself before one of
 * them: -1 before the first.  `calls_counted` says how many there were.  After the path may
 * stand which call alone is refused, counted from 1 since the last `calls_forget`; all before
 * and after it are well.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int counted;

int calls_counted(void)
{
    return counted;
}

void calls_forget(void)
{
    counted = 0;
}

static int refused(const char *kinds, const char *path)
{
    const char *control = getenv("REFUSE_FILE");
    char text[512], wanted[16], part[256];
    int number, file, only = 0, kept = errno;
    long length;
    if (!control || !path || !strcmp(path, control))
        return 0;
    file = syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        errno = kept;
        return 0;
    }
    length = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    errno = kept;
    if (length <= 0)
        return 0;
    text[length] = 0;
    if (sscanf(text, "%d %15s %255s %d", &number, wanted, part, &only) < 3)
        return 0;
    if (!strpbrk(kinds, wanted) || !strstr(path, part))
        return 0;
    if (number < 0) {
        if (++counted == -number)
            kill(getpid(), SIGKILL);
        return 0;
    }
    if (only && ++counted != only)
        return 0;
    errno = number;
    return 1;
}

static int refused_open_file(const char *kinds, int descriptor)
{
    char link[64], path[PATH_MAX];
    int kept = errno;
    long length;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    errno = kept;
    if (length <= 0 || path[0] != '/')
        return 0;
    path[length] = 0;
    return refused(kinds, path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define OPENS(flags) ((flags) & (O_CREAT | O_WRONLY | O_RDWR | O_TRUNC) ? "oc" : "o")

#define OPEN(name)                                                                          \
    int name(const char *path, int flags, ...)                                              \
    {                                                                                       \
        va_list more;                                                                       \
        va_start(more, flags);                                                              \
        mode_t mode = va_arg(more, int);                                                    \
        va_end(more);                                                                       \
        return refused(OPENS(flags), path) ? -1 : NEXT(name)(path, flags, mode);            \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                        \
    int name(int folder, const char *path, int flags, ...)                                  \
    {                                                                                       \
        va_list more;                                                                       \
        va_start(more, flags);                                                              \
        mode_t mode = va_arg(more, int);                                                    \
        va_end(more);                                                                       \
        return refused(OPENS(flags), path) ? -1 : NEXT(name)(folder, path, flags, mode);    \
    }
OPENAT(openat)
OPENAT(openat64)

DIR *opendir(const char *path)
{
    return refused("o", path) ? NULL : NEXT(opendir)(path);
}

FILE *fopen(const char *path, const char *mode)
{
    return refused(mode[0] == 'r' ? "o" : "oc", path) ? NULL : NEXT(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    return refused(mode[0] == 'r' ? "o" : "oc", path) ? NULL : NEXT(fopen64)(path, mode);
}

#define ON_FILE(result, name, kinds, arguments, ...)                                        \
    result name(int descriptor, __VA_ARGS__)                                                \
    {                                                                                       \
        return refused_open_file(kinds, descriptor) ? -1 : NEXT(name) arguments;            \
    }
ON_FILE(ssize_t, write, "w", (descriptor, from, size), const void *from, size_t size)
ON_FILE(ssize_t, pwrite, "w", (descriptor, from, size, at), const void *from, size_t size,
        off_t at)
ON_FILE(ssize_t, pwrite64, "w", (descriptor, from, size, at), const void *from, size_t size,
        off64_t at)
ON_FILE(ssize_t, writev, "w", (descriptor, parts, count), const struct iovec *parts, int count)
ON_FILE(ssize_t, pwritev64, "w", (descriptor, parts, count, at), const struct iovec *parts,
        int count, off64_t at)
ON_FILE(ssize_t, read, "r", (descriptor, into, size), void *into, size_t size)
ON_FILE(ssize_t, pread, "r", (descriptor, into, size, at), void *into, size_t size, off_t at)
ON_FILE(ssize_t, pread64, "r", (descriptor, into, size, at), void *into, size_t size,
        off64_t at)
ON_FILE(int, ftruncate, "t", (descriptor, size), off_t size)
ON_FILE(int, ftruncate64, "t", (descriptor, size), off64_t size)

int posix_fallocate64(int descriptor, off64_t at, off64_t size)
{
    return refused_open_file("w", descriptor)
        ? errno : NEXT(posix_fallocate64)(descriptor, at, size);
}

int fsync(int descriptor)
{
    return refused_open_file("s", descriptor) ? -1 : NEXT(fsync)(descriptor);
}

int fdatasync(int descriptor)
{
    return refused_open_file("s", descriptor) ? -1 : NEXT(fdatasync)(descriptor);
}

int mkdir(const char *path, mode_t mode)
{
    return refused("n", path) ? -1 : NEXT(mkdir)(path, mode);
}

int rename(const char *from, const char *to)
{
    return refused("n", to) ? -1 : NEXT(rename)(from, to);
}

int renameat(int one, const char *from, int other, const char *to)
{
    return refused("n", to) ? -1 : NEXT(renameat)(one, from, other, to);
}

int link(const char *from, const char *to)
{
    return refused("n", to) ? -1 : NEXT(link)(from, to);
}

int linkat(int one, const char *from, int other, const char *to, int flags)
{
    return refused("n", to) ? -1 : NEXT(linkat)(one, from, other, to, flags);
}

int unlink(const char *path)
{
    return refused("d", path) ? -1 : NEXT(unlink)(path);
}

int unlinkat(int folder, const char *path, int flags)
{
    return refused("d", path) ? -1 : NEXT(unlinkat)(folder, path, flags);
}
