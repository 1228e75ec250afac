// Methodbyname asks for constant method names only: the linker may drop the others.
package main

import (
	"fmt"
	"reflect"
)

type Machine struct{ state int }

func (m *Machine) Start() string  { m.state++; return "started" }
func (m *Machine) Stop() string   { m.state--; return "stopped" }
func (m *Machine) Unused() string { return fmt.Sprintf("never %d", m.state) }

type Starter interface{ Start() string }

type viaInterface[T any] interface{ Convert(T) T }

type Doubler struct{}

func (Doubler) Convert(n int) int { return 2 * n }
func (Doubler) Dropped() int      { return 0 }

func main() {
	m := new(Machine)
	var s Starter = m
	fmt.Println(s.Start())
	fmt.Println(reflect.ValueOf(m).MethodByName("Stop").Call(nil))
	if method, ok := reflect.TypeFor[*Machine]().MethodByName("Start"); ok {
		fmt.Println(method.Type)
	}
	var c any = Doubler{}
	if v, ok := c.(viaInterface[int]); ok {
		fmt.Println(v.Convert(21))
	}
}
