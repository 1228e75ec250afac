// Package shape has types that are named as those of another package of this name.
package shape

type Point struct{ X, Y int }

type Shape interface{ Area() int }

type Square struct{ Point }

func (s Square) Area() int { return s.X * s.Y * len("two") }

type Visitor func(Shape, ...*Point) (map[Point][]Shape, error)

func (v Visitor) Area() int { return 0 }
