#!/usr/bin/env python3
"""Draws what hellowire shows in a terminal, from real runs.

    docs/screens.py                draws the README's pictures anew, in docs/
    docs/screens.py --all FOLDER   draws every screen, at each size and in each theme, in FOLDER

`--program PATH` is the program, target/release/hellowire by default. Each scene runs the service at a
pseudo-terminal of exactly the size in the picture, and each client at a second one. The interpreter below
knows text, line ends and colors. Any other control character, and any invisible one, ends the script:
hellowire must write none.

Needs bash and curl. The scene of a browser needs chromium, and is skipped without it. A picture has the
times, ports and durations of its run.
"""

import argparse
import concurrent.futures
import html
import itertools
import os
import pathlib
import pty
import random
import re
import shutil
import signal
import sys
import tempfile
import termios
import threading
import time
import typing
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
SIZES = [(80, 24), (120, 40)]
# Seconds: how long anything may take.
BOUND = 30
CONTROL_C = b"\x03"
HELLOWIRE = "hellowire -p 0"
# The files that clients send. The second is the same in each run.
FILES = {
    "push.json": r'{"event":"push","ref":"refs/heads/main","commits":[{"id":"e83c5163316f",'
    r'"message":"Say \"hello\" to 世界\n\nCloses #13","author":"菜鸟","added":["docs\\log.md"]}]}'.encode(),
    "firmware.bin": b"\x7fELF" + random.Random(13).randbytes((1 << 20) - 4),
}


class Step(typing.NamedTuple):
    """A client's command, and the patterns that the service's terminal must show then.

    A client that hangs gets Ctrl-C. `after` has what the service's terminal must show after that.
    """

    command: str
    shows: typing.Sequence[str] = ()
    after: typing.Sequence[str] = ()


PLAIN = Step("curl localhost:PORT", [r"GET /"])
ODD = Step("curl 'localhost:PORT/?q=100%'", [r"\?q=100%"])
NO_HOST = Step("curl -H Host: -H User-Agent: -H Accept: localhost:PORT/new", ["GET /new"])
HOOK = Step("curl -H 'Content-Type: application/json' -d @push.json localhost:PORT/hook", ["POST /hook"])
UPLOAD = Step("curl -T firmware.bin localhost:PORT/device/7/", ["PUT /device"])
FIFTY = Step("curl -Z --parallel-immediate 'localhost:PORT/item/[1-50]' &>/dev/null", ["/item/"])
TLS = Step("curl https://localhost:PORT", ["400"])
# Part of a body, and part of a head.
HALF_BODY = Step(
    "curl -H 'Content-Length: 100' -d 'that is all' localhost:PORT/slow", ["◌.* 89 "], ["/slow.*/slow"]
)
HALF_HEAD = Step(
    r"printf 'GET /half HTTP/1.1\r\nHost: lo' | hellowire send --keep-open --to localhost:PORT",
    ["waiting: the head"],
    ["/half.*/half"],
)
BROWSER = Step(
    "chromium --headless --no-sandbox --disable-gpu --dump-dom http://localhost:PORT/ 2>/dev/null", ["GET /"]
)
# By name: the service's command and the steps.
SCENES = {
    "curl": (HELLOWIRE, [PLAIN, ODD, NO_HOST]),
    "chinese": (f"{HELLOWIRE} --lang zh", [ODD, NO_HOST, HALF_BODY]),
    "browser": (HELLOWIRE, [BROWSER]),
    "webhook": (HELLOWIRE, [HOOK]),
    "upload": (HELLOWIRE, [UPLOAD]),
    "fifty": (HELLOWIRE, [FIFTY]),
    "fifty-short": (f"{HELLOWIRE} -f short", [FIFTY]),
    "tls": (HELLOWIRE, [TLS]),
    "hangs": (HELLOWIRE, [HALF_BODY, HALF_HEAD]),
    "short": (f"{HELLOWIRE} -f short", [FIFTY, PLAIN, HOOK, UPLOAD, ODD, NO_HOST, TLS, HALF_BODY]),
}
# The README's pictures, by the names of their files: the scene and the size.
PICTURES = {"screen-pretty": ("curl", (80, 24)), "screen-short": ("short", (80, 24))}

