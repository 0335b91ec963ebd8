//! The most recent records in memory, for the page of `--inspect`.
//!
//! ```text
//! recorder ─ writer (one a worker) ─ ring ─ reader ─ inspect
//! ```
//!
//! A worker's recorder copies what it records into the worker's own ring, over the oldest records. A reader
//! merges the rings by time.
//!
//! # Invariants
//!
//! - A recorder never waits for a reader.
//! - The memory is bounded, and reserved at the start. The system provides it as records come.
//! - A record that was overwritten before it was read is counted as missed.

mod kept;
mod layout;
mod place;
mod reader;
mod ring;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::connection::Connection;
use crate::capture::Captured;

pub(crate) use kept::Kept;
#[cfg(test)]
pub(crate) use kept::Note;
use layout::Parts;
pub(crate) use layout::StateKind;
pub(crate) use place::{Id, Place};
pub(crate) use reader::{PART, Reader};
use ring::{Ring, Tail};

/// The records that are kept of all workers.
#[derive(Debug)]
pub struct Recent {
    rings: Vec<Ring>,
    writers: AtomicUsize,
    /// The start in microseconds: a place of an earlier process has another one.
    process: u64,
}

/// What puts the records of one worker in.
#[derive(Debug)]
pub(crate) struct Writer {
    recent: Arc<Recent>,
    ring: usize,
    tail: Cell<Tail>,
    /// The last time, and its nanoseconds: the requests of one read have the same.
    time: Cell<(SystemTime, u64)>,
}

impl Recent {
    /// Keeps `size` bytes in all, for this number of workers. Each worker has its share of them, and 1 KiB at
    /// least.
    #[must_use]
    pub fn new(size: usize, workers: usize) -> Self {
        let workers = workers.max(1);
        Self {
            rings: (0..workers).map(|_| Ring::new(size / workers)).collect(),
            writers: AtomicUsize::new(0),
            process: microseconds(SystemTime::now()),
        }
    }

    /// The writer of the calling worker. Each call takes another ring. None if all are taken.
    pub(super) fn writer(self: &Arc<Self>) -> Option<Writer> {
        let ring = self.writers.fetch_add(1, Ordering::Relaxed);
        (ring < self.rings.len()).then(|| Writer {
            recent: Arc::clone(self),
            ring,
            tail: Cell::default(),
            time: Cell::new((UNIX_EPOCH, 0)),
        })
    }

    /// The place before the oldest record.
    pub(crate) fn start(&self) -> Place {
        self.place(Ring::oldest)
    }

    /// The place behind the newest record.
    #[cfg(test)]
    pub(crate) fn end(&self) -> Place {
        self.place(Ring::end)
    }

    /// The place with at most `count` records behind it in each ring.
    pub(crate) fn last(&self, count: u64) -> Place {
        self.place(|ring| ring.oldest().max(ring.end().saturating_sub(count)))
    }

    fn place(&self, position: impl Fn(&Ring) -> u64) -> Place {
        Place::new(self.process, self.rings.iter().map(position).collect())
    }

    /// A reader of what is behind `place`. A place that is not of this process begins at the oldest record.
    pub(crate) fn read(&self, place: &Place) -> Reader<'_> {
        let positions = place.positions();
        let mut ends = self.rings.iter().zip(positions);
        let is_ours = place.process() == self.process
            && positions.len() == self.rings.len()
            && ends.all(|(ring, &position)| position <= ring.end());
        let place = if is_ours { place.clone() } else { self.start() };
        Reader::new(&self.rings, place)
    }

    /// The record with this name, if it is still kept, with at most `most` of its bytes.
    pub(crate) fn get(&self, id: Id, most: usize) -> Option<Kept> {
        Kept::read(id, self.rings.get(id.ring)?, most)
    }
}

impl Writer {
    /// Keeps a copy of the record.
    pub(super) fn keep(&self, time: SystemTime, connection: &Connection, request: &Captured<'_>) {
        let ring = &self.recent.rings[self.ring];
        let parts = Parts::new(self.nanoseconds(time), connection, request, ring.longest());
        let mut tail = self.tail.get();
        ring.add(&mut tail, parts.length(), |words| parts.write(words));
        self.tail.set(tail);
    }

    fn nanoseconds(&self, time: SystemTime) -> u64 {
        let (last, nanoseconds) = self.time.get();
        if last == time {
            return nanoseconds;
        }
        let nanoseconds = layout::nanoseconds(time);
        self.time.set((time, nanoseconds));
        nanoseconds
    }
}

fn microseconds(time: SystemTime) -> u64 {
    let time = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
