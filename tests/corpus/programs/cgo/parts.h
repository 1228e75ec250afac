#pragma once

#include <stdint.h>

struct point { double x, y; };

extern int shared_counter;
extern const int big_table[1000];

int visit_all(int count, uintptr_t context);
void sort_ints(int *numbers, int count);
const char *name_of(int kind);
int switched(int kind, int value);
double norm(struct point p);
int bump(void);
int bump_atomic(int by);
int call_weak(void);
int call_weak_by(int by);
double third(void);
int add_common(int value);
int wide(uint64_t by);
