// Calls C and is called back; the C side has the kinds of data and relocations that compilers make.
package main

/*
#cgo CFLAGS: -O2
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "parts.h"

static int fails(void) { errno = ENOENT; return -1; }
static size_t length(const char *text) { return strlen(text); }
*/
import "C"

import (
	"fmt"
	"runtime"
	"sort"
	"unsafe"
)

//export goVisit
func goVisit(value C.int, context C.uintptr_t) C.int {
	visited[int(context)] = append(visited[int(context)], int(value))
	return value * 2
}

//export goCompare
func goCompare(a, b unsafe.Pointer) C.int {
	return *(*C.int)(a) - *(*C.int)(b)
}

var visited = map[int][]int{}

func main() {
	text := C.CString("four")
	defer C.free(unsafe.Pointer(text))
	fmt.Println("length:", C.length(text))
	_, err := C.fails()
	fmt.Println("error:", err)

	fmt.Println("sum:", C.visit_all(5, 7), visited[7])
	numbers := []C.int{5, 3, 9, 1}
	C.sort_ints(&numbers[0], C.int(len(numbers)))
	fmt.Println("sorted:", numbers, sort.SliceIsSorted(numbers, func(i, j int) bool { return numbers[i] < numbers[j] }))

	for kind := C.int(0); kind < 9; kind++ {
		fmt.Print(C.GoString(C.name_of(kind)), "/", C.switched(kind, 3), " ")
	}
	fmt.Println()
	point := C.struct_point{x: 1.5, y: 2.5}
	fmt.Println("norm:", float64(C.norm(point)), "shared:", C.shared_counter, "big:", len(C.big_table), C.big_table[77])
	C.shared_counter += 4
	fmt.Println("bumped:", C.bump(), "weak:", C.call_weak(), "long double:", float64(C.third()))
	fmt.Println("common:", C.add_common(3), C.add_common(4), "wide:", C.wide(1<<40+77))

	done := make(chan int)
	for i := range 4 {
		go func() {
			runtime.LockOSThread()
			done <- int(C.bump_atomic(C.int(i)))
		}()
	}
	total := 0
	for range 4 {
		total += <-done
	}
	fmt.Println("threads:", total)
}
