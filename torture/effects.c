/*
 * Loaded into every process of a run (LD_PRELOAD): counts each call that changes a file or makes a change durable below
 * one folder, over all of the run's processes together, and at the Nth one kills or fails. It can also write down what
 * every call did, so that the states which a power cut may leave can be made from it.
 *
 * TORTURE_ROOT    the folder; calls on anything else go through untouched
 * TORTURE_STATE   a file of zeros that all processes of the run map: the counter and their process ids
 * TORTURE_AT      N; 0 for never
 * TORTURE_ACTION  kill-all, kill-self, or the number of an error: the Nth call that can end with it does
 * TORTURE_LASTING set: so do all such calls after it
 * TORTURE_LOG     a file to which each call is appended that a death could come before
 *
 * And where TORTURE_CLOCK names a file, its first eight bytes are added to the time of day, in seconds, as they change.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum op { OP_CREATE = 1, OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_RENAME, OP_UNLINK, OP_LINK, OP_MKDIR, OP_RMDIR };

/* The driver reads the count and the processes. */
struct state {
  uint64_t count;
  uint32_t ready;
  uint32_t processes;
  pid_t pids[64];
  pthread_mutex_t lock;
};

struct record {
  uint32_t op;
  uint32_t length_of_paths[2];
  uint32_t reserved;
  uint64_t inode;
  uint64_t offset;
  uint64_t length;
};

static struct state *state;
static char root[PATH_MAX];
static size_t root_length;
static uint64_t at;
static int kills_all, kills_self, error_number, lasting, log_fd = -1;

/*
 * Looked up once, before the process has a thread or a signal handler: libuv writes in its handler of SIGCHLD, and dlsym
 * there waits for ever for a lock of the loader that the interrupted thread is about to take.
 */
#define EACH_REAL(X)                                                                                                \
  X(open) X(openat) X(write) X(pwrite64) X(writev) X(pwritev) X(sendfile64) X(ftruncate64) X(fsync) X(fdatasync)     \
  X(renameat) X(linkat) X(mkdir) X(unlinkat) X(ioctl) X(syscall) X(gettimeofday)
#define DECLARE(name) static __typeof__(&name) real_##name;
#define LOOK_UP(name) if ((real_##name = (__typeof__(&name))dlsym(RTLD_NEXT, #name)) == NULL) abort();
EACH_REAL(DECLARE)
static void look_up(void) { EACH_REAL(LOOK_UP) }
/* Other libraries may call before this one has begun. */
#define REAL(name) (real_##name != NULL ? real_##name : (look_up(), real_##name))

static int64_t *shift;

static void begin_clock(void) {
  const char *path = getenv("TORTURE_CLOCK");
  if (path == NULL) return;
  int fd = REAL(open)(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) abort();
  void *mapped = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) abort();
  close(fd);
  shift = mapped;
}

__attribute__((constructor)) static void begin(void) {
  look_up();
  begin_clock();
  const char *path = getenv("TORTURE_STATE"), *below = getenv("TORTURE_ROOT"), *what = getenv("TORTURE_ACTION");
  if (path == NULL || below == NULL) return;
  root_length = strlen(strncpy(root, below, sizeof root - 1));
  at = getenv("TORTURE_AT") ? strtoull(getenv("TORTURE_AT"), NULL, 10) : 0;
  kills_all = what != NULL && strcmp(what, "kill-all") == 0;
  kills_self = what != NULL && strcmp(what, "kill-self") == 0;
  error_number = what != NULL && !kills_all && !kills_self ? atoi(what) : 0;
  lasting = getenv("TORTURE_LASTING") != NULL;
  const char *log = getenv("TORTURE_LOG");
  if (log != NULL) log_fd = REAL(open)(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) abort();
  void *mapped = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) abort();
  close(fd);
  state = mapped;
  /* The first process of a run makes the lock before it starts another one. */
  if (__atomic_exchange_n(&state->ready, 1, __ATOMIC_SEQ_CST) == 0) {
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&state->lock, &shared);
  }
  uint32_t place = __atomic_fetch_add(&state->processes, 1, __ATOMIC_SEQ_CST);
  if (place < 64) state->pids[place] = getpid();
}

