// Asm calls assembly, which calls Go, uses data of its own, jump tables and unusual names.
package main

import (
	"fmt"
	"os"
)

func add(a, b uint64) uint64
func table(i int) uint32
func viaGo(x int) int
func frame(p *[64]byte) int
func address() uintptr
func pick(i int) string

var shared [4]uint32

//go:noinline
func double(x int) int { return 2 * x }

//go:nosplit
func tiny(x int) int { return x + 1 }

func main() {
	var buf [64]byte
	fmt.Println(add(40, 2), table(1), table(3), viaGo(21), frame(&buf), address() != 0)
	fmt.Println(pick(0), pick(1), pick(2), shared, tiny(len(os.Args)) > 0)
}
