//! How many more records the log takes, if the user has limited their number.
//!
//! All recorders share it. The server waits for its end.
//!
//! # Invariants
//!
//! - As many records are taken as the user wants, whatever the number of workers.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The number of records that are still to come.
#[derive(Debug)]
pub(super) struct Count {
    left: AtomicUsize,
    reached: Notify,
}

impl Count {
    /// A count of so many records.
    pub(super) fn new(records: NonZeroUsize) -> Self {
        Self {
            left: AtomicUsize::new(records.get()),
            reached: Notify::new(),
        }
    }

    /// Counts a record. Returns whether it is one of those that the user wants.
    pub(super) fn take(&self) -> bool {
        // The number alone is shared, and orders nothing else.
        let one_less = |left: usize| left.checked_sub(1);
        let before = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        if before == Ok(1) {
            // Kept for a waiter that comes later.
            self.reached.notify_one();
        }
        before.is_ok()
    }

    /// Whether no more records are wanted.
    pub(super) fn is_full(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Waits until the last record is taken. Only the first call that waits to the end returns.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub(super) async fn reached(&self) {
        self.reached.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[tokio::test]
    async fn as_many_are_taken_as_are_wanted_on_however_many_threads() {
        let count = Arc::new(Count::new(NonZeroUsize::new(1000).unwrap()));
        let takers = (0..4).map(|_| {
            let count = Arc::clone(&count);
            thread::spawn(move || (0..1000).filter(|_| count.take()).count())
        });
        let takers: Vec<_> = takers.collect();
        let taken = takers.into_iter().map(|taker| taker.join().unwrap());
        assert_eq!(taken.sum::<usize>(), 1000);
        // The last one came before anything waited.
        count.reached().await;
    }
}
