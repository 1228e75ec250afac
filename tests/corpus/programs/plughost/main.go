// Opens the plugin that is its argument.
package main

import (
	"errors"
	"fmt"
	"os"
	"plugin"

	"corpus/plug/api"
)

func main() {
	opened, err := plugin.Open(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	create, err := opened.Lookup("New")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	count, _ := opened.Lookup("Count")
	fail, _ := opened.Lookup("Fail")
	speaker := create.(func(int) api.Speaker)(4)
	fmt.Println(speaker.Say("loud"), *count.(*int), api.Loaded)
	fmt.Println(errors.Is(fail.(func() error)(), api.ErrNone))
	_, err = opened.Lookup("Absent")
	fmt.Println(err != nil)
}