# Pixels: one cell, the space around the text, the title bar, the gap between the windows.
CELL, LINE, PADDING, BAR, GAP = 8.4, 19, 14, 30, 16
# Each theme's eight colors have the order of ECMA-48: black, red, green, yellow, blue, magenta, cyan, white.
THEMES = {
    "light": {
        "window": "#ffffff",
        "border": "#d0d7de",
        "text": "#1f2328",
        "title": "#59636e",
        "palette": "#24292f #cf222e #116329 #7d4e00 #0969da #8250df #1b7c83 #6e7781".split(),
    },
    "dark": {
        "window": "#0d1117",
        "border": "#3d444d",
        "text": "#e6edf3",
        "title": "#9198a1",
        "palette": "#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4".split(),
    },
}
# What a code of "select graphic rendition" adds to a style.
STYLES = {"1": "bold", "2": "dim"} | {str(30 + number): f"color{number}" for number in range(8)}
PROMPT = "\x1b[32m$\x1b[0m "


class Command:
    """A command at a pseudo-terminal of its own, and what it has written there."""

    def __init__(self, command, size, folder):
        self.output = b""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            columns, rows = size
            termios.tcsetwinsize(0, (rows, columns))
            os.chdir(folder)
            path = f"{folder}/bin:{os.environ['PATH']}"
            # Nothing of the user's: no options, no proxies, no time zone.
            environment = {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "TZ": "UTC"}
            os.execvpe("bash", ["bash", "-c", command], environment)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        """Reads to the end, which Linux reports as an error."""
        while True:
            try:
                self.output += os.read(self.descriptor, 65536)
            except OSError:
                return

    def text(self):
        """What it has written, without colors."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.output.decode(errors="replace"))

    def wait_for(self, pattern, client=None):
        """The first match, once it has written one. The client is why it will."""
        deadline = time.monotonic() + BOUND
        while not (match := re.search(pattern, self.text(), re.DOTALL)):
            if time.monotonic() > deadline:
                raise SystemExit(f"{pattern!r} did not come:\n{self.text()}\n{client and client.text()}")
            time.sleep(0.005)
        return match

    def type(self, keys):
        os.write(self.descriptor, keys)

    def end(self):
        """All that it has written, once it has ended."""
        self.reader.join(BOUND)
        if self.reader.is_alive():
            raise SystemExit(f"it does not end:\n{self.text()}")
        os.waitpid(self.pid, 0)
        os.close(self.descriptor)
        return self.output.decode()


class Screen:
    """The rows of a terminal: for each column that is not blank, its character and style."""

    def __init__(self, columns, text):
        self.columns, self.column, self.style, self.rows = columns, 0, (), [{}]
        for code, character in re.findall(r"\x1b\[([0-9;]*)m|(.)", text, re.DOTALL):
            if character:
                self.write(character)
            else:
                for number in code.split(";"):
                    self.paint(number)

    def write(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.rows.append({})
        elif unicodedata.category(character) in ("Cc", "Cf", "Me", "Mn"):
            raise SystemExit(f"a terminal obeys {character!r}, or shows nothing")
        else:
            if self.column + cells(character) > self.columns:
                self.rows.append({})
                self.column = 0
            self.rows[-1][self.column] = (character, self.style)
            self.column += cells(character)

    def paint(self, code):
        if code in ("", "0"):
            self.style = ()
        elif code in STYLES:
            self.style += (STYLES[code],)
        else:
            raise SystemExit(f"no rendition is known for {code!r}")


def cells(character):
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def play(scene, size, program):
    """The rows that the client's terminal shows, and those of the service's."""
    command, steps = SCENES[scene]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        folder.joinpath("bin").mkdir()
        folder.joinpath("bin/hellowire").symlink_to(program)
        for name, content in FILES.items():
            folder.joinpath(name).write_bytes(content)
        service = Command(f"exec {command}", size, folder)
        try:
            port = service.wait_for(r"http://127\.0\.0\.1:(\d+)\s")[1]
            asked = "".join(ask(service, size, folder, step, port) for step in steps)
        finally:
            os.kill(service.pid, signal.SIGTERM)
        shown = f"{PROMPT}{command}\r\n{service.end()}"
    columns, rows = size
    return Screen(columns, asked.rstrip()).rows, Screen(columns, shown).rows[-rows:]


def ask(service, size, folder, step, port):
    """What the client's terminal shows, once the service has shown what it must."""
    command = step.command.replace("PORT", port)
    client = Command(command, size, folder)
    for pattern in step.shows:
        service.wait_for(pattern, client)
    if step.after:
        client.type(CONTROL_C)
    for pattern in step.after:
        service.wait_for(pattern, client)
    return f"{PROMPT}{command}\r\n{client.end()}".rstrip() + "\r\n"


