"""The service as it is written with Python's http.server: a handler, and the log that it has by default.

`python3 server.py PORT` answers each request on loopback, and logs one line a request to stderr.
"""

import http.server
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    # The default, HTTP/1.0, has a connection for each request.
    protocol_version = "HTTP/1.1"
    # Head and body are two writes. Without this the second waits until the client acknowledges the first.
    disable_nagle_algorithm = True

    def do_GET(self):
        text = b"Hello World"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Server(http.server.ThreadingHTTPServer):
    # By default, 5 connections can wait. The load opens all at once.
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Logs nothing: the load resets its connections at its end. By default, that is a stack trace."""


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
