// C code that is linked internally: what its objects define and refer to, in many ways.
package main

/*
#cgo CFLAGS: -fcommon
#include "shapes.h"

static int squared(int n) { return n * n; }
extern int table[4];
*/
import "C"

import "fmt"

//export goAdd
func goAdd(a, b C.int) C.int { return a + b }

func main() {
	fmt.Println(C.squared(7), C.twice(4), C.choose(2), C.choose(9))
	for i := range C.table {
		fmt.Println(i, C.table[i], C.apply(C.int(i), 10))
	}
	fmt.Println(C.wide(1<<40, 3), C.bits(0xff00ff), C.hidden_sum(), C.weakly())
	C.shared_value += 5
	fmt.Println(C.shared_value, C.count_calls(), C.count_calls(), C.aliased(3))
	fmt.Println(C.GoString(C.name_of(1)), C.GoString(C.name_of(5)), C.call_back(20, 22))
}
