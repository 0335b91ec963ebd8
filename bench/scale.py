"""Measures how more connections, and more workers, change the CPU time of a request."""

import contextlib

from loads import CONNECTIONS, DIFFERENT, SAME, Own, Wrk
from report import Section, Verdict
from servers import HYPER, LIMIT, LINE, NGINX, start
from throughput import Figures, Subject

MANY = 5000
COMPARED = [LINE, NGINX, HYPER, LIMIT]


def connections(programs, extent):
    """Compares 64 busy connections with 5000. All connect before the measurement begins."""
    few, many = CONNECTIONS, MANY // 10 if extent.quick else MANY
    kinds = [*((name, SAME) for name in COMPARED), (LINE, DIFFERENT)]
    with contextlib.ExitStack() as stack:
        servers = {name: start(stack, name, programs) for name in COMPARED}
        subjects = [
            Subject(f"{name}, {kind}, {count}", servers[name], load(programs, kind, count))
            for name, kind in kinds
            for count in (few, many)
        ]
        figures = Figures(subjects, extent)
    costs = [figures.cpu(subject.label) for subject in subjects]
    pairs = dict(zip(kinds, zip(costs[::2], costs[1::2])))
    rows = [
        [f"{name}, {kind}", f"{a:.2f}", f"{b:.2f}", f"{b / a:.2f}"]
        for (name, kind), (a, b) in pairs.items()
    ]
    columns = ["CPU µs/request", f"{few} connections", f"{many} connections", "ratio"]
    judged = [
        Verdict(5, f"{many} busy connections, {kind}: CPU to that with {few}", b / a, 1.3)
        for (name, kind), (a, b) in pairs.items()
        if name == LINE
    ]
    how = f"`{subjects[0].load}` and `{subjects[1].load}`, or `{DIFFERENT}` requests."
    return Section("busy connections", how, columns, rows, figures.notes, judged)


def load(programs, kind, count):
    return Own(programs, "keep-alive", kind, count)


def workers(programs, extent):
    """Compares one worker with two."""
    load = Wrk(programs, "keep-alive")
    with contextlib.ExitStack() as stack:
        subjects = []
        for count in "12":
            server = start(stack, LINE, programs, "--workers", count)
            subjects.append(Subject(f"--workers {count}", server, load))
        figures = Figures(subjects, extent)
    one, two = (subject.label for subject in subjects)
    judged = Verdict(5, "two workers: CPU to that with one", figures.cpu_ratio(two, one), 1.1)
    return figures.section("workers", f"`{load}`, {LINE}", [one], [judged])
