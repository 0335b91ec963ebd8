"""What more connections, and more workers, do to the CPU time of a request: at best nothing."""

import contextlib

from loads import CONNECTIONS, Own, Wrk
from report import Section, Verdict
from servers import HYPER, LIMIT, LINE, NGINX, start
from throughput import Figures, Subject

MANY = 5000
COMPARED = [LINE, NGINX, HYPER, LIMIT]


def connections(programs, extent):
    """64 busy connections against 5000, which are there before it is counted."""
    few, many = CONNECTIONS, MANY // 10 if extent.quick else MANY
    loads = {count: Own(programs, "keep-alive", count) for count in (few, many)}
    with contextlib.ExitStack() as stack:
        subjects = [
            Subject(f"{server.name}, {count} connections", server, load)
            for server in [start(stack, name, programs) for name in COMPARED]
            for count, load in loads.items()
        ]
        figures = Figures(subjects, extent)
    costs = [figures.cpu(subject.label) for subject in subjects]
    pairs = dict(zip(COMPARED, zip(costs[::2], costs[1::2])))
    rows = [[name, f"{a:.2f}", f"{b:.2f}", f"{b / a:.2f}"] for name, (a, b) in pairs.items()]
    columns = ["CPU µs/request", f"{few} connections", f"{many} connections", "ratio"]
    ratio = pairs[LINE][1] / pairs[LINE][0]
    judged = Verdict(5, f"{many} busy connections: CPU to that with {few}", ratio, 1.3)
    how = f"`{loads[few]}` and `{loads[many]}`"
    return Section("busy connections", how, columns, rows, figures.notes, [judged])


def workers(programs, extent):
    """One worker against two."""
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
