# The wire behaviour of the document's part 4, client.py, its "beybey" included; the port is an
# argument.
import socket
import sys

s = socket.socket()
s.connect(("127.0.0.1", int(sys.argv[1])))
print("已连接")
info = ""
while info != "beybey":
    send_data = input("输入发送内容:\n")
    s.send(send_data.encode())
    if send_data == "beybey":
        break
    info = s.recv(1024).decode()
    print("接收到的内容:" + info)
s.close()
