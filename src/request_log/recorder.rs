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

use super::batch::Batch;
use super::blocks::BLOCK;
use super::connection::Connection;
use super::count::Count;
use super::format::Formatter;
use super::queue::Queue;
use super::record::Record;
use super::selection::Selection;
use crate::capture::{Captured, State};
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
        ConnectionRecorder {
            recorder: self,
            connection: Connection::new(peer, connection),
            waiter: None,
        }
    }
}

impl OpenLog {
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
}

impl ConnectionRecorder {
    /// Ready when the queue has room for the records of the next read.
    pub(crate) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &self.recorder.log {
            Some(log) => log.queue.poll_room(&mut self.waiter, cx),
            None => Poll::Ready(()),
        }
    }

    /// Records the requests that `work` adds, all with the time of the first. The caller has waited for
    /// [`poll_room`](Self::poll_room).
    pub(crate) fn record<R>(&self, work: impl FnOnce(&mut Entries<'_>) -> R) -> R {
        self.enqueue(work, Queue::push)
    }

    /// Records without a wait for room. A record without room is counted as lost.
    pub(crate) fn record_at_once<R>(&self, work: impl FnOnce(&mut Entries<'_>) -> R) -> R {
        self.enqueue(work, Queue::push_at_once)
    }

    fn enqueue<R>(
        &self,
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
            time: None,
        });
        let result = work(&mut Entries { open });
        if !buffers.batch.is_empty() {
            push(&log.queue, &mut buffers.batch);
        }
        result
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
    time: Option<SystemTime>,
}

impl Entries<'_> {
    /// Adds a record, unless the request is not selected or more than the count.
    pub(crate) fn add(&mut self, request: Captured<'_>) {
        let Some(open) = &mut self.open else { return };
        let log = open.log;
        if !log.takes(&request) {
            return;
        }
        if log.queue.is_dead() {
            return log.queue.count_dropped();
        }
        let status = match request.state {
            State::Complete | State::Unparsed => Some(log.status),
            State::Refused(refusal) => Some(refusal.rule().status),
            State::Incomplete | State::Late => None,
        };
        let record = Record {
            // The requests of one read were complete at the same moment.
            time: *open.time.get_or_insert_with(SystemTime::now),
            connection: open.connection,
            request,
            status,
        };
        let Buffers { formatter, batch } = &mut *open.buffers;
        batch.add(|bytes| formatter.write(&record, bytes));
        if batch.bytes().len() >= BLOCK {
            (open.push)(&log.queue, batch);
        }
    }
}
