"""Measures the latency at half the highest rate of a server.

Each server first answers as many requests as it can. Then requests are due at fixed times, at half
that rate. The latency begins when a request is due (tools/src/bin/load.rs says why). It ends with the
answer, or with the connection where each request has its own. The figures are medians over the rounds.
"""

import contextlib
from statistics import median

from loads import DIFFERENT, Own
from report import Section
from servers import HYPER, LIMIT, LINE, NGINX, OFF, start

COMPARED = [NGINX, OFF, LINE, HYPER, LIMIT]
COLUMNS = ["", "requests/s", "p50 µs", "p99 µs"]


def measure(programs, extent):
    rows, notes = [], []
    with contextlib.ExitStack() as stack:
        servers = [start(stack, name, programs) for name in COMPARED]
        for mode in ("keep-alive", "close"):
            load = Own(programs, mode, DIFFERENT)
            rates = {server: load.run(server, extent.seconds).rate / 2 for server in servers}
            told = {server: [] for server in servers}
            for _ in range(extent.rounds):
                for server in servers:
                    server.empty_log()
                    _, printed = load.drive(server, extent.seconds, rates[server])
                    told[server].append(printed)
            for server in servers:
                rows.append(row(f"{mode}: {server.name}", rates[server], told[server]))
                notes += troubles(f"{mode}: {server.name}", server, told[server])
    how = "64 connections, different requests, each server at half the rate that it can bear."
    return Section("latency", how, COLUMNS, rows, notes)


def row(label, rate, told):
    percentiles = (median(run[which] for run in told) for which in ("p50", "p99"))
    return [label, f"{rate:.0f}", *(f"{microseconds:.0f}" for microseconds in percentiles)]


def troubles(label, server, told):
    if failed := sum(run["failed"] for run in told):
        yield f"{label}: {failed} requests failed"
    yield from (f"{label}: {words}" for words in server.told())
