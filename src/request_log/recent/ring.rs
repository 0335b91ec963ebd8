//! A ring of records for one writer and any number of readers. It knows words, and nothing of what they mean.
//!
//! A seqlock, in which each record has its own sequence. The writer announces how far it will overwrite the
//! ring before it does. A reader copies words, and then asks whether an announced record has overwritten them.
//!
//! # Invariants
//!
//! - The writer never waits, and a reader writes nothing.
//! - A reader gets the words of a record, or none. It never gets those of two records.
//! - The memory is reserved at the start, and stays.

use std::iter;
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// The fewest words that a record has. The ring finds as many records by number as fit at this length.
const FEWEST: usize = 8;

/// The fewest words of a ring, with those that find a record by its number.
const LEAST: usize = 128;

/// The records of one writer. Records are numbered from 0, and so are the words that were ever written: the word
/// with this position is at its remainder by the length of `words`.
///
/// Two rings share no cache line, also where the processor fetches lines in pairs: their writers would slow each
/// other down.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Ring {
    words: Box<[AtomicU64]>,
    /// The position of each record, at the remainder of its number.
    starts: Box<[AtomicU64]>,
    /// How many records were begun.
    begun: AtomicU64,
    /// The position behind the record that was begun last.
    reserved: AtomicU64,
    /// How many records are complete.
    complete: AtomicU64,
}

/// Where the writer of a ring puts the next record.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tail {
    number: u64,
    position: u64,
    /// `position` as an index of the words.
    word: usize,
    /// `number` as an index of the starts.
    start: usize,
}

impl Ring {
    /// A ring of this size, in bytes, and of 1 KiB at least.
    pub(super) fn new(size: usize) -> Self {
        let all = LEAST.max(size / size_of::<u64>());
        let starts = all / (FEWEST + 1);
        Self {
            words: zeros(all - starts),
            starts: zeros(starts),
            begun: AtomicU64::new(0),
            reserved: AtomicU64::new(0),
            complete: AtomicU64::new(0),
        }
    }

    /// How many words a record may have.
    pub(super) fn longest(&self) -> usize {
        self.words.len()
    }

    /// The memory of the records, in bytes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.words) + size_of_val(&*self.starts)
    }

    // === For the writer ===

    /// Adds a record of so many words, at most the longest, which `write` stores. `tail` is the one of this ring.
    #[inline]
    pub(super) fn add(&self, tail: &mut Tail, length: usize, write: impl FnOnce(&[AtomicU64])) {
        let left = self.words.len() - tail.word;
        // The words of a record lie in a row.
        if length > left {
            tail.position += left as u64;
            tail.word = 0;
        }
        let end = tail.position + length as u64;
        let number = tail.number + 1;
        self.begun.store(number, Ordering::Relaxed);
        self.reserved.store(end, Ordering::Relaxed);
        // With the fence of a reader: who sees a word of this record sees both stores before.
        fence(Ordering::Release);
        self.starts[tail.start].store(tail.position, Ordering::Relaxed);
        write(&self.words[tail.word..tail.word + length]);
        self.complete.store(number, Ordering::Release);
        let start = tail.start + 1;
        *tail = Tail {
            number,
            position: end,
            word: tail.word + length,
            start: if start == self.starts.len() { 0 } else { start },
        };
    }

    // === For readers ===

    /// How many records were added.
    pub(super) fn end(&self) -> u64 {
        self.complete.load(Ordering::Acquire)
    }

    /// The number of the oldest record that is whole. The end if there is none.
    pub(super) fn oldest(&self) -> u64 {
        let mut after = self.end();
        let mut oldest = after.saturating_sub(self.starts.len() as u64);
        while oldest < after {
            let middle = oldest + (after - oldest) / 2;
            if self.copy(middle, 0, &mut []).is_some() {
                after = middle;
            } else {
                oldest = middle + 1;
            }
        }
        oldest
    }

    /// Copies words of a record, from this one on. None if the record is overwritten, or not there yet.
    pub(super) fn copy(&self, number: u64, from: usize, words: &mut [u64]) -> Option<()> {
        if number >= self.end() {
            return None;
        }
        let start = self.starts[remainder(number, self.starts.len())].load(Ordering::Relaxed);
        let from = remainder(start, self.words.len()) + from;
        // Out of bounds: the start is another record's.
        let source = self.words.get(from..from + words.len())?;
        for (word, source) in words.iter_mut().zip(source) {
            *word = source.load(Ordering::Relaxed);
        }
        fence(Ordering::Acquire);
        let is_its_start = self.begun.load(Ordering::Relaxed) - number <= self.starts.len() as u64;
        let overwritten = self.reserved.load(Ordering::Relaxed);
        let is_whole = overwritten <= start + self.words.len() as u64;
        (is_its_start && is_whole).then_some(())
    }
}

fn zeros(count: usize) -> Box<[AtomicU64]> {
    iter::repeat_with(AtomicU64::default).take(count).collect()
}

fn remainder(number: u64, length: usize) -> usize {
    // Less than the length, so that it fits.
    usize::try_from(number % length as u64).unwrap_or(0)
}
