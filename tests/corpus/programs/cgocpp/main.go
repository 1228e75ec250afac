// C++ that throws and catches, with templates, virtual functions and objects that are made before main.
package main

/*
#cgo CXXFLAGS: -std=c++17
#include <stdlib.h>
#include "shapes.h"
*/
import "C"

import (
	"fmt"
	"unsafe"
)

//export goThrows
func goThrows(depth C.int) C.int {
	if depth == 0 {
		return C.catch_one(0)
	}
	return 1 + C.recurse(depth-1)
}

func main() {
	for kind := range C.int(4) {
		fmt.Println("area:", float64(C.area(kind, 2)), "caught:", C.catch_one(kind))
	}
	fmt.Println("recursion:", C.recurse(5))
	joined := C.join(3)
	fmt.Println("joined:", C.GoString(joined), "made before main:", C.made_early())
	C.free(unsafe.Pointer(joined))
}