static int is_below(const char *path) {
  return state != NULL && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

/* Absolute, with the folder of a relative one; the last part need not exist. */
static int absolute(int folder, const char *path, char *into) {
  if (path[0] == '/') return snprintf(into, PATH_MAX, "%s", path) < PATH_MAX;
  char name[64], base[PATH_MAX];
  if (folder == AT_FDCWD) snprintf(name, sizeof name, "/proc/self/cwd");
  else snprintf(name, sizeof name, "/proc/self/fd/%d", folder);
  ssize_t length = readlink(name, base, sizeof base - 1);
  if (length < 0) return 0;
  base[length] = 0;
  return snprintf(into, PATH_MAX, "%s/%s", base, path) < PATH_MAX;
}

static int path_of(int fd, char *into) {
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, into, PATH_MAX - 1);
  if (length < 0) return 0;
  into[length] = 0;
  return 1;
}

static uint64_t inode_of(int fd) {
  struct stat found;
  return fstat(fd, &found) == 0 ? (uint64_t)found.st_ino : 0;
}

static uint64_t inode_at(const char *path) {
  struct stat found;
  return lstat(path, &found) == 0 ? (uint64_t)found.st_ino : 0;
}

static void lock(void) {
  if (pthread_mutex_lock(&state->lock) == EOWNERDEAD) pthread_mutex_consistent(&state->lock);
}

static void unlock(void) { pthread_mutex_unlock(&state->lock); }

static void die(void) {
  if (kills_all) {
    uint32_t processes = __atomic_load_n(&state->processes, __ATOMIC_SEQ_CST);
    for (uint32_t i = 0; i < processes && i < 64; i++)
      if (state->pids[i] != getpid()) kill(state->pids[i], SIGKILL);
  }
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* What the operating system may answer a call with. */
static int can_fail(enum op op, int number) {
  switch (number) {
    case ENOSPC: return op != OP_UNLINK && op != OP_RMDIR && op != OP_TRUNCATE;
    case EMFILE: return op == OP_CREATE;
    case EACCES: case EROFS: return op != OP_WRITE && op != OP_SYNC && op != OP_TRUNCATE;
    default: return 1;
  }
}

/* SQLite makes the index of a WAL anew where nobody uses it, so that a death leaves nothing in it. An error in it is one. */
static int is_index_of_wal(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

/* Begins a call, with the lock held. Returns an error to end it with, or 0. */
static int enter(enum op op, const char *path) {
  lock();
  if (error_number != 0 ? !can_fail(op, error_number) : is_index_of_wal(path)) return 0;
  uint64_t count = ++state->count;
  if (at == 0) return 0;
  if (error_number != 0) return count == at || (lasting && count > at) ? error_number : 0;
  if (count == at) die();
  return 0;
}

static void note(enum op op, uint64_t inode, uint64_t offset, const void *data, uint64_t length, const char *one, const char *two) {
  if (log_fd < 0 || is_index_of_wal(one)) return;
  struct record record = {op, {one ? strlen(one) : 0, two ? strlen(two) : 0}, 0, inode, offset, length};
  ssize_t (*put)(int, const void *, size_t) = REAL(write);
  put(log_fd, &record, sizeof record);
  if (one) put(log_fd, one, strlen(one));
  if (two) put(log_fd, two, strlen(two));
  const char *rest = data;
  for (uint64_t left = data ? length : 0; left > 0;) {
    ssize_t done = put(log_fd, rest, left);
    if (done < 0) abort();
    rest += done;
    left -= (uint64_t)done;
  }
}

static int failed(int number) {
  unlock();
  errno = number;
  return -1;
}

#define LEAVE(result) do { int saved = errno; unlock(); errno = saved; return result; } while (0)

/* Opening */

static int opened(int folder, const char *path, int flags, mode_t mode, int (*call)(int, const char *, int, ...)) {
  char full[PATH_MAX];
  if (state == NULL || !(flags & (O_CREAT | O_TRUNC)) || !absolute(folder, path, full) || !is_below(full))
    return call(folder, path, flags, mode);
  struct stat found;
  int is_there = stat(full, &found) == 0;
  if (is_there && !(flags & O_TRUNC)) return call(folder, path, flags, mode);
  int number = enter(is_there ? OP_TRUNCATE : OP_CREATE, full);
  if (number != 0) return failed(number);
  int fd = call(folder, path, flags, mode);
  if (fd >= 0) {
    if (is_there) note(OP_TRUNCATE, inode_of(fd), 0, NULL, 0, full, NULL);
    else note(OP_CREATE, inode_of(fd), 0, NULL, 0, full, NULL);
  }
  LEAVE(fd);
}

static mode_t mode_of(int flags, va_list args) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0; }

/* `...` is the folder, of those that take one. */
#define OPENS(name, folder, ...)                                           \
  int name(__VA_ARGS__ const char *path, int flags, ...) {                 \
    va_list args;                                                          \
    va_start(args, flags);                                                 \
    mode_t mode = mode_of(flags, args);                                    \
    va_end(args);                                                          \
    return opened(folder, path, flags, mode, REAL(openat));                \
  }
#define A_FOLDER int folder,
OPENS(open, AT_FDCWD)
OPENS(open64, AT_FDCWD)
OPENS(openat, folder, A_FOLDER)
OPENS(openat64, folder, A_FOLDER)

/* Writing */

static int is_watched(int fd, char *path) {
  struct stat found;
  return state != NULL && fd > 2 && fd != log_fd && fstat(fd, &found) == 0 &&
         (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode)) && path_of(fd, path) && is_below(path);
}

