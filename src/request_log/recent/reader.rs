//! Reads the rings from a place on, in the order of the records' times.
//!
//! # Invariants
//!
//! Each record behind the place is read once, or counted as missed once.

use super::kept::Kept;
use super::place::{Id, Place};
use super::ring::Ring;

/// The most bytes of a record that a reader reads at once: each viewer's search holds as many.
pub(crate) const PART: usize = 16 * 1024;

/// Reads the records behind a place, in the order of their times.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rings: &'a [Ring],
    place: Place,
    missed: u64,
}

impl<'a> Reader<'a> {
    /// `place` has a position in each of `rings`.
    pub(super) fn new(rings: &'a [Ring], place: Place) -> Self {
        Self {
            rings,
            place,
            missed: 0,
        }
    }

    /// The next record, with its first [`PART`] bytes. None: there is no other yet.
    pub(crate) fn next(&mut self) -> Option<Kept> {
        while let Some(index) = self.earliest() {
            let position = &mut self.place.positions_mut()[index];
            let id = Id {
                ring: index,
                number: *position,
            };
            *position += 1;
            let kept = Kept::read(id, &self.rings[index], PART);
            if kept.is_some() {
                return kept;
            }
            self.missed += 1;
        }
        None
    }

    /// At most [`PART`] bytes of a record that was read, from this one on, which is a multiple of eight. None: the
    /// record is overwritten, and counted as missed.
    pub(crate) fn part(&mut self, id: Id, from: usize) -> Option<Vec<u8>> {
        let part = Kept::part(id, &self.rings[id.ring], from, PART);
        self.missed += u64::from(part.is_none());
        part
    }

    /// Makes the record that was read last the next one again.
    pub(crate) fn unread(&mut self, id: Id) {
        self.place.positions_mut()[id.ring] = id.number;
    }

    /// The ring whose next record is the earliest.
    fn earliest(&mut self) -> Option<usize> {
        let positions = self.place.positions_mut().iter_mut();
        let rings = self.rings.iter().zip(positions).enumerate();
        let times = rings.filter_map(|(index, (ring, position))| {
            let time = next_time(ring, position, &mut self.missed)?;
            Some((time, index))
        });
        Some(times.min()?.1)
    }

    /// The place behind the records that were read.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// How many records were overwritten before they were read.
    pub(crate) fn missed(&self) -> u64 {
        self.missed
    }
}

/// The time of the record at `position`. If that is overwritten, the position moves to the oldest record.
fn next_time(ring: &Ring, position: &mut u64, missed: &mut u64) -> Option<u64> {
    let mut time = [0];
    if *position >= ring.end() {
        return None;
    }
    if ring.copy(*position, 0, &mut time).is_none() {
        let oldest = ring.oldest().max(*position + 1);
        *missed += oldest - *position;
        *position = oldest;
        ring.copy(oldest, 0, &mut time)?;
    }
    Some(time[0])
}
