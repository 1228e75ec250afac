// Package dotted has an import path with a dot in its last element.
package dotted

type Type struct{ Größe int }

func (t Type) Área() int { return t.Größe }

var Value any = Type{3}
