"""Starts the servers that the benchmark compares, and measures their costs.

Each server runs in its own directory and answers 200 "Hello World" on a port of loopback. hellowire
runs with its default settings, except for the log.
"""

import contextlib
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time

import setting
from setting import fail

LINE, JSON, OFF = "hellowire, log line", "hellowire, log json", "hellowire, log off"
NGINX, NGINX_OFF = "nginx, access log", "nginx, no log"
NGINX_BUFFERED = "nginx, access log buffered"
NGINX_DEFERS = "nginx, access log, deferred"
LIMIT, LIMIT_DEFERS, HYPER = "limit", "limit that defers", "hyper"
RAW, RAW_LIMIT = "hellowire raw, log line", "limit of raw"
INSPECTED = "hellowire, log line, --inspect"
AXUM, GO, NODE, PYTHON = "axum", "Go net/http", "Node.js http", "Python http.server"

ACCESS_LOGS = {
    NGINX_OFF: "off",
    NGINX: "requests.log",
    NGINX_DEFERS: "requests.log",
    NGINX_BUFFERED: "requests.log combined buffer=64k flush=1s",
}
TO_FILE = ["--log-file", "requests.log"]
# The programs of the other servers, and their arguments.
COMMANDS = {
    OFF: ["hellowire", "--log", "off"],
    LINE: ["hellowire", "--log", "line", *TO_FILE],
    JSON: ["hellowire", "--log", "json", *TO_FILE],
    INSPECTED: ["hellowire", "--log", "line", *TO_FILE, "--inspect", "127.0.0.1:0"],
    RAW: ["hellowire", "raw", "--log", "line", *TO_FILE],
    LIMIT: ["limit", "http"],
    LIMIT_DEFERS: ["limit", "http-defers"],
    RAW_LIMIT: ["limit", "raw"],
    HYPER: ["hyper"],
    AXUM: ["axum"],
    GO: ["go-service"],
    NODE: ["node", setting.CONTENDERS / "server.js"],
    PYTHON: ["python3", setting.CONTENDERS / "server.py"],
}
# These log to stdout or to stderr, as is usual for each.
LOG_TO_STREAMS = [AXUM, GO, NODE, PYTHON]
# nginx makes the five temp paths at its start. Only root may make those of Debian's configuration.
NGINX_CONF = """
daemon off; worker_processes auto; pid nginx.pid; error_log stderr.log;
events { worker_connections 16384; }
http {
    client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp;
    uwsgi_temp_path temp; scgi_temp_path temp;
    access_log %s; keepalive_requests 1000000000; default_type text/plain;
    server { listen 127.0.0.1:%d reuseport%s; location / { return 200 "Hello World"; } }
}
"""


