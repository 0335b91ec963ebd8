"""Compares the modes of a connection: keep-alive, pipelined 16 deep, closed after a request; `raw`; and the
service without and with `--inspect`.

Each mode has a part with the same requests and a part with different ones. wrk drives these. It cannot
drive `raw`, whose answers end with the connection and have no length: wrk would count each as an error
and open a second connection for nothing.
"""

import contextlib

from loads import DIFFERENT, MODES, SAME, Own, Wrk
from report import Section, Verdict
from servers import HYPER, INSPECTED, JSON, LIMIT, LINE, NGINX, NGINX_BUFFERED, NGINX_OFF, OFF, RAW
from servers import LIMIT_DEFERS, NGINX_DEFERS, RAW_LIMIT, start
from throughput import Figures, Subject

# The parts of bench/run, by name: the mode, and the kind of requests.
PARTS = {
    **{mode: (mode, SAME) for mode in MODES},
    **{f"{mode}, {DIFFERENT} requests": (mode, DIFFERENT) for mode in MODES},
}
COMPARED = [NGINX_OFF, NGINX, NGINX_BUFFERED, OFF, LINE, JSON, HYPER, LIMIT]
# The servers that the verdicts compare, and hyper.
COMPARED_WITH_DIFFERENT = [NGINX, OFF, LINE, JSON, HYPER, LIMIT]
# A quick run starts each server, and these for one mode alone: no verdict needs them in the others.
SHOWN_ONCE = [NGINX_OFF, NGINX_BUFFERED, OFF]
# A pipelined request costs little, and the copy of it as much as any other's: 270 to 290 instructions of 9800. Runs
# gave 1.00 to 1.05; 1.03 would be 34 ns.
PIPELINED_INSPECTED = 1.06


def measure(names, load, programs, extent):
    with contextlib.ExitStack() as stack:
        servers = [start(stack, name, programs) for name in names]
        return Figures([Subject(server.name, server, load) for server in servers], extent)


def part(name, programs, extent):
    """Measures one of PARTS."""
    mode, requests = PARTS[name]
    load = Wrk(programs, mode, requests)
    names = COMPARED if requests == SAME else COMPARED_WITH_DIFFERENT
    # A server can defer only the accept of new connections.
    names = [*names, NGINX_DEFERS, LIMIT_DEFERS] if mode == "close" else names
    if extent.quick and mode != "keep-alive":
        names = [name for name in names if name not in SHOWN_ONCE]
    figures = measure(names, load, programs, extent)
    return figures.section(name, f"`{load}`", [NGINX, LIMIT], JUDGES[mode](name, figures))


def raw(programs, extent):
    load = Own(programs, "close")
    figures = measure([RAW, RAW_LIMIT], load, programs, extent)
    judged = Verdict(3, "raw: CPU to its limit's", figures.cpu_ratio(RAW, RAW_LIMIT), 1.15)
    return figures.section("raw", f"`{load}`", [RAW_LIMIT], [judged])


def inspect(programs, extent):
    """Measures what it costs to keep the requests for a page that nobody has open."""
    modes = ["keep-alive", "pipelined"]
    rows, notes = [], []
    for mode in modes:
        figures = measure([LINE, INSPECTED], Wrk(programs, mode, DIFFERENT), programs, extent)
        cells = [f"{figures.cpu(name):.2f}" for name in (LINE, INSPECTED)]
        rows.append([mode, *cells, figures.cpu_ratio(INSPECTED, LINE)])
        notes += figures.notes
    keep_alive, pipelined = (ratio for *_, ratio in rows)
    judged = [
        Verdict(7, "keep-alive, with --inspect: CPU to that without", keep_alive, 1.03),
        Verdict(7, "pipelined, with --inspect: CPU to that without", pipelined, PIPELINED_INSPECTED),
    ]
    columns = ["", "CPU µs/request", "with --inspect", "ratio"]
    rows = [[*cells, f"{ratio:.3f}"] for *cells, ratio in rows]
    how = f"`--log line`, {DIFFERENT} requests, without and with `--inspect`, which nobody watches."
    return Section("inspect", how, columns, rows, notes, judged)


def judge_keep_alive(name, figures):
    ratio = figures.cpu_ratio
    return [
        Verdict(1, f"{name}: CPU to nginx's", ratio(LINE, NGINX), 0.85),
        Verdict(1, f"{name}: CPU to the limit's", ratio(LINE, LIMIT), 1.15),
        Verdict(4, f"{name}, log on: CPU to that with the log off", ratio(LINE, OFF), 1.08),
        Verdict(4, f"{name}, log json: CPU to that of line", ratio(JSON, LINE), 1.15),
    ]


def judge_pipelined(name, figures):
    faster, cpu = figures.rate_ratio(LINE, NGINX), figures.cpu_ratio(LINE, LIMIT)
    return [
        Verdict(2, f"{name}: requests a second to nginx's", faster, 4, at_least=True),
        Verdict(2, f"{name}: CPU to the limit's", cpu, 2),
    ]


def judge_close(name, figures):
    ratio = figures.cpu_ratio
    return [
        Verdict(3, f"{name}: CPU to nginx's", ratio(LINE, NGINX), 0.95),
        Verdict(3, f"{name}: CPU to the limit's", ratio(LINE, LIMIT), 1.15),
    ]


JUDGES = {"keep-alive": judge_keep_alive, "pipelined": judge_pipelined, "close": judge_close}
