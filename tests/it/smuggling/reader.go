// Go's net/http as a reader: says each request that it answers, and ends when stdin does.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	var mutex sync.Mutex
	handler := func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			// A refusal: the connection ends without an answer.
			panic(http.ErrAbortHandler)
		}
		_, port, _ := net.SplitHostPort(request.RemoteAddr)
		mutex.Lock()
		fmt.Printf("%s\t%s\t%s\t%s\n", port, escape(request.Method), escape(request.RequestURI), escape(string(body)))
		mutex.Unlock()
		io.WriteString(answer, "Hello World")
	}
	server := &http.Server{Handler: http.HandlerFunc(handler), ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(listener)
	fmt.Println(listener.Addr())
	io.Copy(io.Discard, os.Stdin)
	mutex.Lock()
}

func escape(text string) string {
	var escaped strings.Builder
	for _, each := range []byte(text) {
		fmt.Fprintf(&escaped, "\\x%02X", each)
	}
	return escaped.String()
}
