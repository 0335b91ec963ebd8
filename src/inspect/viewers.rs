//! How many viewers there may be at once, which of them wait, and the room for their answers.
//!
//! A poll takes a place before it waits, and keeps it until its answer has left. A new poll of the same
//! viewer takes the place over from the one that waits, so that a reload needs no second one. Answers with
//! one record share room of their own: viewers that wait can still look at records.
//!
//! # Invariants
//!
//! - At most [`MOST`] answers with rows are in memory at once.
//! - The answers with one record that are in memory have at most [`ROOM`] KiB together. One that is longer is
//!   there alone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// The most polls.
const MOST: usize = 8;

/// The room for answers with one record, in KiB.
const ROOM: u32 = 512;

/// The places, and the polls that wait.
#[derive(Debug)]
pub(super) struct Viewers {
    polls: Arc<Semaphore>,
    /// A permit for each KiB.
    room: Arc<Semaphore>,
    waiting: Mutex<Vec<Entry>>,
    next: AtomicU64,
}

/// A place of a viewer. It is free again once this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// A poll that waits, as the others see it.
#[derive(Debug)]
struct Entry {
    number: u64,
    viewer: Option<u64>,
    place: Place,
    /// Ends the wait when it is dropped.
    _wait: oneshot::Sender<()>,
}

/// A poll that waits. Its place is in the table meanwhile.
#[derive(Debug)]
pub(super) struct Waiting<'a> {
    viewers: &'a Viewers,
    number: u64,
    taken: oneshot::Receiver<()>,
}

/// The bytes of an answer, and the place that they hold until they have left.
struct Held {
    bytes: Vec<u8>,
    _place: Place,
}

impl Viewers {
    pub(super) fn new() -> Self {
        Self {
            polls: Arc::new(Semaphore::new(MOST)),
            room: Arc::new(Semaphore::new(ROOM as usize)),
            waiting: Mutex::default(),
            next: AtomicU64::new(0),
        }
    }

    /// A place for an answer of so many bytes with one record. None if there is no room.
    pub(super) fn room(&self, bytes: usize) -> Option<Place> {
        let permits = u32::try_from(bytes / 1024 + 1).unwrap_or(ROOM);
        Place::of(&self.room, permits.min(ROOM))
    }

    /// A place for a poll of this viewer: that of the viewer's earlier poll, which ends, or a free one. None
    /// if all are taken.
    pub(super) fn wait(&self, viewer: Option<u64>) -> Option<Waiting<'_>> {
        let mut waiting = self.lock();
        let is_earlier = |entry: &Entry| viewer.is_some() && entry.viewer == viewer;
        let earlier = waiting.iter().position(is_earlier);
        let place = match earlier {
            Some(index) => waiting.swap_remove(index).place,
            None => Place::of(&self.polls, 1)?,
        };
        let (wait, taken) = oneshot::channel();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        waiting.push(Entry {
            number,
            viewer,
            place,
            _wait: wait,
        });
        Some(Waiting {
            viewers: self,
            number,
            taken,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting<'_> {
    /// Waits until a new poll of the same viewer has taken the place.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again, until it has returned.
    pub(super) async fn taken(&mut self) {
        // An error: the sender is gone with the entry.
        let _ = (&mut self.taken).await;
    }

    /// The place, for the answer. None if a new poll has taken it.
    pub(super) fn end(&self) -> Option<Place> {
        let mut waiting = self.viewers.lock();
        let own = waiting
            .iter()
            .position(|entry| entry.number == self.number)?;
        Some(waiting.swap_remove(own).place)
    }
}

/// A viewer that has left gives its place back: its connection drops the answer that is not there yet.
impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

impl Place {
    /// So many of these. None if there are not as many.
    fn of(places: &Arc<Semaphore>, count: u32) -> Option<Self> {
        let permit = Arc::clone(places).try_acquire_many_owned(count).ok()?;
        Some(Self { _permit: permit })
    }

    /// The bytes of an answer, which hold the place until they have left.
    pub(super) fn hold(self, mut bytes: Vec<u8>) -> Bytes {
        bytes.shrink_to_fit();
        Bytes::from_owner(Held {
            bytes,
            _place: self,
        })
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_held_until_the_bytes_have_left() {
        let viewers = Viewers::new();
        let half = 255 << 10;
        let mut places: Vec<_> = (0..2).map(|_| viewers.room(half).unwrap()).collect();
        assert!(viewers.room(0).is_none());
        let bytes = places.pop().unwrap().hold(b"record".to_vec());
        let part = bytes.slice(1..2);
        drop(bytes);
        assert!(viewers.room(0).is_none());
        assert_eq!(part, &b"e"[..]);
        drop(part);
        assert!(viewers.room(half).is_some());
    }

    #[test]
    fn an_answer_that_is_longer_than_the_room_is_alone() {
        let viewers = Viewers::new();
        for length in [2 << 20, 1 << 30, usize::MAX] {
            let small = viewers.room(0).unwrap();
            assert!(viewers.room(length).is_none());
            drop(small);
            let _long = viewers.room(length).unwrap();
            assert!(viewers.room(0).is_none());
        }
    }

    #[tokio::test]
    async fn a_new_poll_of_a_viewer_takes_the_place_of_the_earlier_one() {
        let viewers = Viewers::new();
        let others: Vec<_> = (1..MOST).map(|_| viewers.wait(None).unwrap()).collect();
        let mut first = viewers.wait(Some(7)).unwrap();
        let is_full = || viewers.wait(Some(8)).is_none() && viewers.wait(None).is_none();
        assert!(is_full());
        let second = viewers.wait(Some(7)).unwrap();
        first.taken().await;
        assert!(first.end().is_none() && is_full());
        drop(first);
        assert!(is_full());
        let place = second.end();
        assert!(place.is_some() && is_full());
        drop(place);
        assert!(!is_full());
        drop(others);
    }

    #[test]
    fn polls_that_wait_leave_room_for_records() {
        let viewers = Viewers::new();
        let polls: Vec<_> = (0..MOST).map(|_| viewers.wait(None).unwrap()).collect();
        let records: Vec<_> = (0..ROOM).map(|_| viewers.room(1000).unwrap()).collect();
        assert!(viewers.wait(None).is_none() && viewers.room(1000).is_none());
        drop((polls, records));
    }

    #[test]
    fn a_poll_without_a_viewer_ends_no_other() {
        let viewers = Viewers::new();
        let first = viewers.wait(None).unwrap();
        let second = viewers.wait(None).unwrap();
        assert!(first.end().is_some() && second.end().is_some());
    }

    #[test]
    fn a_viewer_that_leaves_gives_its_place_back() {
        let viewers = Viewers::new();
        for viewer in 0..100 {
            drop(viewers.wait(Some(viewer)).unwrap());
        }
    }
}
