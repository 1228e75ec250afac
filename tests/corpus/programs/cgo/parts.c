#include <stdlib.h>
#include "_cgo_export.h"

int shared_counter = 38;
int uncommon __attribute__((common));
static int zeroed[4096];
const int big_table[1000] = {[77] = 770, [999] = 1};
static const char *const names[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight"};
static int negated(int value) { return -value; }
static int (*const operations[])(int) = {negated, call_weak_by, negated};

__attribute__((weak)) int weakly(void) { return 11; }

int visit_all(int count, uintptr_t context) {
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += goVisit(i, context);
    return sum;
}

static int compare(const void *a, const void *b) { return goCompare((void *)a, (void *)b); }

void sort_ints(int *numbers, int count) { qsort(numbers, count, sizeof *numbers, compare); }

const char *name_of(int kind) { return names[kind]; }

// A jump table, where the compiler makes one.
int switched(int kind, int value) {
    switch (kind) {
    case 0: return value;
    case 1: return value * 3;
    case 2: return value - 11;
    case 3: return value << 4;
    case 4: return value / 3;
    case 5: return abs(value - 100);
    case 6: return operations[value % 3](value);
    case 7: return zeroed[value]++;
    default: return -1;
    }
}

double norm(struct point p) { return (p.x * p.x + p.y * p.y) * 0x1p4; }

int bump(void) { return ++shared_counter; }

int bump_atomic(int by) { return __atomic_add_fetch(&zeroed[17], by, __ATOMIC_SEQ_CST) >= 0; }

int call_weak(void) { return weakly(); }

int call_weak_by(int by) { return by + weakly(); }

double third(void) {
    volatile long double one = 1.0L;
    return (double)(one / 3.0L);
}

int add_common(int value) { return uncommon += value; }

// Needs the compiler's own library.
int wide(uint64_t by) {
    unsigned __int128 large = (unsigned __int128)by << 70;
    __int128 negative = -(__int128)large;
    return (int)(large / (by + 3)) % 1000 + (int)(negative / (__int128)(by + 9) >> 64) + (int)(large % (by + 7));
}
