"""The loads: wrk, and the benchmark's own for what wrk cannot do.

A load's `run` drives a server for some seconds. `uncounted` is how many requests a log may have
that the load does not count: those in flight at its end, or tried before it began.
"""

import json
import pathlib
import re
import subprocess
import tempfile
from typing import NamedTuple

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


class Outcome(NamedTuple):
    """What a load did to a server."""

    # What the server had spent when it began.
    before: dict
    requests: int
    rate: float
    troubles: list


class Wrk:
    """wrk: as many requests as the server answers."""

    def __init__(self, programs, mode, connections=CONNECTIONS):
        self.program, self.arguments = programs["wrk"], ["-t2", f"-c{connections}", *MODES[mode]]
        self.uncounted = connections * (DEPTH if mode == "pipelined" else 1)

    def __str__(self):
        return f"wrk {' '.join(self.arguments)}"

    def run(self, server, seconds):
        command = [self.program, *self.arguments, f"-d{seconds}s"]
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "pipeline.lua").write_text(PIPELINE)
            command.append(f"http://127.0.0.1:{server.port}/")
            before = server.cpu()
            done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        counted = re.search(r"(\d+) requests in.*Requests/sec: *([\d.]+)", done.stdout, re.DOTALL)
        if done.returncode != 0 or not counted or counted[1] == "0":
            fail(f"no answers from {server.name}:\n{done.stdout}{done.stderr}")
        errors = re.findall(r"(?:Socket errors|Non-2xx).*", done.stdout)
        return Outcome(before, int(counted[1]), float(counted[2]), errors)


class Own:
    """tools/src/bin/load.rs: as Wrk, or at a constant rate; then it also tells the latency."""

    def __init__(self, programs, mode, connections=CONNECTIONS):
        self.program, self.mode, self.connections = programs["load"], mode, connections
        self.uncounted = 2 * connections + 1

    def __str__(self):
        return f"load {self.mode} {self.connections}"

    def drive(self, server, seconds, rate=None):
        """What the server had spent when it began, and what it prints."""
        arguments = [f"127.0.0.1:{server.port}", self.mode, self.connections, seconds]
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
