// Package b is initialized in the order that its imports and its name give.
package b

import _ "corpus/initorder/a"

var Order = next("b")

var names []string

func next(name string) int {
	names = append(names, name)
	return len(names)
}

func init() { Order += next("b again") }

func init() { Order *= 2 }
