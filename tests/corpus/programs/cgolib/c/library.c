#include "library.h"

int lent_value = 30;
static const char *greetings[] = {"none", "hello", "again"};

const char *greeting(int number) { return greetings[number]; }
int counted(void) { return lent_value + 1; }
