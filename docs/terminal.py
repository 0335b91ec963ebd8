#!/usr/bin/env python3
"""Draws docs/terminal.svg, the README's picture, from a real run: docs/terminal.py [PROGRAM]

Runs the service and then each command of CLIENT, each at a pseudo-terminal of its own, and draws what
both terminals show. PROGRAM is target/release/hellowire by default. Needs bash and curl, and port 8080
must be free. The picture has the times and ports of its run.
"""

import html
import os
import pathlib
import pty
import re
import signal
import sys
import threading
import time
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
CLIENT = [
    "curl localhost:8080",
    "curl 'localhost:8080/?q=100%'",
    "printf 'GET / HTTP/1.1\\r\\n\\r\\n' | hellowire send",
]
COLUMNS = 106
# Pixels: one cell, the space around the text, the title bar, the gap between the windows.
CELL, LINE, PADDING, BAR, GAP = 8.4, 19, 14, 30, 16
WIDTH = COLUMNS * CELL + 2 * PADDING
# The classes of SHEET, by what sets them at a terminal: bold, dim, green.
STYLES = {"1": "b", "2": "d", "32": "p"}
PROMPT = "\x1b[32m$\x1b[0m "
SHEET = """
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d7dae0;
  white-space: pre; }
.b { font-weight: bold; fill: #ffffff; }
.d { fill: #7b8794; }
.p { fill: #7fd88f; }
.t { font-size: 13px; fill: #9aa5b1; text-anchor: middle; }
"""


class Terminal:
    """A command at a pseudo-terminal of its own, and what it has written there."""

    def __init__(self, *command):
        self.output = b""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        """Reads to the end, which Linux reports as an error."""
        while True:
            try:
                self.output += os.read(self.descriptor, 65536)
            except OSError:
                return

    def wait_for(self, part):
        deadline = time.monotonic() + 10
        while part not in self.output:
            if time.monotonic() > deadline:
                sys.exit(f"{part!r} did not come: {self.output!r}")
            time.sleep(0.01)

    def text(self):
        """All that it has written, once it has ended."""
        self.reader.join()
        os.waitpid(self.pid, 0)
        return self.output.decode().replace("\r\n", "\n")


def run(program):
    """What the client's terminal shows, and what the service's does."""
    os.environ["PATH"] = f"{program.parent}:{os.environ['PATH']}"
    os.environ.update(LC_ALL="C.UTF-8", TERM="xterm-256color")
    service = Terminal("hellowire")
    try:
        client = ask(service)
    finally:
        os.kill(service.pid, signal.SIGTERM)
    return client, f"{PROMPT}hellowire\n{service.text()}"


def ask(service):
    """What the client's terminal shows, once the service has recorded each request."""
    service.wait_for(b"listening on")
    client = ""
    for number, command in enumerate(CLIENT, 1):
        shown = Terminal("bash", "-c", command).text().rstrip("\n")
        client += f"{PROMPT}{command}\n{shown}\n"
        service.wait_for(f"#{number}.1".encode())
    return client


def cells(character):
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def rows(text):
    """The terminal's rows, each a list of (column, style, text)."""
    style = ""
    for line in text.rstrip("\n").split("\n"):
        row, column = [], 0
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b"):
                style = STYLES.get(part[2:-1], "")
                continue
            for character in part:
                if column + cells(character) > COLUMNS:
                    yield row
                    row, column = [], 0
                if row and row[-1][1] == style:
                    row[-1][2] += character
                else:
                    row.append([column, style, character])
                column += cells(character)
        yield row


def window(title, text, top):
    """A terminal's window as SVG, and its height."""
    lines = list(rows(text))
    height = BAR + len(lines) * LINE + PADDING
    shapes = [f'<rect y="{top}" width="{WIDTH:g}" height="{height}" rx="8" fill="#1e2329"/>']
    for number, color in enumerate(["#ff5f57", "#febc2e", "#28c840"]):
        shapes.append(f'<circle cx="{18 + 18 * number}" cy="{top + 15}" r="5.5" fill="{color}"/>')
    shapes.append(f'<text class="t" x="{WIDTH / 2:g}" y="{top + 20}">{title}</text>')
    for number, row in enumerate(lines, 1):
        spans = "".join(
            f'<tspan class="{style}" x="{PADDING + column * CELL:g}" '
            f'textLength="{sum(map(cells, part)) * CELL:g}">{html.escape(part)}</tspan>'
            for column, style, part in row
        )
        shapes.append(f'<text y="{top + BAR + number * LINE - 6:g}">{spans}</text>')
    return shapes, height


def picture(client, service):
    shapes, height = window("a client", client, 0)
    more, service_height = window("the service", service, height + GAP)
    height += GAP + service_height
    size = f'width="{WIDTH:g}" height="{height}" viewBox="0 0 {WIDTH:g} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n<style>{SHEET}</style>'
    return "\n".join([head, *shapes, *more, "</svg>", ""])


def main():
    given = sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "target/release/hellowire"
    program = pathlib.Path(given).resolve()
    HERE.joinpath("terminal.svg").write_text(picture(*run(program)))


if __name__ == "__main__":
    main()
