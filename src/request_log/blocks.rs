//! Formatted records in blocks of memory. The queue fills the blocks, and the writer empties them.
//!
//! A record may continue in the next block, so that little memory is unused.
//!
//! # Invariants
//!
//! - The last byte of the last block ends a record.
//! - A block is kept until its last record is wholly written, because the record may be written again.
//! - The number of unused blocks is bounded.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::mem;

use super::batch::Batch;

/// The size of a block, in bytes. The offset of a byte in a block has 16 bits.
pub(super) const BLOCK: usize = 64 * 1024;

/// The longest record, in bytes, that shares blocks with others. A longer record gets a block of its own
/// size, so that one write can have all of it: the kernel accepts a bounded number of pieces.
const LONG: usize = 1024 * 1024;

/// The length of a write to a file, in bytes, unless its one record is longer.
const WRITE: usize = 256 * 1024;

/// The most pieces of a write: [`WRITE`] bytes and the rest of a record, neither on the border of a block.
const PIECES: usize = (WRITE + LONG) / BLOCK + 2;

/// A block of memory, filled in part.
#[derive(Debug)]
struct Block {
    bytes: Vec<u8>,
    /// The offset of the last byte of each record that ends in the block. Empty for a long record.
    lasts: Vec<u16>,
}

impl Block {
    fn new(size: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(size),
            lasts: Vec::new(),
        }
    }

    fn room(&self) -> usize {
        self.bytes.capacity() - self.bytes.len()
    }

    /// Whether the block is that of one long record.
    fn is_long(&self) -> bool {
        self.bytes.capacity() > BLOCK
    }

    fn end_record(&mut self) {
        if !self.is_long() {
            let last = u16::try_from(self.bytes.len() - 1);
            self.lasts.push(last.unwrap_or(u16::MAX));
        }
    }

    /// How many records end within the first `length` bytes, and the end of the last of them.
    fn ends_within(&self, length: usize) -> (usize, Option<usize>) {
        if self.is_long() {
            let is_whole = length == self.bytes.len();
            return (usize::from(is_whole), is_whole.then_some(length));
        }
        let count = self
            .lasts
            .partition_point(|&last| usize::from(last) < length);
        let last = count.checked_sub(1).map(|last| self.lasts[last]);
        (count, last.map(|last| usize::from(last) + 1))
    }
}

/// How many unused blocks are kept: as many as the default `--log-queue` needs.
const KEPT: usize = 64;

/// The unused blocks: those that are kept, and those that are to be freed.
#[derive(Debug, Default)]
pub(super) struct Unused {
    kept: Vec<Block>,
    excess: Vec<Block>,
}

impl Unused {
    fn add(&mut self, mut block: Block) {
        if block.is_long() || self.kept.len() == KEPT {
            self.excess.push(block);
        } else {
            block.bytes.clear();
            block.lasts.clear();
            self.kept.push(block);
        }
    }

    fn get(&mut self) -> Block {
        self.kept.pop().unwrap_or_else(|| Block::new(BLOCK))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The blocks to be freed. The caller drops them without the lock, because that takes time.
    pub(super) fn take_excess(&mut self) -> impl Sized + use<> {
        mem::take(&mut self.excess)
    }
}

/// A queue of records, of which the first may be written in part.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    queued: VecDeque<Block>,
    /// The offset in the first block of the first record that is not wholly written.
    start: usize,
    /// How many bytes from `start` on are written.
    part: usize,
    /// The memory, in bytes, from `start` on: the records and their ends.
    size: usize,
}

