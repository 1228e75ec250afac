// Run a command and print what it cost: wall, user and system time in microseconds, peak memory in KiB, and the
// number of processes seen.
//
//	measure [-m] COMMAND ARGS...
//
// The clock runs from just before the exec of COMMAND to its exit. A parent this small matters: the kernel lets a
// process inherit the peak of what it was before the exec. wait4 reports the largest process of a tree, not their
// sum, so -m also watches the tree while it runs and adds the peaks of its processes; that disturbs the times.

#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PROCESSES = 256 };

static struct {
    pid_t pid;
    long peak;
} seen[MAX_PROCESSES];
static int seen_count;

static long microseconds(struct timeval t) { return t.tv_sec * 1000000L + t.tv_usec; }

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

// Peak resident memory of a process in KiB, 0 once it has none.
static long peak_of(pid_t pid) {
    char path[64], line[256];
    long peak = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %ld", &peak) == 1)
            break;
    fclose(file);
    return peak;
}

static pid_t parent_of(pid_t pid) {
    char path[64], text[512];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    char *after = strrchr(text, ')');
    if (after)
        sscanf(after + 1, " %*c %d", &parent);
    fclose(file);
    return parent;
}

static void note(pid_t pid) {
    long peak = peak_of(pid);
    for (int i = 0; i < seen_count; i++)
        if (seen[i].pid == pid) {
            if (peak > seen[i].peak)
                seen[i].peak = peak;
            return;
        }
    if (peak && seen_count < MAX_PROCESSES) {
        seen[seen_count].pid = pid;
        seen[seen_count++].peak = peak;
    }
}

// Look at every process whose ancestors lead to this one; orphans are handed to it as the subreaper.
static void look(void) {
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc))) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        pid_t pid = atoi(entry->d_name);
        for (pid_t up = pid; up > 1; up = parent_of(up))
            if (up == getpid()) {
                if (pid != up)
                    note(pid);
                break;
            }
    }
    if (proc)
        closedir(proc);
}

int main(int argc, char **argv) {
    int watch = argc > 1 && strcmp(argv[1], "-m") == 0;
    char **command = argv + 1 + watch;
    struct rusage usage;
    int status;
    if (!*command)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    long start = now();
    pid_t child = vfork();
    if (child == 0) {
        execvp(command[0], command);
        _exit(127);
    }
    while (watch) {
        siginfo_t info = {0};
        if (waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child)
            break;
        look();
        usleep(500);
    }
    if (wait4(child, &status, 0, &usage) != child)
        return 2;
    long wall = now() - start;
    long peak = usage.ru_maxrss, sum = 0;
    for (int i = 0; i < seen_count; i++)
        sum += seen[i].peak;
    if (sum > peak)
        peak = sum;
    while (waitpid(-1, NULL, 0) > 0) {
    }
    fprintf(stderr, "measured %ld %ld %ld %ld %d\n", wall, microseconds(usage.ru_utime),
            microseconds(usage.ru_stime), peak, watch ? seen_count : 1);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
