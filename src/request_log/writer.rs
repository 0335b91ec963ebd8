//! The thread of the writer: the only code that writes to the sink.
//!
//! Takes records from the queue and writes them. A file gets whole records in each call, because the kernel
//! lets no other process write in between.
//!
//! # Invariants
//!
//! - A failing sink causes one warning, and is tried again until it works.
//! - No record is torn. After a failure the writer continues at the byte where the write stopped. If
//!   another process has appended in between, it writes the record again.
//! - The number of lost records is reported once the sink works again, and at the end.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use log::warn;

use super::blocks::Blocks;
use super::queue::Queue;
use super::sink::Sink;

/// The pause before a failed sink is tried again.
const RETRY: Duration = Duration::from_millis(250);

/// The pause before a full, non-blocking standard output is tried again.
const FULL_PAUSE: Duration = Duration::from_millis(2);

/// The shortest time between two reports of dropped records.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// The writer of records from the queue to the sink.
pub(super) struct Writer {
    queue: Arc<Queue>,
    sink: Sink,
    closing: bool,
    failing: bool,
    /// The sink has failed for good, or during the close.
    has_given_up: bool,
    /// The number of records lost in all.
    lost: u64,
    /// How many of them were not reported.
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
            self.count_lost(orders.dropped);
            if orders.reopen {
                // Between two records it does not matter whether the file is another one.
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
            // The sink may end with half a record: the next would be torn too.
            return self.count_lost(taken.records() as u64);
        }
        while !taken.is_empty() {
            if !self.sink.prepare() {
                taken.begin_again();
            }
            let max_write = self.sink.max_write();
            match taken.next(max_write, |pieces| self.sink.write(pieces)) {
                Ok(written) => {
                    self.queue.wrote(taken, written);
                    self.note_success();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    thread::sleep(FULL_PAUSE);
                }
                Err(error) => {
                    if !self.recover(&error, taken) {
                        return;
                    }
                }
            }
        }
    }

    /// Handles a failed write. Returns whether to try again, after a pause; otherwise the records are lost.
    fn recover(&mut self, error: &io::Error, taken: &mut Blocks) -> bool {
        let is_final = self.sink.is_final(error);
        if !self.failing {
            self.failing = true;
            let fate = if is_final {
                "dropped"
            } else {
                "kept while there is room, then dropped"
            };
            let sink = self.sink.name();
            warn!(
                "cannot write the log to {sink}: {error}; the service goes on, records are {fate}"
            );
        }
        if is_final {
            self.queue.set_dead();
        }
        if is_final || self.closing {
            self.count_lost(taken.records() as u64);
            self.has_given_up = true;
            return false;
        }
        self.queue.set_failing(true);
        let orders = self.queue.pause(RETRY);
        self.closing |= orders.close;
        self.count_lost(orders.dropped);
        // A new file does not have the first bytes of the record.
        if orders.reopen && self.reopen() {
            taken.begin_again();
        }
        true
    }

    fn note_success(&mut self) {
        if self.failing {
            self.failing = false;
            self.queue.set_failing(false);
            let lost = std::mem::take(&mut self.unreported);
            let sink = self.sink.name();
            warn!("the log is written to {sink} again; {lost} records were lost");
        }
    }

    /// Opens the file again. Returns whether it is another file.
    fn reopen(&mut self) -> bool {
        self.sink.reopen().unwrap_or_else(|error| {
            let sink = self.sink.name();
            warn!("cannot open {sink} again: {error}; the log stays where it was");
            false
        })
    }

    fn count_lost(&mut self, records: u64) {
        self.lost += records;
        self.unreported += records;
    }

    /// The time until the next report of lost records. A failing sink has its own report, once it works.
    fn until_report(&self) -> Duration {
        match self.reported {
            _ if self.unreported == 0 || self.failing => Duration::MAX,
            Some(reported) => REPORT_INTERVAL.saturating_sub(reported.elapsed()),
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
#[path = "writer_shared_file_tests.rs"]
mod shared_file_tests;
#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
