//! What the recorders of one worker's connections share.
//!
//! It belongs to one thread. The queue and the count are those of all workers.

use std::cell::RefCell;
use std::sync::Arc;

use super::answers::Answers;
use super::batch::Batch;
use super::count::Count;
use super::format::Formatter;
use super::queue::Queue;
use super::selection::Selection;
use crate::capture::Captured;

/// One worker's end of the log.
#[derive(Debug)]
pub(super) struct WorkerLog {
    pub(super) queue: Arc<Queue>,
    pub(super) selection: Selection,
    /// None without a limit.
    pub(super) count: Option<Arc<Count>>,
    /// The status of the answer to each request that is not refused.
    pub(super) status: u16,
    pub(super) buffers: RefCell<Buffers>,
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
    /// The answers of a new connection, if the format has them.
    pub(super) fn answers(&self) -> Option<Box<Answers>> {
        let has_answers = self.buffers.borrow().formatter.format().has_answers();
        has_answers.then(|| Box::new(Answers::new(self.status)))
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
