// Linknames pulls functions and variables of other packages in, and pushes its own under other names.
package main

import (
	"fmt"
	"strings"
	_ "unsafe"
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

//go:linkname fastrand runtime.fastrand
func fastrand() uint32

//go:linkname pushed corpus/linknames.elsewhere
func pushed() string { return "pushed" }

//go:linkname pulled corpus/linknames.elsewhere
func pulled() string

//go:linkname overflowError runtime.overflowError
var overflowError error

//go:linkname visible main.renamed
var visible = strings.Repeat("x", 3)

func main() {
	fmt.Println(nanotime() > 0, fastrand() == fastrand(), pulled(), overflowError, visible, pushed())
}
