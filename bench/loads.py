"""The loads: wrk, and a program of the benchmark's own for the cases that wrk cannot do.

A load repeats the SAME request, or sends DIFFERENT ones: the target, Host and Date change with each.
Different requests show the cost without a cache of the last request.

A load's `run` drives a server for some seconds. `uncounted` is the number of requests that the log may
contain and the load does not count: those in flight at the end, and those before the begin.
"""

import json
import math
import pathlib
import re
import signal
import subprocess
import tempfile
import time
from typing import NamedTuple

from setting import fail

CONNECTIONS, DEPTH = 64, 16
SAME, DIFFERENT = "same", "different"
# The arguments for wrk, by mode.
MODES = {
    "keep-alive": [],
    "pipelined": [],
    "close": ["-H", "Connection: close"],
}
PIPELINE = f"""local batch
init = function(args) batch = string.rep(wrk.format(), {DEPTH}) end
request = function() return batch end
"""
# The scripts for wrk, by file name. wrk runs in the directory that has them.
SCRIPTS = {
    "pipeline.lua": PIPELINE,
    "requests.lua": pathlib.Path(__file__).with_name("requests.lua").read_text(),
}


def different(number, field=b""):
    """The request that requests.lua makes from a number, with an additional field."""
    time = number // 3600 % 24, number // 60 % 60, number % 60
    date = "Thu, 26 Nov 2026 {:02}:{:02}:{:02} GMT".format(*time)
    host = f"h{number % 997}.test:{1024 + number % 60000}"
    line = f"GET /{number}?q={number * 7919 % 1000003} HTTP/1.1"
    return f"{line}\r\nHost: {host}\r\nDate: {date}\r\n".encode() + field + b"\r\n"


class Outcome(NamedTuple):
    """The result of a load."""

    # The server's CPU time at the begin, by process.
    before: dict
    requests: int
    rate: float
    troubles: list


class Wrk:
    """The load of wrk: as many requests as the server answers."""

    def __init__(self, programs, mode, requests=SAME, connections=CONNECTIONS):
        depth = DEPTH if mode == "pipelined" else 1
        self.program, self.arguments = programs["wrk"], ["-t2", f"-c{connections}", *MODES[mode]]
        # The arguments of the script follow the URL.
        self.more = []
        if requests == DIFFERENT:
            self.arguments += ["-s", "requests.lua"]
            self.more = ["--", str(depth)]
        elif mode == "pipelined":
            self.arguments += ["-s", "pipeline.lua"]
        self.uncounted = connections * depth

    def __str__(self):
        return " ".join(["wrk", *self.arguments, *self.more])

    def run(self, server, seconds):
        url = f"http://127.0.0.1:{server.port}/"
        # Without stdbuf, wrk's first line comes with its report.
        command = ["stdbuf", "-oL", self.program, *self.arguments]
        command += [f"-d{math.ceil(seconds)}s", url, *self.more]
        with tempfile.TemporaryDirectory() as directory:
            for name, text in SCRIPTS.items():
                pathlib.Path(directory, name).write_text(text)
            before = server.cpu()
            with subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, text=True) as wrk:
                first = wrk.stdout.readline()
                if seconds < 1:
                    # wrk takes whole seconds. From its first line on, an interrupt ends it with a report.
                    time.sleep(seconds)
                    wrk.send_signal(signal.SIGINT)
                told = first + wrk.stdout.read()
        counted = re.search(r"(\d+) requests in.*Requests/sec: *([\d.]+)", told, re.DOTALL)
        if wrk.returncode != 0 or not counted or counted[1] == "0":
            fail(f"no answers from {server.name}:\n{told}")
        errors = re.findall(r"(?:Socket errors|Non-2xx).*", told)
        return Outcome(before, int(counted[1]), float(counted[2]), errors)


class Own:
    """The load of tools/src/bin/load.rs: like Wrk, or at a constant rate with latencies."""

    def __init__(self, programs, mode, requests=SAME, connections=CONNECTIONS):
        self.program, self.connections = programs["load"], connections
        self.mode = [mode, requests]
        self.uncounted = 2 * connections + 1

    def __str__(self):
        return f"load {' '.join(self.mode)} {self.connections}"

    def drive(self, server, seconds, rate=None):
        """Returns the server's CPU time at the begin, and the figures that the load prints."""
        arguments = [f"127.0.0.1:{server.port}", *self.mode, self.connections, seconds]
        command = [self.program, *map(str, [*arguments, rate] if rate else arguments)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as load:
            load.stdout.readline()
            before = server.cpu()
            printed, _ = load.communicate("begin\n")
        if load.returncode != 0 or (told := json.loads(printed))["answered"] == 0:
            fail(f"no answers from {server.name}: {printed}")
        return before, told

    def run(self, server, seconds):
        before, told = self.drive(server, seconds)
        failed = [f"{told['failed']} requests failed"] if told["failed"] else []
        return Outcome(before, told["answered"], told["answered"] / seconds, failed)
