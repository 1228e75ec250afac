// Shim stands in for cmd/link: it becomes the linker that GO_REPLACEMENT_LINK names.
//
// Go's linker tests run their own test binary as the linker, through its func main. This file replaces that one.
package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

func main() {
	linker := os.Getenv("GO_REPLACEMENT_LINK")
	arguments := []string{os.Args[0]}
	if flags := os.Getenv("GO_REPLACEMENT_LINK_FLAGS"); flags != "" && !asksVersion() {
		// Before the others, so that a test's own flag wins.
		arguments = append(arguments, strings.Fields(flags)...)
	}
	err := syscall.Exec(linker, append(arguments, os.Args[1:]...), os.Environ())
	fmt.Fprintf(os.Stderr, "shim: %s: %v\n", linker, err)
	os.Exit(2)
}

func asksVersion() bool {
	for _, argument := range os.Args[1:] {
		if strings.HasPrefix(argument, "-V") {
			return true
		}
	}
	return false
}
