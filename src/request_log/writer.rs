//! The writer's thread: the only code that touches the log's sink.
//!
//! Takes records from the queue and writes them to the last byte, to a file whole records with each
//! call: the kernel lets no other process write in between. What always holds: a sink that
//! fails gets one warning and is tried again until it works, and then goes on at the very byte
//! where it stopped, so that no record is torn; where another process has appended meanwhile, the
//! record is written anew. How many records were lost is said once it works, and at the end.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tracing::warn;

use super::blocks::Blocks;
use super::queue::Queue;
use super::sink::Sink;

/// How long after a failure the sink is tried again.
const RETRY: Duration = Duration::from_millis(250);

/// How long a non-blocking standard output, somebody else's choice, is left alone when it is full.
const FULL: Duration = Duration::from_millis(2);

/// How often at most dropped records are reported while more of them are dropped.
const REPORT: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Writer {
    queue: Arc<Queue>,
    sink: Sink,
    closing: bool,
    failing: bool,
    /// The sink failed for good, or at the end.
    has_given_up: bool,
    /// Records lost in all.
    lost: u64,
    /// Records lost and not yet reported.
    unreported: u64,
    reported: Option<Instant>,
}

impl Writer {
    /// A writer from `queue` to `sink`.
    pub(super) fn new(queue: Arc<Queue>, sink: Sink) -> Self {
        Self {
            queue,
            sink,
            closing: false,
            failing: false,
            has_given_up: false,
            lost: 0,
            unreported: 0,
            reported: None,
        }
    }

    /// Writes until the queue is closed and empty. Returns how many records were lost in all.
    pub(super) fn run(mut self) -> u64 {
        let mut taken = Blocks::default();
        loop {
            let orders = self.queue.take(&mut taken, self.until_report());
            self.closing |= orders.close;
            self.lose(orders.dropped);
            if orders.reopen {
                // Between two records, it makes no difference which file it is.
                let _ = self.reopen();
            }
            if taken.is_empty() && self.closing {
                self.report();
                return self.lost;
            }
            self.write(&mut taken);
            if self.until_report().is_zero() {
                self.report();
            }
        }
    }

    fn write(&mut self, taken: &mut Blocks) {
        if self.has_given_up {
            // Behind half a record nothing more is written.
            return self.lose(taken.records() as u64);
        }
        while !taken.is_empty() {
            if !self.sink.prepare() {
                taken.begin_again();
            }
            let at_most = self.sink.at_most();
            match taken.next(at_most, |pieces| self.sink.write(pieces)) {
                Ok(written) => {
                    self.queue.wrote(taken, written);
                    self.works();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(FULL),
                Err(error) => {
                    if !self.goes_on(&error, taken) {
                        return;
                    }
                }
            }
        }
    }

    /// A write failed: whether to go on after a pause. Else what is left is lost.
    fn goes_on(&mut self, error: &io::Error, taken: &mut Blocks) -> bool {
        let is_final = self.sink.is_final(error);
        if !self.failing {
            self.failing = true;
            let fate = if is_final {
                "dropped"
            } else {
                "kept while there is room, then dropped"
            };
            let sink = self.sink.name();
            warn!(%error, "cannot write the log to {sink}; the service goes on, records are {fate}");
        }
        if is_final {
            self.queue.set_dead();
        }
        if is_final || self.closing {
            self.lose(taken.records() as u64);
            self.has_given_up = true;
            return false;
        }
        self.queue.set_failing(true);
        let orders = self.queue.pause(RETRY);
        self.closing |= orders.close;
        self.lose(orders.dropped);
        // A new file does not have the record's first bytes.
        if orders.reopen && self.reopen() {
            taken.begin_again();
        }
        true
    }

    fn works(&mut self) {
        if self.failing {
            self.failing = false;
            self.queue.set_failing(false);
            let lost = std::mem::take(&mut self.unreported);
            let sink = self.sink.name();
            warn!("the log is written to {sink} again; {lost} records were lost");
        }
    }

    /// Opens the file again, and returns whether it is another one.
    fn reopen(&mut self) -> bool {
        self.sink.reopen().unwrap_or_else(|error| {
            let sink = self.sink.name();
            warn!(%error, "cannot open {sink} again; the log stays where it was");
            false
        })
    }

    fn lose(&mut self, records: u64) {
        self.lost += records;
        self.unreported += records;
    }

    /// How long until lost records are to be reported. A failing sink has its own report, once it
    /// works again.
    fn until_report(&self) -> Duration {
        match self.reported {
            _ if self.unreported == 0 || self.failing => Duration::MAX,
            Some(reported) => REPORT.saturating_sub(reported.elapsed()),
            None => Duration::ZERO,
        }
    }

    fn report(&mut self) {
        let lost = std::mem::take(&mut self.unreported);
        if lost > 0 {
            self.reported = Some(Instant::now());
            warn!("{lost} records were lost: the log could not be written fast enough, or at all");
        }
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
