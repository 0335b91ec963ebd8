#!/usr/bin/env python3
"""Writes the map of the source in docs/design.md anew: docs/map.py [--check]

With --check it writes nothing, and fails if the page is not what it would write.

A line for each folder and file of src/, in the order of the page's layers, with the first sentence of
the file's own `//!`; a folder's is that of its mod.rs. Files of tests alone have none.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "design.md"
BEGIN, END = "## Map of the source\n", "\n## "


def sentence(file):
    """The first sentence of the file's `//!`, without the links of rustdoc."""
    lines = re.findall(r"^//! ?(.*)\n", file.read_text(), re.MULTILINE)
    text = " ".join(lines[: lines.index("")] if "" in lines else lines)
    text = re.sub(r"\[(`[^`]*`)\](?:\([^)]*\))?", r"\1", text)
    # Not at the point of "e.g." or "iana.org".
    return re.split(r"(?<=[.:]) (?=[A-Z`])", text)[0].rstrip(":. ") + "."


def rank(order, file):
    """The program's files first, then the layers; a folder before its files."""
    parts = list(file.with_suffix("").parts)
    top = parts[0]
    if parts[-1] == "mod":
        parts.pop()
    return order.index(top) if top in order else -1, parts


def mapped(page):
    """The page, with the map of the source as it is."""
    order = re.findall(r"`(\w+)`", page.partition("## Layers\n")[2].partition(END)[0])
    source = ROOT / "src"
    files = [file.relative_to(source) for file in source.rglob("*.rs")]
    files = [file for file in files if file.stem != "tests" and not file.stem.endswith("_tests")]
    lines = []
    for file in sorted(files, key=lambda file: rank(order, file)):
        name = str(file).removesuffix("mod.rs")
        lines.append(f"- `{name}`: {sentence(source / file)}")
    before, _, rest = page.partition(BEGIN)
    old, end, after = rest.partition(END)
    intro = old.partition("- `")[0]
    return before + BEGIN + intro + "\n".join(lines) + "\n" + end + after


def main():
    page = PAGE.read_text()
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(mapped(page))
    elif page != mapped(page):
        sys.exit("docs/design.md is not what docs/map.py writes")


if __name__ == "__main__":
    main()
