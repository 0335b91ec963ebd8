//! What the service has done, in numbers, for `/metrics` of `--inspect`.
//!
//! ```text
//! recorder ─ tally (one a connection) ─ counts (one set a worker) ─┬─ totals ─ inspect
//!                                      the log's queue ─ records ──┘
//! ```
//!
//! [`crate::request_log`] makes a tally for each connection, and its queue knows the records. Nothing here
//! knows how the numbers are shown.
//!
//! # Invariants
//!
//! - Only its own worker writes a set of counts. No worker waits for a reader.
//! - A count never decreases.

mod count;
mod counts;
mod duration;
mod tally;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use counts::Counts;
pub(crate) use counts::{STATUSES, Totals};
pub(crate) use duration::BOUNDS;
pub(crate) use tally::Tally;

/// The counts of all workers, and of the log.
pub struct Metrics {
    started: SystemTime,
    workers: Vec<Arc<Counts>>,
    taken: AtomicUsize,
    log: OnceLock<Arc<dyn CountRecords>>,
}

/// What has become of the records so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Records {
    /// Those that the sink has whole.
    pub(crate) written: u64,
    /// Those that are lost.
    pub(crate) dropped: u64,
    /// Those that are in memory.
    pub(crate) waiting: u64,
    /// The memory of those that wait, in bytes.
    pub(crate) waiting_bytes: u64,
}

/// What knows the records of the log.
pub(crate) trait CountRecords: Send + Sync {
    /// All numbers, of the same moment.
    fn records(&self) -> Records;
}

/// The counts of one worker, which makes a tally for each of its connections.
#[derive(Debug)]
pub(crate) struct Worker(Arc<Counts>);

impl Metrics {
    /// Nothing is counted yet. `workers` is the number of workers.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        Self {
            started: SystemTime::now(),
            workers: (0..workers).map(|_| Arc::default()).collect(),
            taken: AtomicUsize::new(0),
            log: OnceLock::new(),
        }
    }

    /// The counts of the calling worker. Each call takes other counts. None if all are taken.
    pub(crate) fn worker(&self) -> Option<Worker> {
        let index = self.taken.fetch_add(1, Ordering::Relaxed);
        self.workers.get(index).map(Arc::clone).map(Worker)
    }

    /// The records are those that `log` counts.
    pub(crate) fn follow(&self, log: Arc<dyn CountRecords>) {
        // A process opens one log.
        let _ = self.log.set(log);
    }

    /// When the service started.
    pub(crate) fn started(&self) -> SystemTime {
        self.started
    }

    /// The sums over all workers.
    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for counts in &self.workers {
            counts.add_to(&mut totals);
        }
        totals
    }

    /// What has become of the records. Nothing without a log.
    pub(crate) fn records(&self) -> Records {
        let log = self.log.get();
        log.map(|log| log.records()).unwrap_or_default()
    }
}

/// Short: what derives it for all fields is more program than the counting.
impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Worker {
    /// The tally of a new connection.
    pub(crate) fn connection(&self) -> Tally {
        Tally::new(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::capture::State;

    #[test]
    fn the_total_is_the_sum_of_the_workers() {
        let metrics = Metrics::new(3);
        let workers: Vec<_> = (0..3).map(|_| metrics.worker().unwrap()).collect();
        assert!(metrics.worker().is_none(), "three are all");
        thread::scope(|scope| {
            for (number, worker) in (1..).zip(workers) {
                scope.spawn(move || {
                    for _ in 0..number * 1000 {
                        let mut tally = worker.connection();
                        tally.read(10, true);
                        tally.add(State::Complete, false);
                        tally.answered();
                        tally.sent();
                    }
                });
            }
            // The counts of one reading are not of one moment, but none falls.
            let mut before = metrics.totals();
            for _ in 0..1000 {
                let totals = metrics.totals();
                assert!(totals.accepted >= before.accepted, "{before:?} {totals:?}");
                assert!(
                    totals.answered() >= before.answered(),
                    "{before:?} {totals:?}"
                );
                assert!(totals.accepted <= 6000, "{totals:?}");
                before = totals;
            }
        });
        let totals = metrics.totals();
        assert_eq!(totals.accepted, 6000);
        assert_eq!(totals.open(), 0);
        assert_eq!(totals.answered(), 6000);
        assert_eq!(totals.read_bytes, 60_000);
    }

    #[test]
    fn without_a_log_there_are_no_records() {
        assert_eq!(Metrics::new(1).records(), Records::default());
    }
}
