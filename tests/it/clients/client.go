// Go's client: kept connections, bodies with and without a length, 100-continue, a proxy.
package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

func main() {
	address := "http://" + os.Args[1]
	proxy, _ := url.Parse(address)
	direct := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	proxied := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}

	ask(direct, "GET", address+"/a?b[]=c|d", nil, nil)
	ask(direct, "HEAD", address, nil, nil)
	ask(direct, "OPTIONS", address, nil, nil)
	ask(direct, "PROPFIND", address, nil, nil)
	ask(direct, "POST", address, strings.NewReader(strings.Repeat("x", 100000)), nil)
	// Without a known length the body is chunked.
	ask(direct, "POST", address, io.MultiReader(strings.NewReader("a"), strings.NewReader("bc")), nil)
	ask(direct, "POST", address, strings.NewReader("x"), map[string]string{"Expect": "100-continue"})
	ask(direct, "GET", address, nil, map[string]string{"Connection": "close"})
	ask(proxied, "GET", "http://example.test/a?b", nil, nil)
}

func ask(client *http.Client, method, target string, body io.Reader, fields map[string]string) {
	request, err := http.NewRequest(method, target, body)
	check(err)
	for name, value := range fields {
		request.Header.Set(name, value)
	}
	answer, err := client.Do(request)
	check(err)
	content, err := io.ReadAll(answer.Body)
	check(err)
	if answer.StatusCode != 200 || method != "HEAD" && string(content) != "Hello World" {
		panic(method + " " + target + ": " + answer.Status)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
