"""Python's http.client: bodies of all kinds on one connection, HTTP/1.0, the absolute form."""
import http.client
import sys

address = sys.argv[1]
connection = http.client.HTTPConnection(address, timeout=30)


def ask(method, target="/", body=None, **options):
    connection.request(method, target, body, **options)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200 and content == (b"" if method == "HEAD" else b"Hello World"), (method, answer.status)


ask("GET", "/a?b=%20c")
ask("HEAD")
ask("OPTIONS", "*")
ask("POST", body=b"x" * 100_000)
ask("PUT", body="text")
ask("DELETE")
ask("POST", body=iter([b"a", b"bc" * 5000]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
ask("POST", body=b"x", headers={"Expect": "100-continue"})
ask("GET", f"http://{address}/absolute")
connection.close()
connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
ask("GET", "/1.0")
