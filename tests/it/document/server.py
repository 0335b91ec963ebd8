"""The server of the document's part 2 as these tests need it: the same calls on the socket and the
same print(data), but with a port of its own choice, said on stderr, and flushed lines."""
import socket
import sys

web = socket.socket()
web.bind(("127.0.0.1", 0))
web.listen(5)
print("listening on http://127.0.0.1:%d" % web.getsockname()[1], file=sys.stderr, flush=True)
while True:
    conn, addr = web.accept()
    data = conn.recv(1024)
    print(data, flush=True)
    conn.sendall(b"HTTP/1.1 200 OK\r\n\r\nHello World")
    conn.close()
