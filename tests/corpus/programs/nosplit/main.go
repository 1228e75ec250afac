// Nosplit chains functions that may not grow the stack, near the limit that the linker checks.
package main

import "fmt"

//go:nosplit
//go:noinline
func one(n int) int {
	var pad [96]byte
	pad[n&63] = byte(n)
	return two(n+int(pad[3])) + int(pad[n&31])
}

//go:nosplit
//go:noinline
func two(n int) int {
	var pad [128]byte
	pad[n&63] = byte(n)
	return three(n+int(pad[3])) + int(pad[n&31])
}

//go:nosplit
//go:noinline
func three(n int) int {
	var pad [160]byte
	pad[n&63] = byte(n)
	return int(pad[3]) + int(pad[n&31])
}

func main() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println(one(5))
	panic("done")
}
