// What C programs call: the library of -buildmode=c-archive and c-shared.
package main

import "C"

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

var started = strings.Repeat("s", 3)

//export Add
func Add(a, b C.int) C.int { return a + b }

//export Words
func Words(text *C.char) C.int {
	words := strings.Fields(C.GoString(text))
	sort.Strings(words)
	fmt.Println("words:", words, started)
	os.Stdout.Sync()
	return C.int(len(words))
}

//export Panics
func Panics() (message *C.char) {
	defer func() { message = C.CString(fmt.Sprint("recovered: ", recover())) }()
	var none map[string]int
	none["a"] = 1
	return nil
}

func main() {}
