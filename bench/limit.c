// What no linker on this machine can do without: map files and touch what is needed of them, copy, write.
//
//	limit THREADS NEEDED CONTENT OUTPUT FOLDER FILES
//
// NEEDED bytes of the files that FILES lists, a path on each line, are touched, a byte in each page; CONTENT bytes are
// copied, a block at a time, into memory that is used again; OUTPUT bytes are written to a new file in FOLDER, which
// has no name and is gone in the end. Prints the wall time of each step in microseconds.

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, BLOCK = 1 << 20, MOST_FILES = 1 << 16, MOST_THREADS = 64 };

static struct {
    const unsigned char *bytes;
    size_t size, needed;
} files[MOST_FILES];
static int count;
static int next_file;
static size_t content, next_block;
static volatile unsigned sink;

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void map_all(const char *list, size_t needed) {
    char path[4096];
    size_t total = 0;
    FILE *paths = fopen(list, "r");
    if (!paths)
        fail(list);
    while (count < MOST_FILES && fgets(path, sizeof path, paths)) {
        path[strcspn(path, "\n")] = '\0';
        struct stat st;
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0 || fstat(file, &st) != 0)
            fail(path);
        void *bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (bytes == MAP_FAILED)
            fail(path);
        close(file);
        files[count].bytes = bytes;
        files[count++].size = st.st_size;
        total += st.st_size;
    }
    for (int i = 0; i < count; i++)
        files[i].needed = needed < total ? (double)files[i].size * needed / total : files[i].size;
}

static void *touch(void *unused) {
    (void)unused;
    unsigned sum = 0;
    for (int i; (i = __atomic_fetch_add(&next_file, 1, __ATOMIC_RELAXED)) < count;)
        for (size_t at = 0; at < files[i].needed; at += PAGE)
            sum += files[i].bytes[at];
    sink = sum;
    return NULL;
}

// Blocks come from the files in turn, from what was touched.
static void *copy(void *scratch) {
    for (size_t i; (i = __atomic_fetch_add(&next_block, 1, __ATOMIC_RELAXED)) * BLOCK < content;) {
        char *to = scratch;
        size_t left = BLOCK;
        for (size_t j = i; left; j++) {
            size_t n = files[j % count].needed < left ? files[j % count].needed : left;
            memcpy(to, files[j % count].bytes, n);
            to += n;
            left -= n;
            if (n == 0 && j > i + (size_t)count)
                break;
        }
    }
    return NULL;
}

static void on_all(int threads, void *(*work)(void *), char *scratch) {
    pthread_t started[MOST_THREADS];
    for (int i = 1; i < threads; i++)
        if (pthread_create(&started[i], NULL, work, scratch + (size_t)i * BLOCK) != 0)
            fail("pthread_create");
    work(scratch);
    for (int i = 1; i < threads; i++)
        pthread_join(started[i], NULL);
}

int main(int argc, char **argv) {
    if (argc != 7)
        return 2;
    int threads = atoi(argv[1]);
    if (threads < 1 || threads > MOST_THREADS)
        return 2;
    size_t output = strtoull(argv[4], NULL, 10);
    content = strtoull(argv[3], NULL, 10);
    long began = now();
    map_all(argv[6], strtoull(argv[2], NULL, 10));
    if (count == 0)
        return 2;
    on_all(threads, touch, NULL);
    long touched = now();
    char *scratch = calloc(threads, BLOCK);
    if (!scratch)
        fail("calloc");
    on_all(threads, copy, scratch);
    long copied = now();
    int file = open(argv[5], O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0)
        fail(argv[5]);
    for (size_t at = 0; at < output;) {
        ssize_t n = pwrite(file, scratch, output - at < BLOCK ? output - at : BLOCK, at);
        if (n <= 0)
            fail(argv[5]);
        at += n;
    }
    long written = now();
    printf("%ld %ld %ld\n", touched - began, copied - touched, written - copied);
    fflush(stdout);
    _exit(0);
}
