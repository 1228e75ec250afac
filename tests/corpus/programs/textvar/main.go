// Textvar declares a variable that assembly defines as a function: the function is what counts, the size stays.
package main

import _ "unsafe"

//go:linkname code
var code uintptr

func main() {
	println(&code)
}
