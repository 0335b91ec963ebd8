"""Python's http.client with targets that have bytes that no URI has."""
import http.client
import sys

address = sys.argv[1]


class Connection(http.client.HTTPConnection):
    """Sends targets as they are: before Python 3.8 raw bytes went out like this."""

    def _encode_request(self, request):
        return request.encode("latin-1")


connection = Connection(address, timeout=30)


def ask(method, target, body=None, **fields):
    connection.request(method, target, body, fields)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200 and content == b"Hello World", (method, target, answer.status, content)


ask("GET", '/"<>{}\\^`|%')
ask("GET", '/?"<>{}\\^`|%')
ask("GET", "/菜鸡".encode().decode("latin-1"))
ask("GET", "/\xe8?\xe4=\xff")
ask("POST", "/{}", b"x" * 10_000)
ask("NOTIFY", "/x", b"x", NT="upnp:event")
ask("GET", "/fine")
connection.close()
connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
ask("GET", '/"1.0"')
