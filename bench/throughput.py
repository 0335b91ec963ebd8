"""Saturating load: requests a second, and the server's CPU time a request.

All that is compared runs all the time, and one at a time is under load. A round has a run of each,
in an order that rotates, so that noise meets all alike. What went wrong is noted: errors that the
load tells of, log records that do not match the answers, what a server writes to stderr.
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
    """A subject under load for some seconds: what it did, and what that cost."""

    def __init__(self, subject, seconds):
        server, load = subject.server, subject.load
        server.empty_log()
        before, self.requests, self.rate, self.troubles = load.run(server, seconds)
        # Until the last records are written.
        time.sleep(1.3 if server.name == NGINX_BUFFERED else 0.3)
        self.cpu = server.spent(before) * 1e6 / self.requests
        self.troubles += [*server.told(), *lacking(server, self.requests, load.uncounted)]


def lacking(server, requests, uncounted):
    """Whether the log has another number of records than there were requests."""
    records = server.records()
    if records is not None and not requests <= records <= requests + uncounted:
        yield f"{requests} answers, but {records} log records"


class Figures:
    """The runs of all subjects by label, and what went wrong."""

    def __init__(self, subjects, extent):
        self.runs, self.notes = {subject.label: [] for subject in subjects}, []
        for subject in subjects:
            subject.server.wait_for_first_record()
        # The first round is the warm-up, of which only the troubles are kept.
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
        """The table, with the ratios to these subjects."""
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
