// Go's client with targets that have bytes that no URI has.
package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

func main() {
	ask("GET", url.URL{Path: "/", RawQuery: "q=100%"}, "")
	ask("GET", url.URL{Opaque: "/50%/<x>"}, "")
	ask("GET", url.URL{Path: "/a", RawQuery: `query=up{job="x"}\%`}, "")
	ask("GET", url.URL{Path: "/b", RawQuery: "\xe8=\xff"}, "")
	ask("POST", url.URL{Opaque: "/{}"}, "body")
	ask("PURGE", url.URL{Path: "/x"}, "")
	ask("GET", url.URL{Path: "/fine"}, "")
}

func ask(method string, target url.URL, body string) {
	target.Scheme, target.Host = "http", os.Args[1]
	request, err := http.NewRequest(method, "http://"+os.Args[1], strings.NewReader(body))
	check(err)
	request.URL = &target
	answer, err := http.DefaultClient.Do(request)
	check(err)
	content, err := io.ReadAll(answer.Body)
	check(err)
	if answer.StatusCode != 200 || string(content) != "Hello World" {
		panic(method + " " + target.String() + ": " + answer.Status)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
