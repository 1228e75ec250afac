// Package a is initialized in the order that its imports and its name give.
package a

import _ "corpus/initorder/c"

var Order = next("a")

var names []string

func next(name string) int {
	names = append(names, name)
	return len(names)
}

func init() { Order += next("a again") }

func init() { Order *= 2 }
