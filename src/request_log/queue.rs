//! The bounded queue between the workers and the writer's thread.
//!
//! Workers push batches of formatted records, the writer takes all there are at once. What always holds:
//! what waits and what the writer has take the limit at most, or one batch that is longer, and with
//! [`Overflow::Wait`] what one read brought each worker; a record that is not taken is counted. With
//! [`Overflow::Wait`] a worker asks for room *before* it reads from a socket, so that it never holds a
//! record it can't place.

use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use super::batch::Batch;
use super::blocks::{Blocks, Free};

/// What happens when the sink is slower than the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// The service waits: nothing is lost.
    Wait,
    /// Records are dropped and counted: the service keeps its speed.
    Drop,
}

/// How long the writer lets records gather before it writes them: few wake-ups under load, and
/// still well within the 50 ms in which a record is in the sink.
const GATHER: Duration = Duration::from_millis(10);

/// With this many bytes waiting the writer does not wait for more, or with half the queue's limit:
/// 256 KiB is several times what one write needs to be cheap.
const ENOUGH: usize = 256 * 1024;

/// After how long without records the blocks that nobody uses are freed.
const IDLE: Duration = Duration::from_secs(1);

/// What the writer is asked to do besides writing.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Orders {
    /// Open the file again.
    pub(super) reopen: bool,
    /// Write what there is and end.
    pub(super) close: bool,
    /// How many records were dropped since the last time.
    pub(super) dropped: u64,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Blocks,
    free: Free,
    /// The memory of what the writer has taken and not yet written, and of how many records it was.
    writing: usize,
    writing_records: usize,
    orders: Orders,
}

/// The queue. See the module.
#[derive(Debug)]
pub(super) struct Queue {
    shared: Mutex<Shared>,
    /// Wakes the writer.
    filled: Condvar,
    /// Wakes the workers' connections.
    room: Arc<Notify>,
    /// `waiting` and `writing` together: read without the lock before each read from a socket.
    pending: AtomicUsize,
    /// The sink fails: nobody waits for it.
    failing: AtomicBool,
    /// The sink has failed for good: nothing is queued any more.
    dead: AtomicBool,
    limit: usize,
    /// With this many bytes waiting the writer waits for no more.
    enough: usize,
    overflow: Overflow,
}

impl Queue {
    /// An empty queue that holds `limit` bytes.
    pub(super) fn new(limit: usize, overflow: Overflow) -> Self {
        Self {
            shared: Mutex::default(),
            filled: Condvar::new(),
            room: Arc::default(),
            pending: AtomicUsize::new(0),
            failing: AtomicBool::new(false),
            dead: AtomicBool::new(false),
            // One record is always let through, and the writer is not kept waiting by a full queue.
            limit: limit.max(1),
            enough: ENOUGH.min(limit / 2),
            overflow,
        }
    }

    // === The workers' side ===

    /// Ready when the next record may be made. `waiting` is the caller's place to wait.
    pub(super) fn poll_room(
        &self,
        waiting: &mut Option<Pin<Box<OwnedNotified>>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        while !self.has_room() {
            // Made before the second look, it misses no wake-up between the two.
            let notified =
                waiting.get_or_insert_with(|| Box::pin(Arc::clone(&self.room).notified_owned()));
            if self.has_room() {
                break;
            }
            ready!(notified.as_mut().poll(cx));
            *waiting = None;
        }
        *waiting = None;
        Poll::Ready(())
    }

    fn has_room(&self) -> bool {
        self.overflow == Overflow::Drop
            || self.pending.load(Ordering::Relaxed) < self.limit
            || self.failing.load(Ordering::Relaxed)
    }

    /// Takes the records out of `batch`, for which there was room, or counts them as dropped.
    pub(super) fn push(&self, batch: &mut Batch) {
        self.place(batch, self.overflow == Overflow::Drop);
    }

    /// Takes the records out of `batch` if there is room, or counts them as dropped.
    pub(super) fn push_at_once(&self, batch: &mut Batch) {
        self.place(batch, true);
    }

