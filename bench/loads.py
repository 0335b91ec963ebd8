"""The loads: wrk, and the benchmark's own for what wrk cannot do.

A load's `run` says how many requests were answered, how many that is a second, and what went wrong.
"""

import json
import pathlib
import re
import subprocess
import tempfile

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


class Wrk:
    """wrk: as many requests as the server answers."""

    def __init__(self, programs, mode, connections=CONNECTIONS):
        self.program, self.arguments = programs["wrk"], ["-t2", f"-c{connections}", *MODES[mode]]
        self.in_flight = connections * (DEPTH if mode == "pipelined" else 1)

    def __str__(self):
        return f"wrk {' '.join(self.arguments)}"

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


class Own:
    """tools/src/bin/load.rs: as Wrk, or at a constant rate; then it also tells the latency."""

    def __init__(self, programs, mode, connections=CONNECTIONS):
        self.program, self.mode, self.in_flight = programs["load"], mode, connections

    def __str__(self):
        return f"load {self.mode} {self.in_flight}"

    def drive(self, server, seconds, rate=None):
        """What it prints."""
        command = [self.program, f"127.0.0.1:{server.port}", self.mode, str(self.in_flight)]
        command += [str(seconds), *([str(rate)] if rate else [])]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0 or (told := json.loads(done.stdout))["answered"] == 0:
            fail(f"no answers from {server.name}:\n{done.stdout}{done.stderr}")
        return told

    def run(self, server, seconds):
        told = self.drive(server, seconds)
        failed = [f"{told['failed']} requests failed"] if told["failed"] else []
        return told["answered"], told["answered"] / seconds, failed
