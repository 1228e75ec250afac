// Uses a C library that CGO_LDFLAGS names: an archive, or a shared library.
package main

/*
#include "c/library.h"
*/
import "C"

import "fmt"

func main() {
	fmt.Println(C.GoString(C.greeting(1)), C.GoString(C.greeting(2)), C.lent_value, C.counted())
	C.lent_value++
	fmt.Println(C.counted(), C.twice(21))
}
