"""Measures a server's footprint: memory of an idle connection, time to start, size on the disk.

Memory is the private memory of the server's processes (Pss_Anon), without the kernel's. The memory of
a connection is the difference between 2000 connections and none, divided by 2000. kB and MB are 1000
and 1 000 000 bytes.
"""

import contextlib
import time
from statistics import median

from report import Section, Verdict
from servers import HYPER, LIMIT, LINE, NGINX, OFF, start

CONNECTIONS, STARTS = 2000, 20
REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"


def idle(programs, extent):
    """The memory of an idle connection."""
    count = CONNECTIONS // 10 if extent.quick else CONNECTIONS
    names = LINE, OFF, NGINX, HYPER, LIMIT
    figures = {name: each_connection(name, programs, count) for name in names}
    rows = [[name, f"{silent:.2f}", f"{kept:.2f}"] for name, (silent, kept) in figures.items()]
    silent, kept = figures[LINE]
    judged = [
        Verdict(6, "idle keep-alive connection", kept, 11, " kB"),
        Verdict(6, "connection that has sent nothing", silent, 4, " kB"),
    ]
    columns = ["", "has sent nothing, kB", "after a request, kB"]
    how = f"{count} connections."
    return Section("idle connections", how, columns, rows, [], judged)


def each_connection(name, programs, count=CONNECTIONS):
    """The kilobytes of a connection that has sent nothing, and of one after a request."""
    with contextlib.ExitStack() as stack:
        server = start(stack, name, programs)
        before = settled(server)
        clients = [stack.enter_context(server.connect()) for _ in range(count)]
        # The server has accepted them; the accept queue is empty.
        server.wait_for(lambda: server.descriptors() >= count)
        silent = settled(server)
        for client in clients:
            client.sendall(REQUEST)
        for client in clients:
            answer = b""
            while not answer.endswith(b"Hello World"):
                answer += client.recv(4096)
        kept = settled(server)
    return [(after - before) / count / 1000 for after in (silent, kept)]


def settled(server):
    """The server's memory, once it does not change any more."""
    last = None
    while last != (last := server.memory()):
        time.sleep(0.2)
    return last


def first_answer(programs, extent):
    """The time from the start to the first answer, and the size of the program."""
    times = {name: [] for name in (LINE, NGINX)}
    for _ in range(3 if extent.quick else STARTS):
        for name, each in times.items():
            with contextlib.ExitStack() as stack:
                begin = time.monotonic()
                start(stack, name, programs, pause=0.0002)
                each.append(time.monotonic() - begin)
    sizes = {LINE: size(programs["hellowire"]), NGINX: size(programs["nginx"])}
    rows = [
        [
            name,
            f"{median(each) * 1e3:.1f}",
            f"{min(each) * 1e3:.1f}–{max(each) * 1e3:.1f}",
            f"{sizes[name]:.2f}",
        ]
        for name, each in times.items()
    ]
    judged = [
        Verdict(6, "start to first answer", median(times[LINE]) * 1e3, 10, " ms"),
        Verdict(6, "binary", sizes[LINE], 2.5, " MB"),
    ]
    columns = ["", "first answer, ms", "min–max", "program, MB"]
    how = "From before the fork to the end of the first answer; the program as it is installed."
    return Section("start", how, columns, rows, [], judged)


def size(program):
    return program.stat().st_size / 1e6
