"""Measures throughput under saturating load: requests a second, and the server's CPU time a request.

All servers run all the time; the load drives one of them at a time. A round drives each once. The
order rotates, so that noise affects all alike. The notes report what went wrong: errors of the load,
a number of log records that does not match the answers, unexpected lines on a server's stderr.
"""

import time
from statistics import median
from typing import NamedTuple

from report import Section
from servers import NGINX_BUFFERED, Server


class Subject(NamedTuple):
    """A server under one load."""

    label: str
    server: Server
    load: object


class Run:
    """One run of a subject: its requests and its CPU time a request, in microseconds."""

    def __init__(self, subject, seconds):
        server, load = subject.server, subject.load
        server.empty_log()
        before, self.requests, self.rate, self.troubles = load.run(server, seconds)
        # The server writes its last records meanwhile. Few are left after a short load.
        usual = 0.3 if seconds >= 1 else 0.1
        time.sleep(1.3 if server.name == NGINX_BUFFERED else usual)
        self.cpu = server.spent(before) * 1e6 / self.requests
        self.troubles += [*server.told(), *lacking(server, self.requests, load.uncounted)]


def lacking(server, requests, uncounted):
    """Reports a number of log records that does not match the requests."""
    records = server.records()
    if records is not None and not requests <= records <= requests + uncounted:
        yield f"{requests} answers, but {records} log records"


class Figures:
    """The runs of all subjects, by label, and the notes of what went wrong."""

    def __init__(self, subjects, extent):
        self.runs, self.notes = {subject.label: [] for subject in subjects}, []
        for subject in subjects:
            subject.server.wait_for_first_record()
        # Round 0 is the warm-up. Only its troubles are kept.
        for number in range(0 if extent.warm_up else 1, extent.rounds + 1):
            first = number % len(subjects)
            for subject in subjects[first:] + subjects[:first]:
                run = Run(subject, extent.seconds if number else 1)
                at = f"{subject.label}, round {number or 'of warm-up'}"
                self.notes += [f"{at}: {trouble}" for trouble in run.troubles]
                if number:
                    self.runs[subject.label].append(run)

    def rate(self, label):
        return median(run.rate for run in self.runs[label])

    def cpu(self, label):
        return median(run.cpu for run in self.runs[label])

    def cpu_ratio(self, label, base):
        return self.cpu(label) / self.cpu(base)

    def rate_ratio(self, label, base):
        return self.rate(label) / self.rate(base)

    def section(self, title, how, bases, verdicts):
        """The section with the table of all subjects, and their ratios to those of `bases`."""
        cpu = [f"to {base}" for base in bases]
        columns = ["", "requests/s", f"rate {cpu[0]}", "CPU µs/request", *cpu, "min–max"]
        rows = [self.row(label, bases) for label in self.runs]
        return Section(title, how, columns, rows, self.notes, verdicts)

    def row(self, label, bases):
        each = [run.cpu for run in self.runs[label]]
        return [
            label,
            f"{self.rate(label):.0f}",
            f"{self.rate_ratio(label, bases[0]):.2f}",
            f"{self.cpu(label):.2f}",
            *(f"{self.cpu_ratio(label, base):.2f}" for base in bases),
            f"{min(each):.2f}–{max(each):.2f}",
        ]
