#include <pthread.h>
#include <stdint.h>
#include "_cgo_export.h"

static __thread int local;
__thread int filled = 7;
extern __thread int filled;

int set_local(int value) { return local = value; }
int get_local(void) { return local; }
int initialized(void) { return filled; }

static void *body(void *argument) {
    int number = (int)(intptr_t)argument;
    local = number;
    filled += number;
    return (void *)(intptr_t)goOnThread(number);
}

int on_threads(int count) {
    pthread_t threads[16];
    int sum = 0;
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], 0, body, (void *)(intptr_t)i);
    for (int i = 0; i < count; i++) {
        void *result;
        pthread_join(threads[i], &result);
        sum += (int)(intptr_t)result;
    }
    return sum;
}
