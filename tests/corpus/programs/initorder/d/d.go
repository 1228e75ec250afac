// Package d is initialized in the order that its imports and its name give.
package d

import "fmt"

var Text = fmt.Sprint("d")

var Order = next("d")

var names []string

func next(name string) int {
	names = append(names, name)
	return len(names)
}

func init() { Order += next("d again") }

func init() { Order *= 2 }