static uint64_t place_of(int fd) {
  if (fcntl(fd, F_GETFL) & O_APPEND) {
    struct stat found;
    return fstat(fd, &found) == 0 ? (uint64_t)found.st_size : 0;
  }
  off_t place = lseek(fd, 0, SEEK_CUR);
  return place < 0 ? 0 : (uint64_t)place;
}

ssize_t write(int fd, const void *data, size_t length) {
  char path[PATH_MAX];
  if (!is_watched(fd, path)) return REAL(write)(fd, data, length);
  int number = enter(OP_WRITE, path);
  if (number != 0) return failed(number);
  uint64_t place = place_of(fd);
  ssize_t done = REAL(write)(fd, data, length);
  if (done > 0) note(OP_WRITE, inode_of(fd), place, data, (uint64_t)done, path, NULL);
  LEAVE(done);
}

static ssize_t written_at(int fd, const void *data, size_t length, off64_t offset) {
  char path[PATH_MAX];
  if (!is_watched(fd, path)) return REAL(pwrite64)(fd, data, length, offset);
  int number = enter(OP_WRITE, path);
  if (number != 0) return failed(number);
  ssize_t done = REAL(pwrite64)(fd, data, length, offset);
  if (done > 0) note(OP_WRITE, inode_of(fd), (uint64_t)offset, data, (uint64_t)done, path, NULL);
  LEAVE(done);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return written_at(fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return written_at(fd, data, length, offset); }

/* One call of these is as many writes as it has parts, and may be cut off between them like any. Offset -1: at the file's own. */
static ssize_t written_in_parts(int fd, const struct iovec *parts, int count, off64_t offset) {
  ssize_t all = 0;
  for (int i = 0; i < count; i++) {
    const struct iovec *part = &parts[i];
    ssize_t done = offset < 0 ? write(fd, part->iov_base, part->iov_len)
                              : written_at(fd, part->iov_base, part->iov_len, offset + all);
    if (done < 0) return all > 0 ? all : done;
    all += done;
    if ((size_t)done < part->iov_len) break;
  }
  return all;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char path[PATH_MAX];
  return is_watched(fd, path) ? written_in_parts(fd, parts, count, -1) : REAL(writev)(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  char path[PATH_MAX];
  return is_watched(fd, path) ? written_in_parts(fd, parts, count, offset) : REAL(pwritev)(fd, parts, count, offset);
}

/* Copies within the kernel become copies through here, so that they are seen. */
static ssize_t copied(int to, int from, off64_t *offset, size_t length) {
  char piece[65536], path[PATH_MAX];
  if (!is_watched(to, path)) return REAL(sendfile64)(to, from, offset, length);
  if (length > sizeof piece) length = sizeof piece;
  ssize_t got = offset ? pread(from, piece, length, *offset) : read(from, piece, length);
  if (got <= 0) return got;
  ssize_t done = write(to, piece, (size_t)got);
  if (done > 0 && offset) *offset += done;
  return done;
}
ssize_t sendfile(int to, int from, off_t *offset, size_t length) { return copied(to, from, (off64_t *)offset, length); }
ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) { return copied(to, from, offset, length); }

long syscall(long number, ...) {
  va_list args;
  va_start(args, number);
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = va_arg(args, long);
  va_end(args);
  char path[PATH_MAX];
  if (number == SYS_copy_file_range && is_watched((int)a[2], path)) {
    errno = ENOSYS;
    return -1;
  }
  return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int ioctl(int fd, unsigned long request, ...) {
  va_list args;
  va_start(args, request);
  void *argument = va_arg(args, void *);
  va_end(args);
  char path[PATH_MAX];
  if (request == 0x40049409 /* FICLONE */ && is_watched(fd, path)) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return REAL(ioctl)(fd, request, argument);
}

static int cut(int fd, off64_t length) {
  char path[PATH_MAX];
  if (!is_watched(fd, path)) return REAL(ftruncate64)(fd, length);
  int number = enter(OP_TRUNCATE, path);
  if (number != 0) return failed(number);
  int result = REAL(ftruncate64)(fd, length);
  if (result == 0) note(OP_TRUNCATE, inode_of(fd), (uint64_t)length, NULL, 0, path, NULL);
  LEAVE(result);
}
int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

/* Making durable */

#define SYNCS(name)                                                        \
  int name(int fd) {                                                       \
    char path[PATH_MAX];                                                   \
    if (!is_watched(fd, path)) return REAL(name)(fd);                      \
    int number = enter(OP_SYNC, path);                                           \
    if (number != 0) return failed(number);                                \
    int result = REAL(name)(fd);                                           \
    if (result == 0) note(OP_SYNC, inode_of(fd), 0, NULL, 0, path, NULL);  \
    LEAVE(result);                                                         \
  }
SYNCS(fsync)
SYNCS(fdatasync)

/* Names */

static int renamed(int from_folder, const char *from, int to_folder, const char *to) {
  char one[PATH_MAX], two[PATH_MAX];
  if (!absolute(from_folder, from, one) || !absolute(to_folder, to, two) || !is_below(two))
    return REAL(renameat)(from_folder, from, to_folder, to);
  int number = enter(OP_RENAME, two);
  if (number != 0) return failed(number);
  int result = REAL(renameat)(from_folder, from, to_folder, to);
  if (result == 0) note(OP_RENAME, inode_at(two), 0, NULL, 0, one, two);
  LEAVE(result);
}
int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to); }
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  return renamed(from_folder, from, to_folder, to);
}

