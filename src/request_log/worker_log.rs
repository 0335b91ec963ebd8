//! What the recorders of one worker's connections share.
//!
//! It belongs to one thread. The queue and the count are those of all workers.

use std::cell::RefCell;
use std::sync::Arc;

use super::answers::Answers;
use super::batch::Batch;
use super::count::Count;
use super::followers::Followers;
use super::format::{Format, Formatter};
use super::queue::Queue;
use super::recent;
use super::selection::Selection;
use crate::capture::Captured;
use crate::metrics;

/// One worker's end of the log.
#[derive(Debug)]
pub(super) struct WorkerLog {
    pub(super) queue: Arc<Queue>,
    pub(super) selection: Selection,
    /// None without a limit.
    pub(super) count: Option<Arc<Count>>,
    /// The status of the answer to each request that is not refused, and has none of its own.
    pub(super) status: u16,
    pub(super) writes: Writes,
    /// None without `--inspect`.
    pub(super) recent: Option<recent::Writer>,
    /// None without `--inspect`.
    pub(super) metrics: Option<metrics::Worker>,
    pub(super) buffers: RefCell<Buffers>,
}

/// What the format has. Nothing without a format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writes {
    /// The bytes of each request.
    pub(super) records: bool,
    /// What became of each request.
    pub(super) answers: bool,
    /// The requests that pause.
    pub(super) pauses: bool,
}

impl Writes {
    pub(super) fn of(format: Option<Format>) -> Self {
        Self {
            records: format.is_some_and(Format::has_records),
            answers: format.is_some_and(Format::has_answers),
            pauses: format.is_some_and(Format::has_pauses),
        }
    }
}

/// The memory that is reused from record to record.
#[derive(Debug)]
pub(super) struct Buffers {
    pub(super) formatter: Formatter,
    pub(super) batch: Batch,
}

impl Buffers {
    /// Buffers of records in the format of `formatter`.
    pub(super) fn new(formatter: Formatter) -> Self {
        Self {
            formatter,
            batch: Batch::default(),
        }
    }
}

impl WorkerLog {
    /// What follows the requests of a new connection, if anything does.
    pub(super) fn followers(&self) -> Option<Box<Followers>> {
        let answers = self.writes.answers.then(Answers::new);
        let tally = self.metrics.as_ref().map(metrics::Worker::connection);
        Followers::new(answers, tally)
    }

    /// Whether this request, which has begun, may have a record once it is whole.
    pub(super) fn may_take(&self, request: &Captured<'_>) -> bool {
        self.selection.may_have(request)
            && !self.count.as_ref().is_some_and(|count| count.is_full())
    }

    /// Whether this request has a record. Counts it.
    pub(super) fn takes(&self, request: &Captured<'_>) -> bool {
        self.selection.has(request) && self.count.as_ref().is_none_or(|count| count.take())
    }
}