class Server:
    """A running server. The exit of the stack ends it."""

    def __init__(self, stack, name, port, command, directory):
        self.name, self.port = name, port
        self.log, self.stderr = directory / "requests.log", directory / "stderr.log"
        # The user's settings of hellowire would change the comparison.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HELLOWIRE_")}
        out, err = (self.log, self.log) if name in LOG_TO_STREAMS else (os.devnull, self.stderr)
        self.stderr.touch()
        with open(out, "ab") as stdout, open(err, "ab") as stderr:
            streams = {"stdout": stdout, "stderr": stderr}
            self.process = subprocess.Popen(command, cwd=directory, env=environment, **streams)
        stack.callback(self.process.wait)
        stack.callback(self.process.terminate)

    # Clients.

    def connect(self):
        # A busy machine may drop two or three SYNs.
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def answer(self):
        """The server's answer, or None if it does not answer."""
        with contextlib.suppress(OSError), self.connect() as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return client.makefile("rb").read()

    def check(self, answer):
        if not re.fullmatch(rb"HTTP/1\.. 200 .*\r\n\r\nHello World", answer, re.DOTALL):
            fail(f"{self.name} answers {answer}")

    def wait_for(self, look, pause=0.02):
        """Waits until `look` finds something, and returns that. Any server starts within this time."""
        stop_by = time.monotonic() + 10
        while time.monotonic() < stop_by and self.process.poll() is None:
            if found := look():
                return found
            time.sleep(pause)
        fail(f"{self.name} is not ready: {self.complaint()}")

    # Log and stderr.

    def wait_for_first_record(self):
        """Waits for the record of the first request, if the server has a log."""
        self.wait_for(lambda: self.records() != 0)

    def empty_log(self):
        if self.log.exists():
            os.truncate(self.log, 0)

    def records(self):
        """The number of records in the log, or None without a log."""
        if not self.log.exists():
            return None
        with open(self.log, "rb") as log:
            return sum(part.count(b"\n") for part in iter(lambda: log.read(1 << 20), b""))

    def complaint(self):
        """What it has written to stderr, and its log if that has both."""
        log = self.log.read_text()[-2000:] if self.name in LOG_TO_STREAMS else ""
        return self.stderr.read_text() + log

    def told(self):
        """The lines of stderr since the last call, without those that say where it listens."""
        said = self.stderr.read_text()
        os.truncate(self.stderr, 0)
        for line in said.splitlines():
            if not line.startswith(("listening on ", "inspect at ")):
                yield f"stderr: {line}"

    # Costs.

    def processes(self):
        """The ids of the server's process and of its children."""
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            # Other processes may end meanwhile.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                # The id and the name come first. The name may contain any bytes and ends with a parenthesis.
                parent = stat.read_bytes().rpartition(b")")[2].split()[1]
                if self.process.pid in (int(stat.parent.name), int(parent)):
                    found.append(int(stat.parent.name))
        return found

    def cpu(self):
        """User and system time in seconds, by process, with a resolution of nanoseconds."""
        # The number of another process's clock, as clock_getcpuclockid(3) computes it.
        return {process: time.clock_gettime(~process << 3 | 2) for process in self.processes()}

    def spent(self, before):
        """The CPU time since `before`, in seconds."""
        now = self.cpu()
        if before.keys() != now.keys() or self.process.poll() is not None:
            fail(f"{self.name} lost a process: {self.complaint()}")
        return sum(now.values()) - sum(before.values())

    def memory(self):
        """The private memory of the server's processes, in bytes."""
        return self.field("smaps_rollup", "Pss_Anon")

    def resident(self, which):
        """Resident memory in bytes: VmRSS is the present one, VmHWM the peak."""
        return self.field("status", which)

    def field(self, file, name):
        texts = (
            pathlib.Path(f"/proc/{process}/{file}").read_text() for process in self.processes()
        )
        return sum(int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1]) * 1024 for text in texts)

    def forget_peak(self):
        """Resets the peak VmHWM to the present resident memory."""
        for process in self.processes():
            pathlib.Path(f"/proc/{process}/clear_refs").write_text("5")

    def descriptors(self):
        return sum(len(os.listdir(f"/proc/{process}/fd")) for process in self.processes())


def start(stack, name, programs, *more, pause=0.02):
    """Starts the server of this name with additional arguments. Returns once it answers."""
    directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
    port = free_port()
    command = (
        nginx(name, port, programs, directory)
        if name in ACCESS_LOGS
        else [*program(name, port, programs), *more]
    )
    server = Server(stack, name, port, command, directory)
    server.check(server.wait_for(server.answer, pause))
    return server


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def nginx(name, port, programs, directory):
    """Writes the configuration of an nginx, and returns its command."""
    # By default, the workers of root's nginx run as a user that cannot enter the temporary directory.
    user = "user root;" if os.geteuid() == 0 else ""
    defers = " deferred" if name == NGINX_DEFERS else ""
    (directory / "nginx.conf").write_text(user + NGINX_CONF % (ACCESS_LOGS[name], port, defers))
    return [programs["nginx"], "-p", directory, "-e", "stderr.log", "-c", "nginx.conf"]


def program(name, port, programs):
    """The command of any other server."""
    command, *arguments = COMMANDS[name]
    if command == "hellowire":
        return [programs[command], *arguments, "--listen", f"127.0.0.1:{port}"]
    if name in (NODE, PYTHON):
        return [programs[command], *arguments, str(port)]
    return [programs[command], str(port), *arguments]
