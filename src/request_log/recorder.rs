//! Makes the records of one worker's connections.
//!
//! The request filter passes what a connection's capture emits. The recorder formats it and enqueues the
//! records. It belongs to one thread.
//!
//! # Invariants
//!
//! The records of one read are enqueued before its bytes go on. They are enqueued together, unless they
//! fill a batch.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use tokio::sync::futures::OwnedNotified;

use super::answers::Answers;
use super::batch::Batch;
use super::blocks::BLOCK;
use super::connection::Connection;
use super::count::Count;
use super::format::Formatter;
use super::queue::Queue;
use super::record::{Answered, Record, Waiting};
use super::selection::Selection;
use crate::capture::{Captured, State, Unfinished};
use crate::net::peer::Peer;

/// The recorder of one worker.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// None without a log.
    log: Option<OpenLog>,
}

#[derive(Debug)]
struct OpenLog {
    queue: Arc<Queue>,
    selection: Selection,
    /// None without a limit.
    count: Option<Arc<Count>>,
    /// The status of the answer to each request that is not refused.
    status: u16,
    buffers: RefCell<Buffers>,
}

/// The memory that is reused from record to record.
#[derive(Debug)]
struct Buffers {
    formatter: Formatter,
    batch: Batch,
}

impl Recorder {
    /// A recorder of the requests that are selected, up to the `count`.
    pub(super) fn new(
        queue: Arc<Queue>,
        formatter: Formatter,
        selection: Selection,
        count: Option<Arc<Count>>,
        status: u16,
    ) -> Self {
        let buffers = RefCell::new(Buffers {
            formatter,
            batch: Batch::default(),
        });
        Self {
            log: Some(OpenLog {
                queue,
                selection,
                count,
                status,
                buffers,
            }),
        }
    }

    /// A recorder without a log.
    pub(super) fn off() -> Self {
        Self { log: None }
    }

    /// The recorder of the connection with this number and peer.
    #[must_use]
    pub(crate) fn connection(
        self: Rc<Self>,
        connection: u64,
        peer: impl Into<Peer>,
    ) -> ConnectionRecorder {
        let answers = self.log.as_ref().and_then(OpenLog::answers);
        ConnectionRecorder {
            recorder: self,
            connection: Connection::new(peer, connection),
            waiter: None,
            answers,
        }
    }
}

impl OpenLog {
    /// The answers of a new connection, if the format has them.
    fn answers(&self) -> Option<Box<Answers>> {
        let has_answers = self.buffers.borrow().formatter.format().has_answers();
        has_answers.then(|| Box::new(Answers::new(self.status)))
    }

    /// Whether this request has a record. Counts it.
    fn takes(&self, request: &Captured<'_>) -> bool {
        self.selection.has(request) && self.count.as_ref().is_none_or(|count| count.take())
    }
}

/// The recorder of one connection.
#[derive(Debug)]
pub(crate) struct ConnectionRecorder {
    recorder: Rc<Recorder>,
    connection: Connection,
    /// The wait for room in the queue, if any.
    waiter: Option<Pin<Box<OwnedNotified>>>,
    /// None if the format has no answers.
    answers: Option<Box<Answers>>,
}

