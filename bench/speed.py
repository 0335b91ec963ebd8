"""Compares the CPU time of a request with that of the services that a user would otherwise pick.

Each answers "Hello World" to every request, and logs one line a request to a file, as is usual in its
ecosystem. hellowire writes many lines at once, so nginx is there with such a log too. plain hyper and the limit
have no log. `--draw` writes the picture of it, and the page with the
same figures.
"""

import contextlib
import os
import re
import time
from typing import NamedTuple

import chart
import setting
from loads import DIFFERENT, Wrk
from report import Section
from servers import AXUM, GO, HYPER, LIMIT, LINE, NGINX, NGINX_BUFFERED, NODE, PYTHON, start
from throughput import Figures, Subject


class Service(NamedTuple):
    """What the picture says of a server."""

    title: str
    # How it logs.
    log: str
    # The command that prints the version, or the folder and the name of the crate.
    command: tuple = ()
    crate: tuple = ()


NO_LOG = "no log"
SERVICES = {
    LIMIT: Service("bare epoll server", NO_LOG),
    HYPER: Service("plain hyper", NO_LOG, crate=("bench/tools", "hyper")),
    LINE: Service("hellowire", "--log line", command=("hellowire", "--version")),
    NGINX_BUFFERED: Service("nginx, buffered", "access_log buffer=64k", command=("nginx", "-v")),
    NGINX: Service("nginx", "access_log", command=("nginx", "-v")),
    NGINX_BUFFERED: Service("nginx", "access_log buffer=64k", command=("nginx", "-v")),
    AXUM: Service(AXUM, "TraceLayer", crate=("bench/contenders/axum", "axum")),
    GO: Service(GO, "log.Printf", command=("go", "version")),
    NODE: Service(NODE, "console.log", command=("node", "--version")),
    PYTHON: Service(PYTHON, "log_message", command=("python3", "--version")),
}
NEEDS = {AXUM: "axum", GO: "go-service", NODE: "node", PYTHON: "python3"}
COLUMNS = ["", "version", "log", "CPU µs/request", "min–max", "to hellowire"]
PREAMBLE = """# The CPU time of a request

Written by `bench/run --draw docs`, never by hand.

hellowire writes the records of many requests at once, as nginx with `buffer=64k` does. The others write each line
by itself, as they do by default.

<picture><source media="(prefers-color-scheme: dark)" srcset="speed-dark.svg"><img alt="Bars of the CPU time of a request: the table has the same figures" src="speed-light.svg"></picture>

"""


def measure(programs, extent):
    load = Wrk(programs, "keep-alive", DIFFERENT)
    # A quick run does not build axum.
    names = [name for name in SERVICES if NEEDS.get(name, "wrk") in programs]
    with contextlib.ExitStack() as stack:
        servers = [start(stack, name, programs) for name in names]
        figures = Figures([Subject(server.name, server, load) for server in servers], extent)
    names.sort(key=figures.cpu)
    rows = [row(name, programs, figures) for name in names]
    section = Section("speed", method(load, extent), COLUMNS, rows, figures.notes)
    if extent.draw:
        publish(extent, names, figures, [*setting.machine(programs)], section)
    return section


def method(load, extent):
    return (
        f"`{load}` sends {DIFFERENT} requests on kept connections to one server at a time, in turn, "
        f"for {extent.rounds} × {extent.seconds} s; it shares the machine's cores with the servers. "
        "The CPU time is the user and system time of all of a server's processes, divided by its "
        "answers; a figure is the median of the runs. hellowire and the buffered nginx write many log lines at "
        "once, the other services one line at a time."
    )


def row(name, programs, figures):
    service, each = SERVICES[name], [run.cpu for run in figures.runs[name]]
    return [
        service.title,
        version(service, programs),
        service.log,
        f"{figures.cpu(name):.2f}",
        f"{min(each):.2f}–{max(each):.2f}",
        f"{figures.cpu_ratio(name, LINE):.2f}",
    ]


def version(service, programs):
    if service.crate:
        folder, crate = service.crate
        lock = (setting.ROOT / folder / "Cargo.lock").read_text()
        return re.search(rf'name = "{crate}"\nversion = "(.+)"', lock)[1]
    if service.command:
        program, option = service.command
        return re.search(r"\d+(\.\d+)+", setting.version([programs[program], option]))[0]
    return "–"


def publish(extent, names, figures, machine, section):
    """Writes the picture in both themes, and the page."""
    bars = [bar(name, figures) for name in names]
    kernel = ".".join(os.uname().release.split(".")[:2])
    notes = [
        f"Median of {extent.rounds} rounds; thin line: from the least to the most.",
        "Dashed bars have no log; the others log each request to a file:",
        "hellowire and nginx, buffered, many lines at once, the others line by line.",
        f"64 connections, Linux {kernel}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}",
    ]
    for theme in chart.THEMES:
        (extent.draw / f"speed-{theme}.svg").write_text(chart.picture(bars, notes, theme))
    setting_lines = "".join(f"- {line}\n" for line in machine)
    (extent.draw / "benchmarks-speed.md").write_text(f"{PREAMBLE}{setting_lines}\n{section}")


def bar(name, figures):
    service, each = SERVICES[name], [run.cpu for run in figures.runs[name]]
    return chart.Bar(
        title=service.title,
        note=service.log,
        value=figures.cpu(name),
        least=min(each),
        most=max(each),
        ratio=figures.cpu_ratio(name, LINE),
        is_own=name == LINE,
        is_outline=service.log == NO_LOG,
    )
