// Package net and os/user by way of the C library, as any program has them that is built where a C compiler is.
package main

import (
	"fmt"
	"net"
	"os/user"
)

func main() {
	addresses, err := net.LookupHost("localhost")
	fmt.Println(len(addresses) > 0, err)
	root, err := user.LookupId("0")
	fmt.Println(root.Username, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		connection, err := listener.Accept()
		fmt.Fprintln(connection, "over the loop", err)
		connection.Close()
	}()
	connection, err := net.Dial("tcp", listener.Addr().String())
	buffer := make([]byte, 100)
	n, _ := connection.Read(buffer)
	fmt.Print(string(buffer[:n]), err, "\n")
}
