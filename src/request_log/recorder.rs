//! Makes the records of one worker's connections.
//!
//! The request filter passes what a connection's capture emits. The recorder formats it and enqueues the
//! records. It belongs to one thread.
//!
//! # Invariants
//!
//! The records of one read are enqueued before its bytes go on. They are enqueued together, unless they
//! fill a batch.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use tokio::sync::futures::OwnedNotified;

use super::batch::Batch;
use super::connection::Connection;
use super::entries::{Entries, Open};
use super::followers::Followers;
use super::queue::Queue;
use super::record::{Answered, Waiting};
use super::worker_log::{Buffers, WorkerLog};
use crate::capture::Unfinished;
use crate::net::peer::Peer;

/// The recorder of one worker.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// None without a log.
    log: Option<WorkerLog>,
}

impl Recorder {
    /// A recorder to this log.
    pub(super) fn new(log: WorkerLog) -> Self {
        Self { log: Some(log) }
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
        let followers = self.log.as_ref().and_then(WorkerLog::followers);
        ConnectionRecorder {
            recorder: self,
            connection: Connection::new(peer, connection),
            waiter: None,
            followers,
            is_over: false,
        }
    }
}

/// The recorder of one connection.
#[derive(Debug)]
pub(crate) struct ConnectionRecorder {
    recorder: Rc<Recorder>,
    connection: Connection,
    /// The wait for room in the queue, if any.
    waiter: Option<Pin<Box<OwnedNotified>>>,
    /// None if nothing follows the requests.
    followers: Option<Box<Followers>>,
    /// No answer is given any more.
    is_over: bool,
}

impl ConnectionRecorder {
    /// Ready when the queue has room for the records of the next read.
    pub(crate) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &self.recorder.log {
            Some(log) => log.queue.poll_room(&mut self.waiter, cx),
            None => Poll::Ready(()),
        }
    }

    /// So many bytes have come. `begins`: no request was unfinished before them.
    pub(crate) fn read(&mut self, bytes: usize, begins: bool) {
        if let Some(followers) = &mut self.followers {
            followers.read(bytes, begins);
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
            followers: self.followers.as_deref_mut(),
            is_over: self.is_over,
            time: None,
            status: log.status,
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
        if let Some(followers) = &mut self.followers {
            followers.answered();
        }
    }

    /// The service has given a refusal of this status to the unfinished request.
    pub(crate) fn refused(&mut self, status: u16) {
        if let Some(followers) = &mut self.followers {
            followers.refused(status);
        }
    }

    /// All answers so far have left.
    pub(crate) fn sent(&mut self) {
        if self.followers.is_some() {
            self.end(true, Queue::push);
        }
    }

    /// No answer is given or leaves any more.
    pub(crate) fn end_answers(&mut self) {
        self.is_over = true;
        self.end(false, Queue::push);
    }

    /// As [`end_answers`](Self::end_answers), for a connection that is cut. Without room for them they are
    /// counted as lost.
    pub(crate) fn end_answers_at_once(&mut self) {
        self.is_over = true;
        self.end(false, Queue::push_at_once);
    }

    /// Counts the requests whose answers have left, or never will, and writes what became of them.
    #[inline(never)]
    fn end(&mut self, have_left: bool, push: fn(&Queue, &mut Batch)) {
        let (Some(followers), Some(log)) = (&mut self.followers, &self.recorder.log) else {
            return;
        };
        followers.count_end(have_left);
        let Some(answers) = &mut followers.answers else {
            return;
        };
        let mut buffers = log.buffers.borrow_mut();
        let Buffers { formatter, batch } = &mut *buffers;
        batch.clear();
        let mut write = |answered: &Answered<'_>| {
            batch.add(|bytes| formatter.write_answered(answered, bytes));
        };
        if have_left {
            answers.sent(&self.connection, &mut write);
        } else {
            answers.finish(&self.connection, &mut write);
        }
        if !batch.is_empty() {
            push(&log.queue, batch);
        }
    }

    // === Pauses ===

    /// Whether the format has requests that pause.
    pub(crate) fn has_pauses(&self) -> bool {
        let log = self.recorder.log.as_ref();
        log.is_some_and(|log| log.writes.pauses)
    }

    /// Writes that a request pauses, if it may have a record and there is room.
    pub(crate) fn pauses(&self, request: Unfinished<'_>) {
        let Some(log) = &self.recorder.log else {
            return;
        };
        if !log.may_take(&request.as_incomplete()) {
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
        self.end_answers_at_once();
    }
}