    fn place(&self, batch: &mut Batch, may_drop: bool) {
        let may_drop = may_drop || self.failing.load(Ordering::Relaxed);
        let mut shared = self.lock();
        let before = shared.waiting.size();
        let pending = before + shared.writing;
        // One batch that is longer than the queue still goes through an empty one.
        let is_full = pending > 0 && pending + Blocks::size_of(batch) > self.limit;
        if self.is_dead() || (may_drop && is_full) {
            shared.orders.dropped += batch.ends().len() as u64;
        } else {
            let Shared { waiting, free, .. } = &mut *shared;
            waiting.append(batch, free);
            let after = shared.waiting.size();
            self.pending
                .store(after + shared.writing, Ordering::Relaxed);
            // Only the two crossings the writer waits for: a wake-up is a system call.
            if before == 0 || (before < self.enough && after >= self.enough) {
                self.filled.notify_one();
            }
        }
        drop(shared);
        batch.clear();
    }

    /// Whether the sink has failed for good, so that a record need not be made.
    pub(super) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Counts a record that was not made.
    pub(super) fn count_dropped(&self) {
        self.lock().orders.dropped += 1;
    }

    /// Asks the writer to open its file again.
    pub(super) fn reopen(&self) {
        self.lock().orders.reopen = true;
        self.filled.notify_one();
    }

    /// Asks the writer to write what there is and end.
    pub(super) fn close(&self) {
        self.lock().orders.close = true;
        self.filled.notify_one();
    }

    /// How many records are not known to be written, those in the writer's hands among them.
    pub(super) fn unwritten(&self) -> u64 {
        let shared = self.lock();
        let records = shared.waiting.records() + shared.writing_records;
        records as u64 + shared.orders.dropped
    }

    // === The writer's side ===

    /// Gives back `taken`, of which nothing will be written any more, and takes all records there
    /// are. Waits for some, for an order, or for `at_most`.
    pub(super) fn take(&self, taken: &mut Blocks, at_most: Duration) -> Orders {
        let mut shared = self.lock();
        // Nothing is left of it, but where it is lost.
        taken.clear(&mut shared.free);
        drop(shared.free.take_excess());
        (shared.writing, shared.writing_records) = (0, 0);
        self.pending.store(shared.waiting.size(), Ordering::Relaxed);
        self.room.notify_waiters();
        let urgent = |shared: &Shared| shared.orders.reopen || shared.orders.close;
        let is_idle = |shared: &Shared| {
            shared.waiting.is_empty() && !urgent(shared) && shared.orders.dropped == 0
        };
        if !shared.free.is_empty() && at_most > IDLE {
            shared = self.wait(shared, IDLE, is_idle);
            if is_idle(&shared) {
                let free = mem::take(&mut shared.free);
                drop(shared);
                drop(free);
                shared = self.lock();
            }
        }
        shared = self.wait(shared, at_most, is_idle);
        if !shared.waiting.is_empty() {
            shared = self.wait(shared, GATHER, |shared| {
                shared.waiting.size() < self.enough && !urgent(shared)
            });
        }
        mem::swap(&mut shared.waiting, taken);
        (shared.writing, shared.writing_records) = (taken.size(), taken.records());
        shared.orders.take()
    }

    /// So many bytes of `taken` are written: gives back room. A slow sink then slows the service down
    /// evenly, instead of stopping it until all is.
    pub(super) fn wrote(&self, taken: &mut Blocks, bytes: usize) {
        let mut shared = self.lock();
        let records = taken.wrote(bytes, &mut shared.free);
        shared.writing = taken.size();
        shared.writing_records -= records;
        self.pending
            .store(shared.waiting.size() + shared.writing, Ordering::Relaxed);
        let excess = shared.free.take_excess();
        drop(shared);
        drop(excess);
        self.room.notify_waiters();
    }

    /// Waits for an order, for `at_most`.
    pub(super) fn pause(&self, at_most: Duration) -> Orders {
        let shared = self.lock();
        let mut shared = self.wait(shared, at_most, |shared| {
            !shared.orders.reopen && !shared.orders.close
        });
        shared.orders.take()
    }

    /// Says whether the sink fails at the moment.
    pub(super) fn set_failing(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
        self.room.notify_waiters();
    }

    /// Says that the sink has failed for good.
    pub(super) fn set_dead(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.set_failing(true);
    }

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

    /// A panic under the lock leaves whole records behind, so its poison says nothing.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Orders {
    /// The orders, which are carried out once; only `close` stands.
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