def runs(row):
    """Neighbouring cells of one style, as (column, width, style, text). A glyph that a font may lack, and
    then is of another width, is alone."""
    whole = []
    for column, (character, style) in sorted(row.items()):
        joins = whole and whole[-1][0] + whole[-1][1] == column and whole[-1][2] == style
        if joins and (whole[-1][3] + character).isascii():
            whole[-1][1] += cells(character)
            whole[-1][3] += character
        else:
            whole.append([column, cells(character), style, character])
    return [run for run in whole if run[3].strip()]


def span(run):
    column, width, style, text = run
    names = f' class="{" ".join(style)}"' if style else ""
    place = f'x="{PADDING + column * CELL:g}" textLength="{width * CELL:g}"'
    return f"<tspan{names} {place}>{html.escape(text, quote=False)}</tspan>"


def window(title, rows, width, height, top):
    """A terminal's window as SVG, of that many rows, and its height in pixels."""
    pixels = BAR + height * LINE + PADDING
    shapes = [f'<rect x="0.5" y="{top + 0.5}" width="{width - 1:g}" height="{pixels - 1}" rx="8"/>']
    for number, color in enumerate(["#ff5f57", "#febc2e", "#28c840"]):
        shapes.append(f'<circle cx="{18 + 18 * number}" cy="{top + 15}" r="5.5" fill="{color}"/>')
    shapes.append(f'<text class="title" x="{width / 2:g}" y="{top + 20}">{title}</text>')
    for number, row in enumerate(rows, 1):
        if spans := "".join(map(span, runs(row))):
            shapes.append(f'<text y="{top + BAR + number * LINE - 6:g}">{spans}</text>')
    return shapes, pixels


def picture(screens, size, theme):
    client, service = screens
    columns, rows = size
    width = columns * CELL + 2 * PADDING
    above, height = window("a client", client, width, len(client), 0)
    below, more = window(f"the service, {columns}×{rows}", service, width, rows, height + GAP)
    height += GAP + more
    area = f'width="{width:g}" height="{height}" viewBox="0 0 {width:g} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {area}>\n<style>{sheet(THEMES[theme])}</style>'
    return "\n".join([head, *above, *below, "</svg>", ""])


def sheet(theme):
    palette = "".join(f".color{n} {{ fill: {color}; }}\n" for n, color in enumerate(theme["palette"]))
    return f"""
rect {{ fill: {theme["window"]}; stroke: {theme["border"]}; }}
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  fill: {theme["text"]}; white-space: pre; }}
.title {{ font-size: 13px; fill: {theme["title"]}; text-anchor: middle; }}
.bold {{ font-weight: bold; }}
.dim {{ fill-opacity: 0.6; }}
{palette}"""


def draw(folder, name, scene, size, program):
    screens = play(scene, size, program)
    for theme in THEMES:
        folder.joinpath(f"{name}-{theme}.svg").write_text(picture(screens, size, theme))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--program", type=pathlib.Path, default=HERE.parent / "target/release/hellowire")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    if not arguments.all:
        for name, (scene, size) in PICTURES.items():
            draw(HERE, name, scene, size, program)
        return
    arguments.all.mkdir(parents=True, exist_ok=True)
    scenes = set(SCENES)
    if not shutil.which("chromium"):
        scenes.remove("browser")
        print("skipped: browser, which needs chromium", file=sys.stderr)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        drawings = []
        for scene, (columns, rows) in itertools.product(sorted(scenes), SIZES):
            name = f"{scene}-{columns}x{rows}"
            drawings.append(pool.submit(draw, arguments.all, name, scene, (columns, rows), program))
        for drawing in drawings:
            drawing.result()


if __name__ == "__main__":
    main()
