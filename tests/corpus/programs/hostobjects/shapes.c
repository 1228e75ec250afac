#include "shapes.h"
#include "_cgo_export.h"

int shared_value; /* common */
int table[4] = {2, 3, 5, 7};
static int calls = 40;
static int none[1000];

static int add_one(int n) { return n + 1; }
static int negate(int n) { return -n; }
int twice(int n) { return 2 * n; }
static int (*const operations[])(int) = {add_one, twice, negate, twice};

int apply(int which, int n) { return operations[which & 3](n) + none[which]; }

int choose(int n) {
	switch (n) {
	case 0: return 11;
	case 1: return table[1];
	case 2: return twice(21);
	case 3: return calls;
	case 4: return -4;
	case 5: return table[3];
	case 6: return 66;
	default: return add_one(n);
	}
}

__attribute__((weak)) int weakly(void) { return 1; }
__attribute__((weak)) int first_wins(void) { return 100; }
__attribute__((visibility("hidden"))) int hidden_value = 17;
__attribute__((noinline)) int original(int n) { return 3 * n; }
int aliased(int n) __attribute__((alias("original")));

/* Functions of the compiler's library. */
unsigned long long wide(unsigned long long a, unsigned long long b) {
	volatile unsigned __int128 n = (unsigned __int128)a * a;
	return (unsigned long long)(n / b);
}
int bits(unsigned long long n) {
	volatile unsigned long long m = n;
	return __builtin_popcountll(m);
}

int count_calls(void) {
	static int here;
	return ++here + ++calls;
}

const char *name_of(int n) {
	static const char *const names[] = {"zero", "one", "two"};
	return n < 3 ? names[n] : "many";
}

int call_back(int a, int b) { return goAdd(a, b); }
