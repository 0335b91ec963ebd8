"""What is reported: sections with a table each, and what is judged in them. As Markdown.

Pure: figures in, text out.
"""

from dataclasses import dataclass, field


@dataclass
class Verdict:
    """A figure that must be at most its bound, or at least."""

    number: int
    what: str
    figure: float
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def held(self):
        # What is shown as the bound has not missed it.
        shown = round(self.figure, 2)
        return shown >= self.bound if self.at_least else shown <= self.bound

    def __str__(self):
        side = "least" if self.at_least else "most"
        bound = f"at {side} {self.bound:g}{self.unit}"
        return f"{self.number}. {self.what}: {self.figure:.2f}{self.unit}, {bound}: {self.word}"

    @property
    def word(self):
        return "ok" if self.held else "MISSED"


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
        return "\n".join([f"## {self.title}", "", self.how, "", *self.table(), "", *notes, ""])

    def table(self):
        """The lines of the table, its columns aligned."""
        rows = [self.columns, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.columns))]
        lines = []
        for row in rows:
            cells = [f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:])]
            lines.append("| " + " | ".join([f"{row[0]:{widths[0]}}", *cells]) + " |")
        rule = ["-" * widths[0], *["-" * (width - 1) + ":" for width in widths[1:]]]
        lines.insert(1, "| " + " | ".join(rule) + " |")
        return lines
