"""Draws a picture of CPU times as an SVG: a row of text and a bar for each server.

The bars have one linear scale from zero, so that their lengths compare as the figures do. A bar is below
its text: so the picture is narrow, and its text is readable on a phone, which shows it 340 pixels wide.
This module has no side effects.
"""

import html
from typing import NamedTuple


class Bar(NamedTuple):
    """A server's figure in microseconds, with the range of its rounds."""

    title: str
    note: str
    value: float
    least: float
    most: float
    # The figure divided by hellowire's.
    ratio: float
    is_own: bool = False
    is_outline: bool = False


TITLE = "CPU time of a request"
# Pixels.
WIDTH, PADDING, TOP, ROW, THICK, FOOT = 560, 20, 98, 50, 14, 24
LENGTH = WIDTH - 2 * PADDING
# Where the figures end.
FIGURES, RATIOS = WIDTH - PADDING - 74, WIDTH - PADDING
THEMES = {
    "light": {
        "window": "#ffffff",
        "border": "#d0d7de",
        "text": "#1f2328",
        "note": "#59636e",
        "bar": "#818b98",
        "edge": "#6e7781",
        "own": "#0969da",
    },
    "dark": {
        "window": "#0d1117",
        "border": "#3d444d",
        "text": "#f0f6fc",
        "note": "#9198a1",
        "bar": "#656c76",
        "edge": "#8b949e",
        "own": "#4493f8",
    },
}


def picture(bars, notes, theme):
    """The picture of these bars, with lines of notes below them."""
    bottom = TOP + ROW * len(bars)
    height = bottom + FOOT * len(notes) + PADDING - 8
    area = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    name = 'role="img" aria-labelledby="title desc"'
    scale = LENGTH / max(bar.most for bar in bars)
    shapes = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {area} {name}>',
        f'<title id="title">{TITLE}</title>',
        f'<desc id="desc">{html.escape(description(bars), quote=False)}</desc>',
        f"<style>{sheet(THEMES[theme])}</style>",
        f'<rect class="window" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        text(PADDING, 36, TITLE, "title"),
        text(PADDING, 62, "less is better; ratio to hellowire", "note"),
        text(FIGURES, 62, "µs", "note end"),
        text(RATIOS, 62, "ratio", "note end"),
    ]
    for number, bar in enumerate(bars):
        shapes += row(bar, TOP + ROW * number, scale)
    for number, note in enumerate(notes):
        shapes.append(text(PADDING, bottom + 8 + FOOT * number, note, "note"))
    return "\n".join([*shapes, "</svg>", ""])


def description(bars):
    return "; ".join(
        f"{bar.title} ({bar.note}): {bar.value:.1f} µs, from {bar.least:.1f} to {bar.most:.1f}"
        for bar in bars
    )


def row(bar, y, scale):
    """The text of a bar, the bar, and the line of its range."""
    top, title = y + 8, "own-name" if bar.is_own else "name"
    kind = "own" if bar.is_own else "outline" if bar.is_outline else "bar"
    inset = 1 if bar.is_outline else 0
    area = f'x="{PADDING + inset}" y="{top + inset}" height="{THICK - 2 * inset}"'
    note = f'<tspan class="note" dx="8">{html.escape(bar.note)}</tspan>'
    yield f'<text class="{title}" x="{PADDING}" y="{y}">{html.escape(bar.title)}{note}</text>'
    yield text(FIGURES, y, f"{bar.value:.1f}", "name end")
    yield text(RATIOS, y, f"{bar.ratio:.2f}" if bar.ratio < 10 else f"{bar.ratio:.1f}", "note end")
    yield f'<rect class="{kind}" {area} width="{bar.value * scale - 2 * inset:.1f}" rx="2"/>'
    least, most, middle = PADDING + bar.least * scale, PADDING + bar.most * scale, top + THICK / 2
    ends = "".join(f"M{x:.1f} {middle - 4:g}v8" for x in (least, most))
    yield f'<path d="M{least:.1f} {middle:g}H{most:.1f}{ends}"/>'


def text(x, y, words, kind):
    return f'<text class="{kind}" x="{x}" y="{y}">{html.escape(words, quote=False)}</text>'


def sheet(theme):
    return f"""
text {{ font: 18px system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
  fill: {theme["text"]}; }}
.title {{ font-size: 20px; font-weight: 600; }}
.own-name {{ font-weight: 700; fill: {theme["own"]}; }}
.note {{ font-size: 16px; font-weight: 400; fill: {theme["note"]}; }}
.end {{ text-anchor: end; }}
.window {{ fill: {theme["window"]}; stroke: {theme["border"]}; }}
.bar {{ fill: {theme["bar"]}; }}
.own {{ fill: {theme["own"]}; }}
.outline {{ fill: none; stroke: {theme["edge"]}; stroke-width: 2; stroke-dasharray: 5 3; }}
path {{ stroke: {theme["text"]}; stroke-width: 2; fill: none; }}
"""
