# The wire behaviour of the document's part 4, server.py; it listens on
# a free port of 127.0.0.1 and says which.
import socket

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("127.0.0.1", 0))
s.listen(1)
print(s.getsockname()[1])
sock, addr = s.accept()
print("连接已建立")
info = sock.recv(1024).decode()
while info != "byebye":
    if info:
        print("接收到的内容:" + info)
    send_data = input("输入发送内容:\n")
    sock.send(send_data.encode())
    if send_data == "byebye":
        break
    info = sock.recv(1024).decode()
sock.close()
s.close()