impl ConnectionRecorder {
    /// Ready when the queue has room for the records of the next read.
    pub(crate) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &self.recorder.log {
            Some(log) => log.queue.poll_room(&mut self.waiter, cx),
            None => Poll::Ready(()),
        }
    }

    /// Bytes have come. `begins`: no request was unfinished before them.
    pub(crate) fn read(&mut self, begins: bool) {
        if let Some(answers) = &mut self.answers {
            answers.read(begins);
        }
    }

    /// Records the requests that `work` adds, all with the time of the first. The caller has waited for
    /// [`poll_room`](Self::poll_room).
    pub(crate) fn record<R>(&mut self, work: impl FnOnce(&mut Entries<'_>) -> R) -> R {
        self.enqueue(work, Queue::push)
    }

    /// Records without a wait for room. A record without room is counted as lost.
    pub(crate) fn record_at_once<R>(&mut self, work: impl FnOnce(&mut Entries<'_>) -> R) -> R {
        self.enqueue(work, Queue::push_at_once)
    }

    fn enqueue<R>(
        &mut self,
        work: impl FnOnce(&mut Entries<'_>) -> R,
        push: fn(&Queue, &mut Batch),
    ) -> R {
        let Some(log) = &self.recorder.log else {
            return work(&mut Entries { open: None });
        };
        let mut buffers = log.buffers.borrow_mut();
        // Empty, unless the last call panicked.
        buffers.batch.clear();
        let open = Some(Open {
            connection: &self.connection,
            log,
            push,
            buffers: &mut buffers,
            answers: self.answers.as_deref_mut(),
            time: None,
        });
        let result = work(&mut Entries { open });
        if !buffers.batch.is_empty() {
            push(&log.queue, &mut buffers.batch);
        }
        result
    }

    // === What becomes of a request ===

    /// The service has given the answer to the next request that is complete.
    pub(crate) fn answered(&mut self) {
        if let Some(answers) = &mut self.answers {
            answers.answered();
        }
    }

    /// The service has given a refusal of this status to the unfinished request.
    pub(crate) fn refused(&mut self, status: u16) {
        if let Some(answers) = &mut self.answers {
            answers.refused(status);
        }
    }

    /// All answers so far have left.
    pub(crate) fn sent(&mut self) {
        self.write_answered(Answers::sent);
    }

    /// No answer is given or leaves any more.
    pub(crate) fn end_answers(&mut self) {
        self.write_answered(Answers::finish);
    }

    fn write_answered(
        &mut self,
        end: impl FnOnce(&mut Answers, &Connection, &mut dyn FnMut(&Answered<'_>)),
    ) {
        let (Some(answers), Some(log)) = (&mut self.answers, &self.recorder.log) else {
            return;
        };
        let mut buffers = log.buffers.borrow_mut();
        let Buffers { formatter, batch } = &mut *buffers;
        batch.clear();
        end(answers, &self.connection, &mut |answered| {
            batch.add(|bytes| formatter.write_answered(answered, bytes));
        });
        if !batch.is_empty() {
            log.queue.push(batch);
        }
    }

    // === Pauses ===

    /// Whether the format has requests that pause.
    pub(crate) fn has_pauses(&self) -> bool {
        let log = self.recorder.log.as_ref();
        log.is_some_and(|log| log.buffers.borrow().formatter.format().has_pauses())
    }

    /// Writes that a request pauses, if the user wants to see it and there is room.
    pub(crate) fn pauses(&self, request: Unfinished<'_>) {
        let Some(log) = &self.recorder.log else {
            return;
        };
        if !log.selection.has(&request.as_incomplete()) {
            return;
        }
        let mut buffers = log.buffers.borrow_mut();
        let Buffers { formatter, batch } = &mut *buffers;
        batch.clear();
        let waiting = Waiting {
            time: SystemTime::now(),
            connection: &self.connection,
            request,
        };
        batch.add(|bytes| formatter.write_waiting(&waiting, bytes));
        log.queue.push_if_room(batch);
    }
}

/// Writes the requests whose answers have not left.
impl Drop for ConnectionRecorder {
    fn drop(&mut self) {
        self.end_answers();
    }
}

/// Takes the captured requests of one read.
#[derive(Debug)]
pub(crate) struct Entries<'a> {
    /// None without a log.
    open: Option<Open<'a>>,
}

#[derive(Debug)]
struct Open<'a> {
    connection: &'a Connection,
    log: &'a OpenLog,
    push: fn(&Queue, &mut Batch),
    buffers: &'a mut Buffers,
    answers: Option<&'a mut Answers>,
    time: Option<SystemTime>,
}

impl Entries<'_> {
    /// Adds a record, unless the request is not selected or more than the count.
    pub(crate) fn add(&mut self, request: Captured<'_>) {
        if let Some(open) = &mut self.open {
            open.add(request);
        }
    }
}

impl Open<'_> {
    fn add(&mut self, request: Captured<'_>) {
        let time = self.record_time(&request);
        let answered = match &mut self.answers {
            Some(answers) if answers.expects(request.state) => {
                answers.add(&request, time);
                None
            }
            Some(answers) => time.map(|time| answers.unexpected(&request, time, self.connection)),
            None => None,
        };
        let Some(time) = time else { return };
        let record = Record {
            time,
            connection: self.connection,
            status: self.status(request.state),
            request,
        };
        let Buffers { formatter, batch } = &mut *self.buffers;
        if formatter.format().has_records() {
            batch.add(|bytes| formatter.write(&record, bytes));
        }
        if let Some(answered) = answered {
            batch.add(|bytes| formatter.write_answered(&answered, bytes));
        }
        if batch.bytes().len() >= BLOCK {
            (self.push)(&self.log.queue, batch);
        }
    }

    /// The time of the request's record. None if it has no record.
    fn record_time(&mut self, request: &Captured<'_>) -> Option<SystemTime> {
        if !self.log.takes(request) {
            return None;
        }
        if self.log.queue.is_dead() {
            self.log.queue.count_dropped();
            return None;
        }
        // The requests of one read were complete at the same moment.
        Some(*self.time.get_or_insert_with(SystemTime::now))
    }

    /// The status that the service answers with.
    fn status(&self, state: State) -> Option<u16> {
        match state {
            State::Complete | State::Unparsed => Some(self.log.status),
            State::Refused(refusal) => Some(refusal.rule().status),
            State::Incomplete | State::Late => None,
        }
    }
}
