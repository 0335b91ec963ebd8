"""Saturating load in several modes: requests a second, and the server's CPU time a request.

All servers of a mode run all the time, and one at a time is under load. A round has a run of each,
in an order that rotates, so that noise meets all alike. What went wrong is noted: errors that wrk
tells of, log records that do not match the answers, a server's words on stderr.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import tempfile
import time
from statistics import median

from report import Section, Verdict
from servers import JSON, LIMIT, LINE, NGINX, NGINX_BUFFERED, NGINX_OFF, OFF, start
from setting import fail

CONNECTIONS, DEPTH = 64, 16
PIPELINE = f"""local batch
init = function(args) batch = string.rep(wrk.format(), {DEPTH}) end
request = function() return batch end
"""
# A mode's arguments for wrk.
MODES = {
    "keep-alive": [],
    "pipelined": ["-s", "pipeline.lua"],
    "close": ["-H", "Connection: close"],
}
COMPARED = [NGINX_OFF, NGINX, NGINX_BUFFERED, OFF, LINE, JSON, LIMIT]


class Run:
    """One server under load for some seconds: what it did, and what that cost."""

    def __init__(self, server, load, seconds):
        if server.log.exists():
            os.truncate(server.log, 0)
        before = server.cpu()
        self.requests, self.rate, self.troubles = load.run(server, seconds)
        # Until the last records are written.
        time.sleep(1.3 if server.name == NGINX_BUFFERED else 0.3)
        self.cpu = server.spent(before) * 1e6 / self.requests
        self.troubles += [*told(server), *lacking(server, self.requests, load.in_flight)]


def told(server):
    """What the server says, which has nothing to say."""
    if words := server.stderr.read_text():
        os.truncate(server.stderr, 0)
        yield f"stderr: {words.strip()}"


def lacking(server, requests, in_flight):
    """Whether the log has another number of records than there were requests."""
    if not server.log.exists():
        return
    with open(server.log, "rb") as log:
        records = sum(part.count(b"\n") for part in iter(lambda: log.read(1 << 20), b""))
    # What is in flight at the end of the run is logged, but not counted.
    if not requests <= records <= requests + in_flight:
        yield f"{requests} answers, but {records} log records"


class Wrk:
    """The load of wrk."""

    def __init__(self, programs, mode, connections=CONNECTIONS):
        self.program, self.arguments = programs["wrk"], ["-t2", f"-c{connections}", *MODES[mode]]
        self.in_flight = connections * (DEPTH if mode == "pipelined" else 1)

    def run(self, server, seconds):
        command = [self.program, *self.arguments, f"-d{seconds}s"]
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "pipeline.lua").write_text(PIPELINE)
            command.append(f"http://127.0.0.1:{server.port}/")
            done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        counted = re.search(r"(\d+) requests in.*Requests/sec: *([\d.]+)", done.stdout, re.DOTALL)
        if done.returncode != 0 or not counted or counted[1] == "0":
            fail(f"no answers from {server.name}:\n{done.stdout}{done.stderr}")
        errors = re.findall(r"(?:Socket errors|Non-2xx).*", done.stdout)
        return int(counted[1]), float(counted[2]), errors


class Figures:
    """The runs of all servers in one mode, and what went wrong."""

    def __init__(self, servers, load, extent):
        self.runs, self.notes = {server.name: [] for server in servers}, []
        # The first round is the warm-up, of which only the troubles are kept.
        for number in range(0 if extent.warm_up else 1, extent.rounds + 1):
            first = number % len(servers)
            for server in servers[first:] + servers[:first]:
                run = Run(server, load, extent.seconds if number else 1)
                at = f"{server.name}, round {number or 'of warm-up'}"
                self.notes += [f"{at}: {trouble}" for trouble in run.troubles]
                if number:
                    self.runs[server.name].append(run)

    def rate(self, name):
        return median(run.rate for run in self.runs[name])

    def cpu(self, name):
        return median(run.cpu for run in self.runs[name])

    def section(self, title, how, base, limit):
        """The table, with the ratios to these two servers."""
        columns = ["", "requests/s", "ratio", "CPU µs/request", f"to {base}", f"to {limit}", "min–max"]
        rows = []
        for name, runs in self.runs.items():
            rate, cpu, each = self.rate(name), self.cpu(name), [run.cpu for run in runs]
            rows.append([
                name, f"{rate:.0f}", f"{rate / self.rate(base):.2f}", f"{cpu:.2f}",
                f"{cpu / self.cpu(base):.2f}", f"{cpu / self.cpu(limit):.2f}",
                f"{min(each):.2f}–{max(each):.2f}",
            ])
        return Section(title, how, columns, rows, self.notes)


def mode(name, programs, extent):
    """One of wrk's modes: a section, judged."""
    load = Wrk(programs, name)
    with contextlib.ExitStack() as stack:
        servers = [start(stack, server, programs) for server in COMPARED]
        figures = Figures(servers, load, extent)
    section = figures.section(name, f"`wrk {' '.join(load.arguments)}`", NGINX, LIMIT)
    section.verdicts = JUDGES[name](figures)
    return section


def ratio(figures, name, base):
    return figures.cpu(name) / figures.cpu(base)


def judge_keep_alive(figures):
    return [
        Verdict(1, "keep-alive: CPU to nginx's", ratio(figures, LINE, NGINX), 0.85),
        Verdict(1, "keep-alive: CPU to the limit's", ratio(figures, LINE, LIMIT), 1.15),
        Verdict(4, "log on: CPU to that with the log off", ratio(figures, LINE, OFF), 1.08),
        Verdict(4, "log json: CPU to that of line", ratio(figures, JSON, LINE), 1.15),
    ]


def judge_pipelined(figures):
    faster = figures.rate(LINE) / figures.rate(NGINX)
    return [
        Verdict(2, "pipelined: requests a second to nginx's", faster, 4, at_least=True),
        Verdict(2, "pipelined: CPU to the limit's", ratio(figures, LINE, LIMIT), 2),
    ]


def judge_close(figures):
    return [
        Verdict(3, "a connection a request: CPU to nginx's", ratio(figures, LINE, NGINX), 0.95),
        Verdict(3, "a connection a request: CPU to the limit's", ratio(figures, LINE, LIMIT), 1.15),
    ]


JUDGES = {"keep-alive": judge_keep_alive, "pipelined": judge_pipelined, "close": judge_close}
