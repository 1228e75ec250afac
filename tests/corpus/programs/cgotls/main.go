// Thread-local variables in C, seen from threads of C and of Go, and threads of C that call Go.
package main

/*
#cgo LDFLAGS: -lpthread
int set_local(int value);
int get_local(void);
int initialized(void);
int on_threads(int count);
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

var calls atomic.Int64

//export goOnThread
func goOnThread(number C.int) C.int {
	calls.Add(int64(number))
	return C.get_local() + C.initialized()
}

func main() {
	runtime.LockOSThread()
	C.set_local(5)
	fmt.Println("own:", C.get_local(), C.initialized())
	results := make(chan C.int)
	for i := range C.int(3) {
		go func() {
			runtime.LockOSThread()
			before := C.get_local()
			C.set_local(i)
			results <- before + C.get_local()
		}()
	}
	fmt.Println("others:", <-results+<-results+<-results)
	fmt.Println("threads of C:", C.on_threads(8), calls.Load())
	fmt.Println("own:", C.get_local())
}
