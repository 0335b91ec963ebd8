"""The client of the document's part 3 as these tests need it: the same calls on the socket, with
the port and the text from the command line."""
import socket
import sys

s = socket.socket()
s.connect(("127.0.0.1", int(sys.argv[1])))
s.send(sys.argv[2].encode())
print(s.recv(1024).decode(), end="")
s.close()
