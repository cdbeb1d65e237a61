/* Another clock and a disk that cannot sync, for one process, by LD_PRELOAD; preload.py compiles it and gives orders.

   The file named by PRELOAD_CONTROL is an array of orders, mapped once and read at each call, so that a running
   process obeys at once. A process obeys the first order whose word its command line contains. What it forks obeys
   the same; what it executes looks again. The kernel's own times (of files, of TCP) stay right. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct order {
    int64_t shift;   /* seconds */
    int64_t failure; /* errno of each sync; 0: none fails */
    int64_t until;   /* monotonic nanoseconds: only who started before fails; 0: everybody */
    int64_t obeyed;  /* how often a process was shown a wrong clock, or refused a sync */
    char word[120];
    char below[368]; /* only files whose path begins so fail to sync */
};

static struct order nothing;
static volatile struct order *order = &nothing;
static int64_t born;

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static void refuse(const char *why) {
    dprintf(2, "preload.c: %s: %s\n", why, strerror(errno));
    _exit(127); /* a fault that does not happen would prove nothing */
}

static size_t slurp(const char *path, char *into, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got;
    if (file < 0) return 0;
    while (length < size && (got = read(file, into + length, size - length)) > 0) length += got;
    close(file);
    return length;
}

__attribute__((constructor)) static void obey(void) {
    static char line[32768];
    const char *path = getenv("PRELOAD_CONTROL");
    struct timespec now;
    struct stat status;
    if (!path) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    born = now.tv_sec * 1000000000LL + now.tv_nsec;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0 || fstat(file, &status)) refuse(path);
    struct order *orders = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (orders == MAP_FAILED) refuse(path);
    close(file);
    size_t length = slurp("/proc/self/cmdline", line, sizeof line - 1);
    for (size_t i = 0; i < length; i++) if (!line[i]) line[i] = ' ';
    for (size_t i = 0; i < status.st_size / sizeof *orders; i++)
        if (strstr(line, orders[i].word)) {
            order = &orders[i];
            return;
        }
}

/* The clock */

static int64_t shift(void) {
    int64_t seconds = order->shift;
    if (seconds) __atomic_fetch_add(&order->obeyed, 1, __ATOMIC_RELAXED);
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int result = real(clock, now);
    if (!result && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    REAL(gettimeofday);
    int result = real(now, zone);
    if (!result) now->tv_sec += shift();
    return result;
}

time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now); /* the libc's own may lag behind it */
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, now) ? base : 0;
}

/* A deadline by the shifted clock, as the kernel must hear it. Of a monotonic clock it says less than 1e9 seconds,
   31 years of uptime, and stays. Who waits while the clock steps wakes by the old one, looks, and waits again. */
static struct timespec kernel(const struct timespec *deadline) {
    struct timespec told = *deadline;
    if (told.tv_sec > 1000000000) told.tv_sec -= order->shift;
    return told;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline) {
    static __typeof__(&pthread_cond_timedwait) real;
    /* Asked for no version, the linker may give one that knows an older layout. */
    if (!real) real = (__typeof__(real))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec told = kernel(deadline);
    return real(cond, mutex, &told);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline) {
    REAL(pthread_mutex_timedlock);
    struct timespec told = kernel(deadline);
    return real(mutex, &told);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
    REAL(sem_timedwait);
    struct timespec told = kernel(deadline);
    return real(semaphore, &told);
}

/* The disk */

static int failing(void) {
    return order->failure && (!order->until || born < order->until);
}

static int concerned(const char *path) {
    const char *below = (const char *)order->below;
    return !strncmp(path, below, strlen(below));
}

static int fails(int file) {
    char link[64], path[4096];
    if (!failing()) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    return concerned(path);
}

static int mapping_fails(uintptr_t address) {
    char line[4352], path[4096];
    unsigned long from, to;
    int found = 0;
    FILE *maps = failing() ? fopen("/proc/self/maps", "re") : NULL;
    while (maps && !found && fgets(line, sizeof line, maps)) {
        path[0] = 0;
        int fields = sscanf(line, "%lx-%lx %*s %*s %*s %*s %4095[^\n]", &from, &to, path);
        found = fields >= 2 && from <= address && address < to && concerned(path);
    }
    if (maps) fclose(maps);
    return found;
}

static int failed(void) {
    errno = order->failure;
    __atomic_fetch_add(&order->obeyed, 1, __ATOMIC_RELAXED);
    return -1;
}

int fsync(int file) {
    REAL(fsync);
    return fails(file) ? failed() : real(file);
}

int fdatasync(int file) {
    REAL(fdatasync);
    return fails(file) ? failed() : real(file);
}

int sync_file_range(int file, off64_t from, off64_t length, unsigned int how) {
    REAL(sync_file_range);
    return fails(file) ? failed() : real(file, from, length, how);
}

int msync(void *address, size_t length, int how) {
    REAL(msync);
    return mapping_fails((uintptr_t)address) ? failed() : real(address, length, how);
}
