// Package c is initialized in the order that its imports and its name give.
package c

import "os"

var Args = len(os.Args)

var Order = next("c")

var names []string

func next(name string) int {
	names = append(names, name)
	return len(names)
}

func init() { Order += next("c again") }

func init() { Order *= 2 }
