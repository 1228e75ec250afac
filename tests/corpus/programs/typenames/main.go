// Typenames has types whose descriptors are named alike, long, recursive, unnamed or with unusual characters.
package main

import (
	"fmt"

	dotted "corpus/typenames/dotted.v2"
	one "corpus/typenames/one/shape"
	two "corpus/typenames/two/shape"
)

type recursive struct {
	next *recursive
	f    func(recursive) [4]recursive2
	m    map[string]*recursive2
}

type recursive2 struct{ r []recursive }

type XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX struct{ A, B, C string }

func (x *XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX) Method() map[XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX]chan<- struct {
	F XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX
} {
	return nil
}

type methoder interface {
	Method() map[XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX]chan<- struct {
		F XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX
	}
}

type wide struct {
	a int8
	b string
	c int8
	d any
	e [3]float32
	f complex128
	g [7]byte
	h error
	i chan int
	j uintptr
}

type 数字 int

func (n 数字) String() string { return fmt.Sprint("数字", int(n)) }

func equal[T comparable](a, b T) bool { return a == b }

func main() {
	values := []any{
		one.Point{}, two.Point{}, one.Square{}, two.Square{}, one.Visitor(nil), two.Visitor(nil),
		[]one.Shape{one.Square{}}, []two.Shape{two.Square{}}, map[one.Point]two.Point{}, dotted.Value,
		recursive{}, &XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX{}, wide{}, 数字(3), struct {
			one.Point
			F string `tag:"with \"quotes\" and ·"`
		}{}, [2]struct{ one.Shape }{}, func(...interface{ M(int) string }) {}, (<-chan chan<- int)(nil),
		[1 << 20]*wide{}, interface{ error }(nil), struct{}{}, [0]int{}, (*[3][4]map[[2]int]string)(nil),
	}
	for _, value := range values {
		name := fmt.Sprintf("%T", value)
		fmt.Println(name[:min(len(name), 60)])
	}
	var m methoder = &XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX{}
	fmt.Println(m.Method() == nil, equal(wide{c: 1}, wide{c: 2}), equal[any](one.Point{}, two.Point{}))
}
