//! The bounded queue between the workers and the thread of the writer.
//!
//! Workers push batches of formatted records. The writer takes all records at once. With
//! [`Overflow::Wait`] a worker waits for room *before* it reads from a socket, so that it never holds a
//! record without room: backpressure.
//!
//! # Invariants
//!
//! - The queued records and those of the writer take at most the limit, or one batch that is longer. With
//!   [`Overflow::Wait`] each worker may add the records of one read.
//! - A record that is not enqueued is counted as dropped.

use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use clap::ValueEnum;
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use super::batch::Batch;
use super::blocks::{Blocks, Unused};
use crate::metrics::{CountRecords, Records};

/// What happens if the sink is slower than the requests. The names and comments are those of the option
/// `--log-overflow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Overflow {
    /// The service waits: nothing is lost.
    Wait,
    /// Records are dropped and counted: the service keeps its speed.
    Drop,
}

/// How long the writer waits for more records before it writes. That makes wake-ups rare under load, and
/// is well within the 50 ms after which a record must be in the sink.
const GATHER: Duration = Duration::from_millis(10);

/// The number of queued bytes at which the writer waits no longer, unless half the limit is less. A write
/// of this length is efficient.
const ENOUGH: usize = 256 * 1024;

/// How long the writer is idle before it frees the unused blocks.
const IDLE: Duration = Duration::from_secs(1);

/// What the writer has to do apart from writing.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Orders {
    /// Open the file again.
    pub(super) reopen: bool,
    /// Write the queued records and end.
    pub(super) close: bool,
    /// How many records were dropped since the last call.
    pub(super) dropped: u64,
}

/// The state under the lock.
#[derive(Debug, Default)]
struct Shared {
    /// The queued records.
    waiting: Blocks,
    unused: Unused,
    /// The memory, in bytes, of the records that the writer has taken and not written.
    writing: usize,
    /// The number of those records.
    writing_records: usize,
    /// How many records are written in all.
    written: u64,
    /// How many records are lost in all.
    lost: u64,
    orders: Orders,
}

/// The queue of records.
#[derive(Debug)]
pub(super) struct Queue {
    shared: Mutex<Shared>,
    /// Wakes the writer.
    filled: Condvar,
    /// Wakes the connections of the workers.
    room: Arc<Notify>,
    /// The bytes of `waiting` and `writing`. Read without the lock before each read from a socket.
    pending: AtomicUsize,
    /// The sink fails: no worker waits for it.
    failing: AtomicBool,
    /// The sink has failed for good: no record is enqueued.
    dead: AtomicBool,
    limit: usize,
    /// The number of queued bytes at which the writer waits no longer.
    enough: usize,
    overflow: Overflow,
}

impl Queue {
    /// An empty queue of at most `limit` bytes.
    pub(super) fn new(limit: usize, overflow: Overflow) -> Self {
        Self {
            shared: Mutex::default(),
            filled: Condvar::new(),
            room: Arc::default(),
            pending: AtomicUsize::new(0),
            failing: AtomicBool::new(false),
            dead: AtomicBool::new(false),
            // One record always fits, and the writer never waits with a full queue.
            limit: limit.max(1),
            enough: ENOUGH.min(limit / 2),
            overflow,
        }
    }

    // === For the workers ===

    /// Ready when there is room for a record. `waiter` keeps the wait of the caller between the calls.
    pub(super) fn poll_room(
        &self,
        waiter: &mut Option<Pin<Box<OwnedNotified>>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        while !self.has_room() {
            // Made before the second check, so that no wake-up between the two is missed.
            let notified =
                waiter.get_or_insert_with(|| Box::pin(Arc::clone(&self.room).notified_owned()));
            if self.has_room() {
                break;
            }
            ready!(notified.as_mut().poll(cx));
            *waiter = None;
        }
        *waiter = None;
        Poll::Ready(())
    }

    fn has_room(&self) -> bool {
        self.overflow == Overflow::Drop
            || self.pending.load(Ordering::Relaxed) < self.limit
            || self.failing.load(Ordering::Relaxed)
    }

    /// Enqueues the records of `batch`, for which the caller has waited, or counts them as dropped.
    pub(super) fn push(&self, batch: &mut Batch) {
        self.enqueue(batch, self.overflow == Overflow::Drop);
    }

    /// Enqueues the records of `batch` if there is room, or counts them as dropped.
    pub(super) fn push_at_once(&self, batch: &mut Batch) {
        self.enqueue(batch, true);
    }

    /// Enqueues what `batch` has, if there is room. Otherwise it is dropped, and not counted: it is no record.
    pub(super) fn push_if_room(&self, batch: &mut Batch) {
        if self.pending.load(Ordering::Relaxed) < self.limit && !self.is_dead() {
            self.enqueue(batch, false);
        } else {
            batch.clear();
        }
    }

    fn enqueue(&self, batch: &mut Batch, may_drop: bool) {
        let may_drop = may_drop || self.failing.load(Ordering::Relaxed);
        let mut shared = self.lock();
        let before = shared.waiting.size();
        let pending = before + shared.writing;
        // A batch that is longer than the limit fits into an empty queue.
        let is_full = pending > 0 && pending + Blocks::size_of(batch) > self.limit;
        if self.is_dead() || (may_drop && is_full) {
            shared.drop_records(batch.ends().len() as u64);
        } else {
            let Shared {
                waiting, unused, ..
            } = &mut *shared;
            waiting.append(batch, unused);
            let after = shared.waiting.size();
            self.pending
                .store(after + shared.writing, Ordering::Relaxed);
            // A wake-up is a system call: only where the writer waits for it.
            if before == 0 || (before < self.enough && after >= self.enough) {
                self.filled.notify_one();
            }
        }
        drop(shared);
        batch.clear();
    }

