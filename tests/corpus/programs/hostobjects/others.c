#include "shapes.h"

int shared_value; /* common, again */
int weakly(void); /* defined weakly elsewhere */
extern __attribute__((visibility("hidden"))) int hidden_value;
__attribute__((weak)) int first_wins(void) { return 200; }
static int calls = 2;

int hidden_sum(void) { return hidden_value + calls + weakly() + first_wins(); }
