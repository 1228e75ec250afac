// Generics instantiates types, methods and closures over many shapes, across interfaces and reflection.
package main

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
)

type number interface {
	~int | ~int8 | ~uint16 | ~float32 | ~float64
}

type tree[K cmp.Ordered, V any] struct {
	left, right *tree[K, V]
	key         K
	value       V
}

func (t *tree[K, V]) put(key K, value V) *tree[K, V] {
	if t == nil {
		return &tree[K, V]{key: key, value: value}
	}
	switch c := cmp.Compare(key, t.key); {
	case c < 0:
		t.left = t.left.put(key, value)
	case c > 0:
		t.right = t.right.put(key, value)
	default:
		t.value = value
	}
	return t
}

func (t *tree[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.walk(yield) }
}

func (t *tree[K, V]) walk(yield func(K, V) bool) bool {
	return t == nil || t.left.walk(yield) && yield(t.key, t.value) && t.right.walk(yield)
}

func (t tree[K, V]) String() string { return fmt.Sprint(t.key, "=", t.value) }

type pair[A, B any] struct {
	First  A
	Second B
}

func (p pair[A, B]) Swap() pair[B, A] { return pair[B, A]{p.Second, p.First} }

type swapper[A, B any] interface{ Swap() pair[B, A] }

type celsius float32

func sum[T number](values ...T) (total T) {
	for _, v := range values {
		total += v
	}
	return total
}

func compose[A, B, C any](f func(A) B, g func(B) C) func(A) C {
	return func(a A) C { return g(f(a)) }
}

type list[T any] []T

func (l list[T]) Each(f func(T)) {
	for _, v := range l {
		f(v)
	}
}

func nest[T any](depth int, v T) any {
	if depth == 0 {
		return v
	}
	return nest(depth-1, v)
}

type node[T any] interface {
	comparable
	Children() []T
}

type leaf struct{ id int }

func (l leaf) Children() []leaf {
	if l.id > 2 {
		return nil
	}
	return []leaf{{l.id * 2}, {l.id*2 + 1}}
}

func count[T node[T]](root T, seen map[T]bool) int {
	if seen[root] {
		return 0
	}
	seen[root] = true
	n := 1
	for _, child := range root.Children() {
		n += count(child, seen)
	}
	return n
}

func main() {
	var t *tree[string, int]
	for i, word := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		t = t.put(word, i)
	}
	for k, v := range t.all() {
		fmt.Print(k, ":", v, " ")
	}
	fmt.Println(t)

	var f *tree[float64, []pair[int, string]]
	f = f.put(1.5, []pair[int, string]{{1, "one"}}).put(0.5, nil)
	fmt.Println(f, slices.Collect(maps.Keys(maps.Collect(f.all()))) != nil)

	fmt.Println(sum(1, 2, 3), sum[celsius](1.5, 2.5), sum[int8](100, 100), sum[uint16]())
	length := compose(strings.ToUpper, func(s string) int { return len(s) })
	fmt.Println(length("abc"), compose(length, func(n int) pair[int, bool] { return pair[int, bool]{n, n > 2} })("abcd"))

	var s swapper[int, string] = pair[int, string]{1, "x"}
	fmt.Println(s.Swap(), s.Swap().Swap())
	list[any]{1, "two", 3.0, nil}.Each(func(v any) { fmt.Printf("%T ", v) })
	fmt.Println(nest(3, pair[struct{ X, Y int }, [2]*leaf]{}))
	fmt.Println(count(leaf{1}, map[leaf]bool{}))

	method := reflect.ValueOf(pair[celsius, rune]{2, 'x'}).MethodByName("Swap")
	fmt.Println(method.Call(nil)[0].Interface())
	fmt.Println(reflect.TypeFor[tree[string, map[int]list[pair[int, error]]]]())
}
