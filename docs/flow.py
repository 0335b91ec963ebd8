#!/usr/bin/env python3
"""Draws docs/flow.svg, the flow of a request for docs/design.md: docs/flow.py [--check]

With --check it writes nothing, and fails if the file is not what it would write.
"""

import html
import pathlib
import sys

FILE = pathlib.Path(__file__).resolve().with_name("flow.svg")
WIDTH, HEIGHT = 960, 390
# A box's size, and the middle of each column and row.
BOX_WIDTH, BOX_HEIGHT = 106, 52
COLUMNS = [70, 234, 398, 562, 726, 890]
ROWS = [70, 190, 310]
# A box by name: column, row, title, what it does.
BOXES = {
    "client": (0, 0, "client", "any bytes"),
    "kernel": (1, 0, "kernel", "accept queue"),
    "acceptor": (2, 0, "server", "acceptor, permits"),
    "tap": (3, 0, "http: tap", "copies each byte"),
    "hyper": (4, 0, "hyper", "parses, writes"),
    "service": (5, 0, "http: service", "the response"),
    "state": (2, 1, "http: state", "pure transitions"),
    "filter": (3, 1, "http: filter", "what may pass"),
    "capture": (4, 1, "capture", "finds requests"),
    "recorder": (4, 2, "request_log", "recorder, format"),
    "queue": (3, 2, "queue", "bounded"),
    "writer": (2, 2, "writer", "writes batches"),
    "sink": (1, 2, "sink", "stdout or file"),
}
# From, to, on which side of the boxes' middle (pixels), the label.
ARROWS = [
    ("client", "kernel", 0, ""),
    ("kernel", "acceptor", 0, ""),
    ("acceptor", "tap", 0, ""),
    ("tap", "hyper", -10, "passed"),
    ("hyper", "tap", 10, ""),
    ("hyper", "service", -10, "request"),
    ("service", "hyper", 10, ""),
    ("tap", "filter", -10, "read"),
    ("filter", "tap", 10, "verdict"),
    ("filter", "capture", -10, "bytes"),
    ("capture", "filter", 10, ""),
    ("filter", "state", 0, "events"),
    ("capture", "recorder", 0, "records"),
    ("recorder", "queue", 0, "batch"),
    ("queue", "writer", 0, ""),
    ("writer", "sink", 0, ""),
]
SHEET = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; text-anchor: middle; }
.n { font-size: 11px; fill: #59636e; }
.t { font-weight: 600; }
rect { fill: #f6f8fa; stroke: #8c959f; }
.own { fill: #ddf4ff; stroke: #0969da; }
path { stroke: #59636e; stroke-width: 1.4; fill: none; marker-end: url(#end); }
.back { stroke: #1a7f37; }
marker path { fill: #59636e; stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .n { fill: #9198a1; }
  rect { fill: #151b23; stroke: #656c76; }
  .own { fill: #0c2d4d; stroke: #4493f8; }
  path { stroke: #9198a1; }
  .back { stroke: #3fb950; }
  marker path { fill: #9198a1; }
}
"""
# Not the project's own code.
FOREIGN = {"client", "kernel", "hyper", "sink"}
# The bytes of the answer go back below the first row.
ANSWER = 118


def text(x, y, words, kind):
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{html.escape(words)}</text>'


def middle(name):
    column, row, *_ = BOXES[name]
    return COLUMNS[column], ROWS[row]


def box(name):
    x, y = middle(name)
    _, _, title, note = BOXES[name]
    kind = "" if name in FOREIGN else ' class="own"'
    left, top = x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2
    yield f'<rect{kind} x="{left:g}" y="{top:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>'
    yield text(x, y - 4, title, "t")
    yield text(x, y + 14, note, "n")


def arrow(start, end, side, label):
    (x1, y1), (x2, y2) = middle(start), middle(end)
    if y1 == y2:
        reach = BOX_WIDTH / 2 * (1 if x2 > x1 else -1)
        yield line(x1 + reach, y1 + side, x2 - reach, y2 + side)
        yield text((x1 + x2) / 2, y1 + side - 5, label, "n")
    else:
        reach = BOX_HEIGHT / 2 * (1 if y2 > y1 else -1)
        yield line(x1 + side, y1 + reach, x2 + side, y2 - reach)
        width = 3.2 * len(label) + 5
        yield text(x1 + side + (width if side >= 0 else -width), (y1 + y2) / 2 + 14, label, "n")


def line(x1, y1, x2, y2, kind=""):
    return f'<path{kind} d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/>'


def answer():
    """From the tap back to the client, below the boxes between them."""
    (x1, y), (x2, _) = middle("tap"), middle("client")
    bottom = y + BOX_HEIGHT / 2
    x1 -= 40
    yield f'<path class="back" d="M{x1:g} {bottom:g}V{ANSWER}H{x2:g}V{bottom:g}"/>'
    yield text((x1 + x2) / 2, ANSWER - 6, "answer", "n")


def picture():
    shapes = [shape for name in BOXES for shape in box(name)]
    shapes += [shape for each in ARROWS for shape in arrow(*each)]
    shapes += answer()
    shapes += [
        text(WIDTH / 2, 24, "One connection, on one worker's thread. The connection driver, http: connection, runs all of it.", "n"),
        text(COLUMNS[2], ROWS[2] + 44, "a thread of its own", "n"),
        text(WIDTH / 2, HEIGHT - 12, "A request is in the queue before its answer leaves.", ""),
    ]
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n<style>{SHEET}</style>'
    marker = (
        '<marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
    )
    lines = [head, marker, *(shape for shape in shapes if not shape.endswith("></text>")), "</svg>"]
    return "\n".join([*lines, ""])


def main():
    if sys.argv[1:] != ["--check"]:
        FILE.write_text(picture())
    elif FILE.read_text() != picture():
        sys.exit("docs/flow.svg is not what docs/flow.py draws")


if __name__ == "__main__":
    main()
