// Initorder has packages whose initialization order imports and names decide.
package main

import (
	"fmt"

	"corpus/initorder/a"
	"corpus/initorder/b"
	"corpus/initorder/c"
	"corpus/initorder/d"
)

var (
	x = y + 1
	y = f()
	z = func() int { return x + y }()
)

func f() int { return b.Order }

func main() { fmt.Println(a.Order, b.Order, c.Order, c.Args > 0, d.Order, d.Text, x, y, z) }