static int unlinked(int folder, const char *path, int flags) {
  char full[PATH_MAX];
  if (!absolute(folder, path, full) || !is_below(full)) return REAL(unlinkat)(folder, path, flags);
  if (inode_at(full) == 0) return REAL(unlinkat)(folder, path, flags);
  enum op op = flags & AT_REMOVEDIR ? OP_RMDIR : OP_UNLINK;
  int number = enter(op, full);
  if (number != 0) return failed(number);
  uint64_t inode = inode_at(full);
  int result = REAL(unlinkat)(folder, path, flags);
  if (result == 0) note(op, inode, 0, NULL, 0, full, NULL);
  LEAVE(result);
}
int unlink(const char *path) { return unlinked(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return unlinked(folder, path, flags); }
int rmdir(const char *path) { return unlinked(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  struct stat found;
  return unlinked(AT_FDCWD, path, lstat(path, &found) == 0 && S_ISDIR(found.st_mode) ? AT_REMOVEDIR : 0);
}

static int linked(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  char one[PATH_MAX], two[PATH_MAX];
  if (!absolute(from_folder, from, one) || !absolute(to_folder, to, two) || !is_below(two))
    return REAL(linkat)(from_folder, from, to_folder, to, flags);
  int number = enter(OP_LINK, two);
  if (number != 0) return failed(number);
  int result = REAL(linkat)(from_folder, from, to_folder, to, flags);
  if (result == 0) note(OP_LINK, inode_at(two), 0, NULL, 0, one, two);
  LEAVE(result);
}
int link(const char *from, const char *to) { return linked(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  return linked(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode) {
  char full[PATH_MAX];
  if (!absolute(AT_FDCWD, path, full) || !is_below(full) || inode_at(full) != 0) return REAL(mkdir)(path, mode);
  int number = enter(OP_MKDIR, full);
  if (number != 0) return failed(number);
  int result = REAL(mkdir)(path, mode);
  if (result == 0) note(OP_MKDIR, inode_at(full), 0, NULL, 0, full, NULL);
  LEAVE(result);
}

/* The time of day */

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int)REAL(syscall)(SYS_clock_gettime, clock, now);
  if (result == 0 && shift != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *shift;
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int result = REAL(gettimeofday)(now, zone);
  if (result == 0 && shift != NULL) now->tv_sec += *shift;
  return result;
}

time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into != NULL) *into = now.tv_sec;
  return now.tv_sec;
}
