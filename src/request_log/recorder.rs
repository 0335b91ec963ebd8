//! One worker's end of the log: makes records of what its connections capture.
//!
//! Stands between the captures and the queue. What always holds: the records of one read are
//! queued before the read's bytes go on, together but for those that fill a batch. It is used by one thread.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use tokio::sync::futures::OwnedNotified;

use super::batch::Batch;
use super::blocks::BLOCK;
use super::exclude::Excluded;
use super::format::{Format, Formatter};
use super::origin::Origin;
use super::queue::Queue;
use super::record::Record;
use crate::capture::Captured;
use crate::net::peer::Peer;

/// A worker's recorder.
#[derive(Debug)]
pub struct Recorder {
    /// None where nothing is logged.
    queue: Option<Arc<Queue>>,
    excluded: Excluded,
    desk: RefCell<Desk>,
}

/// What is reused from record to record.
#[derive(Debug)]
struct Desk {
    formatter: Formatter,
    batch: Batch,
}

impl Recorder {
    /// A recorder of all but what is excluded.
    pub(super) fn new(queue: Arc<Queue>, formatter: Formatter, excluded: Excluded) -> Self {
        Self {
            queue: Some(queue),
            excluded,
            desk: RefCell::new(Desk::new(formatter)),
        }
    }

    /// A recorder of nothing.
    pub(super) fn off() -> Self {
        Self {
            queue: None,
            excluded: Excluded::default(),
            desk: RefCell::new(Desk::new(Formatter::new(Format::Line, false))),
        }
    }

    /// The trail of records of one connection.
    #[must_use]
    pub fn connection(
        self: Rc<Self>,
        connection: u64,
        peer: impl Into<Peer>,
    ) -> ConnectionRecorder {
        ConnectionRecorder {
            recorder: self,
            origin: Origin::new(peer, connection),
            waiting: None,
        }
    }
}

impl Desk {
    fn new(formatter: Formatter) -> Self {
        Self {
            formatter,
            batch: Batch::default(),
        }
    }
}

/// The records of one connection.
#[derive(Debug)]
pub struct ConnectionRecorder {
    recorder: Rc<Recorder>,
    origin: Origin,
    /// The place in the line for room in the queue.
    waiting: Option<Pin<Box<OwnedNotified>>>,
}

impl ConnectionRecorder {
    /// Ready when the log can take what the next read brings.
    pub fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &self.recorder.queue {
            Some(queue) => queue.poll_room(&mut self.waiting, cx),
            None => Poll::Ready(()),
        }
    }

    /// Records what `work` adds, all with the time of the first. To be called when the log has
    /// room.
    pub fn record<R>(&self, work: impl FnOnce(&mut Entries<'_>) -> R) -> R {
        self.queue(work, Queue::push)
    }

    /// The same for what can't wait for room: without any it is counted as lost.
    pub fn record_at_once<R>(&self, work: impl FnOnce(&mut Entries<'_>) -> R) -> R {
        self.queue(work, Queue::push_at_once)
    }

    fn queue<R>(
        &self,
        work: impl FnOnce(&mut Entries<'_>) -> R,
        push: fn(&Queue, &mut Batch),
    ) -> R {
        let Some(queue) = &self.recorder.queue else {
            return work(&mut Entries { to: None });
        };
        let mut desk = self.recorder.desk.borrow_mut();
        // Nothing is left of the last time, but where it panicked.
        desk.batch.clear();
        let to = Some(Open {
            trail: self,
            queue,
            push,
            desk: &mut desk,
            time: None,
        });
        let result = work(&mut Entries { to });
        if !desk.batch.is_empty() {
            push(queue, &mut desk.batch);
        }
        result
    }
}

/// What becomes of captured requests: records, or nothing where nothing is logged.
#[derive(Debug)]
pub struct Entries<'a> {
    to: Option<Open<'a>>,
}

#[derive(Debug)]
struct Open<'a> {
    trail: &'a ConnectionRecorder,
    queue: &'a Queue,
    push: fn(&Queue, &mut Batch),
    desk: &'a mut Desk,
    time: Option<SystemTime>,
}

impl Entries<'_> {
    /// Adds a record, unless the request is excluded.
    pub fn add(&mut self, request: Captured<'_>) {
        let Some(open) = &mut self.to else { return };
        if open.trail.recorder.excluded.has(&request) {
            return;
        }
        if open.queue.is_dead() {
            return open.queue.count_dropped();
        }
        let record = Record {
            // One look at the clock a read: its requests were complete at the same moment.
            time: *open.time.get_or_insert_with(SystemTime::now),
            origin: &open.trail.origin,
            request,
        };
        let desk = &mut *open.desk;
        desk.batch.add(|bytes| desk.formatter.write(&record, bytes));
        if desk.batch.bytes().len() >= BLOCK {
            (open.push)(open.queue, &mut desk.batch);
        }
    }
}
