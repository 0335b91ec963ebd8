"""Formats the report as Markdown: sections with a table each, and the verdicts.

This module has no side effects.
"""

from dataclasses import dataclass, field

VERDICTS = ["hellowire, log line", "figure", "target", ""]


@dataclass
class Verdict:
    """A figure that must be at most its bound, or at least its bound."""

    number: int
    what: str
    figure: float
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def held(self):
        # The report shows two digits; a figure that it shows as the bound holds.
        shown = round(self.figure, 2)
        return shown >= self.bound if self.at_least else shown <= self.bound

    def row(self):
        side = "at least" if self.at_least else "at most"
        figure, bound = f"{self.figure:.2f}{self.unit}", f"{side} {self.bound:g}{self.unit}"
        return [f"{self.number}. {self.what}", figure, bound, "ok" if self.held else "MISSED"]


@dataclass
class Section:
    """One part of the benchmark."""

    title: str
    how: str
    columns: list
    rows: list
    notes: list
    verdicts: list = field(default_factory=list)

    def __str__(self):
        notes = [f"- {note}" for note in self.notes] or ["Nothing went wrong."]
        lines = [f"## {self.title}", "", self.how, "", *table(self.columns, self.rows), "", *notes]
        return "\n".join([*lines, ""])


def table(columns, rows):
    """The lines of a Markdown table, with aligned columns."""
    rows = [columns, *rows]
    first, *widths = (max(len(row[column]) for row in rows) for column in range(len(columns)))
    lines = []
    for label, *cells in rows:
        padded = [f"{cell:>{width}}" for cell, width in zip(cells, widths)]
        lines.append("| " + " | ".join([f"{label:{first}}", *padded]) + " |")
    rule = ["-" * first, *("-" * (width - 1) + ":" for width in widths)]
    lines.insert(1, "| " + " | ".join(rule) + " |")
    return lines


def judgement(verdicts):
    """The table of the verdicts."""
    return "\n".join(
        ["## What it must show", "", *table(VERDICTS, [v.row() for v in verdicts]), ""]
    )


PREAMBLE = """# Benchmarks

Written by `bench/run --write FILE`, never by hand. The servers and the load share one machine's
cores: what counts is how the figures compare, not what they are.

`hellowire` has its default settings but for the log, which goes to a file. `nginx` is `return 200`
with a worker a core. `hyper` is what hellowire is built on, without its tap, filter, deadlines and
log. `limit` is an epoll server that answers canned bytes, with no system call more than has to be.
Parts with *different requests* send requests whose target, Host and Date differ from one to the
next: no cache of the last request can flatter a server there. The latency is of such requests too.
All else repeats one request.

Where connections are new, an nginx and a limit stand beside these that leave them with the kernel
until their first bytes are there, as hellowire does by itself. All of it is in `bench/`, where each
part says what it measures and how.

Where the kernel tracks connections, as it does for a container engine's address translation, a
request mostly costs more, of any server: `benchmarks-tracked.md` is such a run, `benchmarks.md` is
one without.
"""


def document(machine, extent, sections, verdicts):
    """The whole report as a Markdown document."""
    runs = f"Medians of {extent.rounds} rounds, {extent.seconds} s each."
    setting = [f"- {line}" for line in machine]
    return "\n".join([PREAMBLE, *setting, "", runs, "", judgement(verdicts), *map(str, sections)])
