// A plugin: its symbols are looked up by name, its types must be the host's.
package main

import (
	"errors"
	"fmt"

	"corpus/plug/api"
)

var Count = 3

type shout struct{ times int }

func (s shout) Say(text string) string { return fmt.Sprint(text, "!", s.times) }

func New(times int) api.Speaker {
	Count += times
	return shout{times}
}

func Fail() error { return errors.Join(api.ErrNone, fmt.Errorf("count %d", Count)) }

func init() { api.Loaded = append(api.Loaded, "plug") }

func main() {}
