// Flags has variables for -X to set: initialized, not initialized, unused and of another type.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

var (
	version   string
	commit    = "none"
	unused    = "unused"
	number    = 5
	same      = commit
	container = struct{ s string }{"in a struct"}
)

func main() {
	fmt.Println(version, commit, number, same, container, runtime.Version())
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Println(info.Main.Path, len(info.Settings))
	}
}
