//! The writer's thread: the only code that touches the log's sink.
//!
//! Takes blocks of whole records from the queue and writes each to its last byte, to a file with one
//! call: the kernel then lets no other process write in between. What always holds: a sink that
//! fails gets one warning and is tried again until it works, and then goes on at the very byte
//! where it stopped, so that no record is torn; where another process has appended meanwhile, the
//! record is written anew. How many records were lost is said once it works, and at the end.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tracing::warn;

use super::batch::Batch;
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
        let mut block = Batch::default();
        loop {
            let orders = self.queue.take(&mut block, self.until_report());
            self.closing |= orders.close;
            self.lose(orders.dropped);
            if orders.reopen {
                // Between two blocks, it makes no difference which file it is.
                let _ = self.reopen();
            }
            if block.is_empty() && self.closing {
                self.report();
                return self.lost;
            }
            self.write(&block);
            if self.until_report().is_zero() {
                self.report();
            }
        }
    }

    fn write(&mut self, block: &Batch) {
        if self.has_given_up {
            // Behind half a record nothing more is written.
            return self.lose(block.records_after(0));
        }
        let bytes = block.bytes();
        let mut written = 0;
        while written < bytes.len() {
            if (written > 0 || self.failing) && !self.sink.can_go_on() {
                written = block.record_start(written);
            }
            let end = bytes.len().min(written.saturating_add(self.sink.at_once()));
            match self.sink.write(&bytes[written..end]) {
                Ok(more) => {
                    written += more;
                    self.queue.wrote(more);
                    self.works();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(FULL),
                Err(error) => match self.fails(&error, block, written) {
                    Some(resume) => written = resume,
                    None => return,
                },
            }
        }
    }

    /// A write failed: where to go on in the block after a pause, or none when it is lost.
    fn fails(&mut self, error: &io::Error, block: &Batch, written: usize) -> Option<usize> {
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
            self.lose(block.records_after(written));
            self.has_given_up = true;
            return None;
        }
        self.queue.set_failing(true);
        let orders = self.queue.pause(RETRY);
        self.closing |= orders.close;
        self.lose(orders.dropped);
        // A new file does not have the record's first bytes.
        let is_new = orders.reopen && self.reopen();
        Some(if is_new {
            block.record_start(written)
        } else {
            written
        })
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
