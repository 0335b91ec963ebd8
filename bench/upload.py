"""Measures a request with a body of 1 GB: the CPU time, and the growth of memory."""

import contextlib
from statistics import median

from report import Section, Verdict
from servers import HYPER, LINE, OFF, start

SIZE, SMALL = 1_000_000_000, 16_000_000
PIECE = bytes(1_000_000)
MORE = ["--max-body", "2GiB"]


def measure(programs, extent):
    size = SMALL if extent.quick else SIZE
    cpu, growth, notes = {}, {}, []
    with contextlib.ExitStack() as stack:
        servers = [start(stack, name, programs, *MORE) for name in (LINE, OFF)]
        servers.append(start(stack, HYPER, programs))
        for server in servers:
            # The first upload fills the buffers, so that the others do not grow them.
            upload(server, SMALL)
            cpu[server.name], growth[server.name] = [], []
        for _ in range(extent.rounds):
            for server in servers:
                server.forget_peak()
                memory, before = server.resident("VmRSS"), server.cpu()
                upload(server, size)
                cpu[server.name].append(server.spent(before))
                growth[server.name].append((server.resident("VmHWM") - memory) / 1e6)
        for server in servers:
            notes += [f"{server.name}: {words}" for words in server.told()]
    rows = [row(name, each, cpu[HYPER], growth[name]) for name, each in cpu.items()]
    columns = ["", "CPU ms", "to hyper", "min–max", "memory grew at most, MB"]
    ratio = median(cpu[LINE]) / median(cpu[HYPER])
    judged = [
        Verdict(7, "upload: CPU to that of plain hyper", ratio, 1.1),
        Verdict(7, "upload: memory grows by", max(growth[LINE]), 2, " MB"),
    ]
    how = f"One POST of {size / 1e6:g} MB, in writes of 1 MB."
    return Section("upload", how, columns, rows, notes, judged)


def row(name, cpu, base, growth):
    return [
        name,
        f"{median(cpu) * 1e3:.0f}",
        f"{median(cpu) / median(base):.2f}",
        f"{min(cpu) * 1e3:.0f}–{max(cpu) * 1e3:.0f}",
        f"{max(growth):.2f}",
    ]


def upload(server, size):
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    with server.connect() as client:
        client.sendall(head.encode())
        for _ in range(size // len(PIECE)):
            client.sendall(PIECE)
        server.check(client.makefile("rb").read())