    /// Whether the sink has failed for good, so that no record need be formatted.
    pub(super) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Counts a record that was not formatted as dropped.
    pub(super) fn count_dropped(&self) {
        self.lock().drop_records(1);
    }

    /// Orders the writer to open its file again.
    pub(super) fn reopen(&self) {
        self.lock().orders.reopen = true;
        self.filled.notify_one();
    }

    /// Orders the writer to write the queued records and end.
    pub(super) fn close(&self) {
        self.lock().orders.close = true;
        self.filled.notify_one();
    }

    /// How many records are not written, with those that the writer has taken.
    pub(super) fn unwritten(&self) -> u64 {
        let shared = self.lock();
        let records = shared.waiting.records() + shared.writing_records;
        records as u64 + shared.orders.dropped
    }

    // === For the writer ===

    /// Frees `taken`, and replaces it with all queued records. Waits for a record or an order, `at_most` this
    /// long.
    pub(super) fn take(&self, taken: &mut Blocks, at_most: Duration) -> Orders {
        let mut shared = self.lock();
        // Empty, unless its records are lost.
        taken.clear(&mut shared.unused);
        shared.lost += shared.writing_records as u64;
        drop(shared.unused.take_excess());
        (shared.writing, shared.writing_records) = (0, 0);
        self.pending.store(shared.waiting.size(), Ordering::Relaxed);
        self.room.notify_waiters();
        if !shared.unused.is_empty() && at_most > IDLE {
            shared = self.wait_or_free(shared);
        }
        shared = self.wait(shared, at_most, Shared::is_idle);
        if !shared.waiting.is_empty() {
            shared = self.wait(shared, GATHER, |shared| {
                shared.waiting.size() < self.enough && !shared.has_order()
            });
        }
        mem::swap(&mut shared.waiting, taken);
        (shared.writing, shared.writing_records) = (taken.size(), taken.records());
        shared.orders.take()
    }

    /// Waits for a record or an order, and frees the unused blocks if none comes for [`IDLE`].
    fn wait_or_free<'a>(&'a self, shared: MutexGuard<'a, Shared>) -> MutexGuard<'a, Shared> {
        let mut shared = self.wait(shared, IDLE, Shared::is_idle);
        if !shared.is_idle() {
            return shared;
        }
        let unused = mem::take(&mut shared.unused);
        drop(shared);
        drop(unused);
        self.lock()
    }

    /// Notes that `bytes` of `taken` are written, and wakes the workers. A slow sink thereby slows the service
    /// down evenly, instead of stopping it until all is written.
    pub(super) fn wrote(&self, taken: &mut Blocks, bytes: usize) {
        let mut shared = self.lock();
        let records = taken.wrote(bytes, &mut shared.unused);
        shared.writing = taken.size();
        shared.writing_records -= records;
        shared.written += records as u64;
        self.pending
            .store(shared.waiting.size() + shared.writing, Ordering::Relaxed);
        let excess = shared.unused.take_excess();
        drop(shared);
        drop(excess);
        self.room.notify_waiters();
    }

    /// Waits for an order, `at_most` this long.
    pub(super) fn pause(&self, at_most: Duration) -> Orders {
        let shared = self.lock();
        let mut shared = self.wait(shared, at_most, |shared| !shared.has_order());
        shared.orders.take()
    }

    /// Sets whether the sink fails at the moment.
    pub(super) fn set_failing(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
        self.room.notify_waiters();
    }

    /// Notes that the sink has failed for good.
    pub(super) fn set_dead(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.set_failing(true);
    }

    /// Waits while `condition` holds, `at_most` this long.
    fn wait<'a>(
        &'a self,
        shared: MutexGuard<'a, Shared>,
        at_most: Duration,
        condition: impl Fn(&Shared) -> bool,
    ) -> MutexGuard<'a, Shared> {
        let waited = self
            .filled
            .wait_timeout_while(shared, at_most, |shared| condition(shared));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Ignores a poisoned lock: a panic leaves whole records.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CountRecords for Queue {
    fn records(&self) -> Records {
        let shared = self.lock();
        Records {
            written: shared.written,
            dropped: shared.lost,
            waiting: (shared.waiting.records() + shared.writing_records) as u64,
            waiting_bytes: (shared.waiting.size() + shared.writing) as u64,
        }
    }
}

impl Shared {
    fn drop_records(&mut self, records: u64) {
        self.lost += records;
        self.orders.dropped += records;
    }

    fn has_order(&self) -> bool {
        self.orders.reopen || self.orders.close
    }

    /// Whether the writer has nothing to do.
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && !self.has_order() && self.orders.dropped == 0
    }
}

impl Orders {
    /// Returns the orders, and resets all but `close`.
    fn take(&mut self) -> Self {
        let close = self.close;
        mem::replace(
            self,
            Self {
                close,
                ..Self::default()
            },
        )
    }
}
