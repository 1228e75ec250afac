// Mapinit has large map variables: the linker drops the initializers of those that nothing reads.
package main

import "fmt"

var used = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
	"eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "many": many,
}

var dropped = map[string][]string{
	"a": {"x"}, "b": {"x"}, "c": {"x"}, "d": {"x"}, "e": {"x"}, "f": {"x"}, "g": {"x"}, "h": {"x"}, "i": {"x"},
	"j": {"x"}, "k": {"x"}, "l": {"x"}, "m": {"x"}, "n": {"x"}, "o": {"x"}, "p": {"x"}, "q": {"x"}, "r": {"x"},
	"s": {"x"}, "t": {"x"}, "u": {"x"}, "v": {"x"}, "w": {"x"}, "x": {"x"}, "y": {"x"}, "z": {"x"}, "": nil,
}

var structs = map[[2]int]struct{ name string }{
	{1, 2}: {"a"}, {2, 3}: {"b"}, {3, 4}: {"c"}, {4, 5}: {"d"}, {5, 6}: {"e"}, {6, 7}: {"f"}, {7, 8}: {"g"},
	{8, 9}: {"h"}, {9, 10}: {"i"}, {10, 11}: {"j"}, {11, 12}: {"k"}, {12, 13}: {"l"}, {13, 14}: {"m"}, {14, 15}: {"n"},
}

const many = 1 << 20

func lookup(name string) int { return used[name] }

func reader() int { return len(dropped) + len(structs) }

func main() { fmt.Println(lookup("seven"), lookup("many")) }
