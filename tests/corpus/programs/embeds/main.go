// Embeds holds files as a string, as bytes and as a file system.
package main

import (
	"embed"
	"fmt"
	"io/fs"
	_ "time/tzdata"
)

//go:embed files/a.txt
var text string

//go:embed files/deep/b.bin
var data []byte

//go:embed files
var tree embed.FS

//go:embed files/empty.txt
var empty string

func main() {
	fmt.Printf("%q %q %q\n", text, data, empty)
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		fmt.Println(path, entry.IsDir())
		return err
	})
	fmt.Println(err)
}
