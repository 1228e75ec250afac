// A program for debuggers and profilers to look into.
package main

import (
	"fmt"
	"os"
	"runtime/pprof"
)

type shape interface{ area() int }

type rectangle struct{ width, height int }

func (r *rectangle) area() int { return r.width * r.height }

//go:noinline
func show(ages map[string]int, primes []int, s shape, names chan string) int {
	total := len(ages)
	for _, p := range primes {
		total += p // add
	}
	total += s.area()
	names <- "shown"
	return total
}

//go:noinline
func burn(rounds int) (steps uint64) {
	for range rounds {
		for i := range uint64(100_000) {
			steps += steps ^ i // burn
		}
	}
	return steps
}

func wait(ready chan struct{}, names chan string, done chan struct{}) {
	close(ready)
	fmt.Println(<-names)
	close(done)
}

func main() {
	if len(os.Args) > 1 {
		profile(os.Args[1])
		return
	}
	names, done, ready := make(chan string), make(chan struct{}), make(chan struct{})
	go wait(ready, names, done)
	<-ready
	ages := map[string]int{"ada": 36, "alan": 41}
	fmt.Println(show(ages, []int{2, 3, 5, 7}, &rectangle{6, 7}, names))
	<-done
}

func profile(path string) {
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		panic(err)
	}
	fmt.Println(burn(5000))
	pprof.StopCPUProfile()
	if err := file.Close(); err != nil {
		panic(err)
	}
}
