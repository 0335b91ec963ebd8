//! Formatted records in blocks of memory, which the queue fills and the writer empties.
//!
//! A record goes on in the next block where one is full, so that little memory is left free. What always holds:
//! the last byte of the last block ends a record; a block stays until its last record is wholly written,
//! which may have to begin again; few free blocks are kept.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::mem;

use super::batch::Batch;

/// The size of a block, in bytes. The place of a byte in it has 16 bits.
pub(super) const BLOCK: usize = 64 * 1024;

/// A longer record has a block of its own, of just its size, so that one write can have it all: the kernel
/// takes a bounded number of pieces.
const LONG: usize = 1024 * 1024;

/// How much a write to a file has, unless its one record is longer.
const WRITE: usize = 256 * 1024;

/// The most pieces that a write has: so much and a record that goes on behind it, neither of them on a
/// block's border.
const PIECES: usize = (WRITE + LONG) / BLOCK + 2;

/// Memory, and what of it is filled.
#[derive(Debug)]
struct Block {
    bytes: Vec<u8>,
    /// The last byte of each record that ends in it. Of a block with one long record it is not kept.
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

    /// Whether it has one long record, and else a block's size.
    fn is_long(&self) -> bool {
        self.bytes.capacity() > BLOCK
    }

    fn end_record(&mut self) {
        if !self.is_long() {
            let last = u16::try_from(self.bytes.len() - 1);
            self.lasts.push(last.unwrap_or(u16::MAX));
        }
    }

    /// How many records end within its first `length` bytes, and where the last of them does.
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

/// How many free blocks are kept: as many as the default `--log-queue` takes.
const KEPT: usize = 64;

/// Blocks that can be filled again, and those that are to be freed.
#[derive(Debug, Default)]
pub(super) struct Free {
    kept: Vec<Block>,
    excess: Vec<Block>,
}

impl Free {
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

    /// What is to be freed, which may take its time: not under a lock.
    pub(super) fn take_excess(&mut self) -> impl Sized + use<> {
        mem::take(&mut self.excess)
    }
}

/// Records, of which the first may be written in part.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    queued: VecDeque<Block>,
    /// Where the first record that is not written begins in the first block.
    start: usize,
    /// How much of what begins there is written.
    part: usize,
    /// The bytes from `start` on, and what is known of their ends.
    size: usize,
}

impl Blocks {
    /// The memory that its records take, in bytes.
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

    /// The memory that `batch` will take.
    pub(super) fn size_of(batch: &Batch) -> usize {
        batch.bytes().len() + batch.ends().len() * size_of::<u16>()
    }

    /// Adds the records of `batch`.
    pub(super) fn append(&mut self, batch: &Batch, free: &mut Free) {
        self.size += Self::size_of(batch);
        let mut from = 0;
        for &end in batch.ends() {
            self.add(&batch.bytes()[from..end], free);
            from = end;
        }
    }

    fn add(&mut self, mut record: &[u8], free: &mut Free) {
        if record.len() > LONG {
            self.queued.push_back(Block::new(record.len()));
        }
        while !record.is_empty() {
            if self.queued.back().is_none_or(|last| last.room() == 0) {
                self.queued.push_back(free.get());
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

    /// Gives `write` what comes next. Not more than so many bytes, or else whole records, but for the
    /// part of the first that is written already.
    pub(super) fn next<R>(
        &self,
        at_most: Option<usize>,
        write: impl FnOnce(&[IoSlice<'_>]) -> R,
    ) -> R {
        let mut pieces = [IoSlice::new(&[]); PIECES];
        let mut length = 0;
        let mut count = 0;
        for (block, from) in self.unwritten().take(PIECES) {
            let (_, last) = block.ends_within(block.bytes.len());
            let rest = block.bytes.len() - from;
            let piece = match (at_most, last) {
                (Some(most), _) => rest.min(most),
                (None, Some(last)) if last > from && length + rest >= WRITE => last - from,
                (None, _) => rest,
            };
            pieces[count] = IoSlice::new(&block.bytes[from..from + piece]);
            count += 1;
            length += piece;
            let is_enough = length >= WRITE && last.is_some_and(|last| last == from + piece);
            if at_most.is_some() || piece < rest || is_enough {
                break;
            }
        }
        write(&pieces[..count])
    }

    /// The blocks that are not wholly written, and from where on.
    fn unwritten(&self) -> impl Iterator<Item = (&Block, usize)> {
        let mut skip = self.start + self.part;
        self.queued.iter().filter_map(move |block| {
            let from = skip.min(block.bytes.len());
            skip -= from;
            (from < block.bytes.len()).then_some((block, from))
        })
    }

    /// So many bytes more are written. Gives back the blocks that nothing is left in, and returns how many
    /// records are whole by that.
    pub(super) fn wrote(&mut self, bytes: usize, free: &mut Free) -> usize {
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
            free.add(first);
        }
        records
    }

    /// The record that is written in part has to be written anew.
    pub(super) fn begin_again(&mut self) {
        self.part = 0;
    }

    /// Forgets all records.
    pub(super) fn clear(&mut self, free: &mut Free) {
        for block in self.queued.drain(..) {
            free.add(block);
        }
        (self.start, self.part, self.size) = (0, 0, 0);
    }
}

#[cfg(test)]
#[path = "blocks_tests.rs"]
mod tests;
