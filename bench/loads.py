"""The loads: wrk, and the benchmark's own for what wrk cannot do.

Each load sends either the SAME request again and again, or DIFFERENT ones, whose targets, Host and
Date differ from one to the next: a server that remembers the last request looks fast with the first
alone.

A load's `run` drives a server for some seconds. `uncounted` is how many requests a log may have
that the load does not count: those in flight at its end, and those before its begin.
"""

import json
import pathlib
import re
import subprocess
import tempfile
from typing import NamedTuple

from setting import fail

CONNECTIONS, DEPTH = 64, 16
SAME, DIFFERENT = "same", "different"
# A mode's arguments for wrk.
MODES = {
    "keep-alive": [],
    "pipelined": [],
    "close": ["-H", "Connection: close"],
}
PIPELINE = f"""local batch
init = function(args) batch = string.rep(wrk.format(), {DEPTH}) end
request = function() return batch end
"""
# The scripts for wrk, in the directory where it runs.
SCRIPTS = {
    "pipeline.lua": PIPELINE,
    "requests.lua": pathlib.Path(__file__).with_name("requests.lua").read_text(),
}


def different(number, field=b""):
    """The request that requests.lua makes of a number, with one field more."""
    time = number // 3600 % 24, number // 60 % 60, number % 60
    date = "Thu, 26 Nov 2026 {:02}:{:02}:{:02} GMT".format(*time)
    host = f"h{number % 997}.test:{1024 + number % 60000}"
    line = f"GET /{number}?q={number * 7919 % 1000003} HTTP/1.1"
    return f"{line}\r\nHost: {host}\r\nDate: {date}\r\n".encode() + field + b"\r\n"


class Outcome(NamedTuple):
    """What a load did to a server."""

    # The server's CPU time at the begin.
    before: dict
    requests: int
    rate: float
    troubles: list


class Wrk:
    """wrk: as many requests as the server answers."""

    def __init__(self, programs, mode, requests=SAME, connections=CONNECTIONS):
        depth = DEPTH if mode == "pipelined" else 1
        self.program, self.arguments = programs["wrk"], ["-t2", f"-c{connections}", *MODES[mode]]
        # Behind the URL: the arguments of the script.
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
        command = [self.program, *self.arguments, f"-d{seconds}s", url, *self.more]
        with tempfile.TemporaryDirectory() as directory:
            for name, text in SCRIPTS.items():
                pathlib.Path(directory, name).write_text(text)
            before = server.cpu()
            done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        counted = re.search(r"(\d+) requests in.*Requests/sec: *([\d.]+)", done.stdout, re.DOTALL)
        if done.returncode != 0 or not counted or counted[1] == "0":
            fail(f"no answers from {server.name}:\n{done.stdout}{done.stderr}")
        errors = re.findall(r"(?:Socket errors|Non-2xx).*", done.stdout)
        return Outcome(before, int(counted[1]), float(counted[2]), errors)


class Own:
    """tools/src/bin/load.rs: as Wrk, or at a constant rate; then it also tells the latency."""

    def __init__(self, programs, mode, requests=SAME, connections=CONNECTIONS):
        self.program, self.connections = programs["load"], connections
        self.mode = [mode, requests]
        self.uncounted = 2 * connections + 1

    def __str__(self):
        return f"load {' '.join(self.mode)} {self.connections}"

    def drive(self, server, seconds, rate=None):
        """The server's CPU time at the begin, and what the load prints."""
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
