"""What more connections, and more workers, do to the CPU time of a request: at best nothing."""

import contextlib

from loads import CONNECTIONS, Wrk
from report import Verdict
from servers import HYPER, LIMIT, LINE, NGINX, start
from throughput import Figures, Subject

MANY = 5000


def connections(programs, extent):
    """64 busy connections against 5000."""
    many = MANY // 10 if extent.quick else MANY
    subjects = []
    with contextlib.ExitStack() as stack:
        for name in (LINE, NGINX, HYPER, LIMIT):
            server = start(stack, name, programs)
            for count in (CONNECTIONS, many):
                load = Wrk(programs, "keep-alive", count)
                subjects.append(Subject(f"{name}: {count}", server, load))
        figures = Figures(subjects, extent)
    few_label, many_label = subjects[0].label, subjects[1].label
    ratio = figures.cpu_ratio(many_label, few_label)
    judged = Verdict(5, f"{many} busy connections: CPU to that with {CONNECTIONS}", ratio, 1.3)
    how = f"`{Wrk(programs, 'keep-alive', many)}` against `-c{CONNECTIONS}`"
    return figures.section("busy connections", how, [few_label], [judged])


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