impl Blocks {
    /// The memory of the records, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queued.is_empty()
    }

    /// How many records are not wholly written.
    pub(super) fn records(&self) -> usize {
        let all = self
            .queued
            .iter()
            .map(|block| block.ends_within(block.bytes.len()).0);
        let written = self
            .queued
            .front()
            .map(|first| first.ends_within(self.start).0);
        all.sum::<usize>() - written.unwrap_or(0)
    }

    // === Filling ===

    /// The memory, in bytes, that `batch` will take.
    pub(super) fn size_of(batch: &Batch) -> usize {
        batch.bytes().len() + batch.ends().len() * size_of::<u16>()
    }

    /// Adds the records of `batch`.
    pub(super) fn append(&mut self, batch: &Batch, unused: &mut Unused) {
        self.size += Self::size_of(batch);
        let mut from = 0;
        for &end in batch.ends() {
            self.add(&batch.bytes()[from..end], unused);
            from = end;
        }
    }

    fn add(&mut self, mut record: &[u8], unused: &mut Unused) {
        if record.len() > LONG {
            self.queued.push_back(Block::new(record.len()));
        }
        while !record.is_empty() {
            if self.queued.back().is_none_or(|last| last.room() == 0) {
                self.queued.push_back(unused.get());
            }
            if let Some(last) = self.queued.back_mut() {
                let (piece, rest) = record.split_at(record.len().min(last.room()));
                last.bytes.extend_from_slice(piece);
                if rest.is_empty() {
                    last.end_record();
                }
                record = rest;
            }
        }
    }

    // === Emptying ===

    /// Gives `write` the next bytes: at most `max`, or without it whole records, except for the written part
    /// of the first.
    pub(super) fn next<R>(&self, max: Option<usize>, write: impl FnOnce(&[IoSlice<'_>]) -> R) -> R {
        let mut pieces = [IoSlice::new(&[]); PIECES];
        let mut length = 0;
        let mut count = 0;
        for (block, from) in self.unwritten().take(PIECES) {
            let (_, last) = block.ends_within(block.bytes.len());
            let rest = block.bytes.len() - from;
            let piece = match (max, last) {
                (Some(max), _) => rest.min(max),
                (None, Some(last)) if last > from && length + rest >= WRITE => last - from,
                (None, _) => rest,
            };
            pieces[count] = IoSlice::new(&block.bytes[from..from + piece]);
            count += 1;
            length += piece;
            let is_enough = length >= WRITE && last.is_some_and(|last| last == from + piece);
            if max.is_some() || piece < rest || is_enough {
                break;
            }
        }
        write(&pieces[..count])
    }

    /// The blocks that are not wholly written, with the offset of the first unwritten byte.
    fn unwritten(&self) -> impl Iterator<Item = (&Block, usize)> {
        let mut skip = self.start + self.part;
        self.queued.iter().filter_map(move |block| {
            let from = skip.min(block.bytes.len());
            skip -= from;
            (from < block.bytes.len()).then_some((block, from))
        })
    }

    /// Notes that `bytes` more are written, and releases the blocks that are wholly written. Returns how many
    /// records that completes.
    pub(super) fn wrote(&mut self, bytes: usize, unused: &mut Unused) -> usize {
        let written = self.start + self.part + bytes;
        let mut start = self.start;
        let (mut passed, mut records) = (0, 0);
        for block in &self.queued {
            let length = block.bytes.len().min(written - passed);
            let (ended, last) = block.ends_within(length);
            let (before, _) = block.ends_within(length.min(self.start.saturating_sub(passed)));
            records += ended - before;
            start = last.map_or(start, |last| start.max(passed + last));
            passed += length;
            if passed == written {
                break;
            }
        }
        self.size -= start - self.start + records * size_of::<u16>();
        (self.start, self.part) = (start, written - start);
        while let Some(first) = self
            .queued
            .pop_front_if(|first| first.bytes.len() <= self.start)
        {
            self.start -= first.bytes.len();
            unused.add(first);
        }
        records
    }

    /// Marks the partly written record to be written again.
    pub(super) fn begin_again(&mut self) {
        self.part = 0;
    }

    /// Removes all records.
    pub(super) fn clear(&mut self, unused: &mut Unused) {
        for block in self.queued.drain(..) {
            unused.add(block);
        }
        (self.start, self.part, self.size) = (0, 0, 0);
    }
}

#[cfg(test)]
#[path = "blocks_tests.rs"]
mod tests;
