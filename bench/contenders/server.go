// The service as it is written with Go's net/http: a handler, and a middleware that logs with log.Printf.
//
// `go build` makes a program of this file. With the port as its argument, it answers each request on
// loopback, and logs one line a request to stderr.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		log.Printf("%s %s %s", r.RemoteAddr, r.Method, r.URL)
	})
}

func main() {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "Hello World")
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], logged(hello)))
}
