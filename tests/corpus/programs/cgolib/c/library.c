#include "library.h"

int library_value = 30;
static const char *greetings[] = {"none", "hello", "again"};

const char *greeting(int number) { return greetings[number]; }
int counted(void) { return library_value + 1; }
