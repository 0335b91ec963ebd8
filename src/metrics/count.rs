//! A number that one thread increases and others read.
//!
//! # Invariants
//!
//! - One thread writes: an increment is a load and a store, which no other processor has to wait for.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only increases.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    /// Increases the number. One thread alone calls this.
    pub(super) fn add(&self, more: u64) {
        self.0
            .store(self.get().wrapping_add(more), Ordering::Relaxed);
    }

    /// The number.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
