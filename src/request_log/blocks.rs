//! Formatted records in blocks of memory, which the queue fills and the writer empties.
//!
//! A record goes on in the next block where one is full, so that no memory is left free. What always holds:
//! the last byte of the last block ends a record; blocks are used again, and their number is that of the
//! most that were in use at once.

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

/// Blocks that can be filled again.
#[derive(Debug, Default)]
pub(super) struct Free(Vec<Block>);

impl Free {
    /// Takes one back. A long record's is freed.
    fn add(&mut self, mut block: Block) {
        if !block.is_long() {
            block.bytes.clear();
            block.lasts.clear();
            self.0.push(block);
        }
    }

    fn get(&mut self) -> Block {
        self.0.pop().unwrap_or_else(|| Block::new(BLOCK))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
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
    /// The bytes behind `start`, and what is known of their ends.
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

    /// So many bytes more are written. Gives back the blocks that nothing is left in.
    pub(super) fn wrote(&mut self, bytes: usize, free: &mut Free) {
        let written = self.start + self.part + bytes;
        let before = self.records();
        let mut start = self.start;
        let mut passed = 0;
        for block in &self.queued {
            let length = block.bytes.len().min(written - passed);
            let (_, last) = block.ends_within(length);
            start = last.map_or(start, |last| start.max(passed + last));
            passed += length;
            if length < block.bytes.len() {
                break;
            }
        }
        (self.start, self.part) = (start, written - start);
        while let Some(first) = self
            .queued
            .pop_front_if(|first| first.bytes.len() <= self.start)
        {
            self.start -= first.bytes.len();
            free.add(first);
        }
        self.size -= bytes + (before - self.records()) * size_of::<u16>();
    }

    /// The record that is written in part has to be written anew.
    pub(super) fn begin_again(&mut self) {
        self.size += mem::take(&mut self.part);
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
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Records of these lengths, each with its number in all its bytes.
    fn batch(records: &[usize]) -> Batch {
        let mut batch = Batch::default();
        for (number, &length) in records.iter().enumerate() {
            let letter = u8::try_from(number % 256).unwrap();
            batch.add(|bytes| bytes.resize(bytes.len() + length, letter));
        }
        batch
    }

    /// What would be written next.
    fn next(blocks: &Blocks, at_most: Option<usize>) -> Vec<u8> {
        blocks.next(at_most, |pieces| {
            pieces.iter().flat_map(|piece| piece.to_vec()).collect()
        })
    }

    /// The memory of the blocks in use.
    fn memory(blocks: &Blocks) -> usize {
        let of_block = |block: &Block| block.bytes.capacity() + 2 * block.lasts.capacity();
        blocks.queued.iter().map(of_block).sum()
    }

    #[test]
    fn a_write_has_whole_records() {
        let lengths = [100, WRITE - 50, 200, LONG, 10, LONG + 1, 1];
        let batch = batch(&lengths);
        let (mut blocks, mut free) = (Blocks::default(), Free::default());
        blocks.append(&batch, &mut free);
        let mut writes = Vec::new();
        while !blocks.is_empty() {
            let length = next(&blocks, None).len();
            assert!(
                batch
                    .ends()
                    .contains(&(writes.iter().sum::<usize>() + length))
            );
            writes.push(length);
            blocks.wrote(length, &mut free);
        }
        assert_eq!(writes.iter().sum::<usize>(), batch.bytes().len());
        assert!(writes.len() >= 3, "{writes:?}");
    }

    #[test]
    fn a_record_is_written_anew_from_its_first_byte() {
        let (mut blocks, mut free) = (Blocks::default(), Free::default());
        blocks.append(&batch(&[10, 3 * BLOCK, 10]), &mut free);
        let size = blocks.size();
        blocks.wrote(10 + 2 * BLOCK, &mut free);
        assert_eq!(
            (blocks.records(), blocks.size()),
            (2, size - 12 - 2 * BLOCK)
        );
        blocks.begin_again();
        let rest = next(&blocks, None);
        assert_eq!((rest.len(), rest[0]), (3 * BLOCK + 10, 1));
        assert_eq!(blocks.size(), size - 12);
    }

    #[test]
    fn blocks_are_used_again_and_long_ones_are_freed() {
        let (mut blocks, mut free) = (Blocks::default(), Free::default());
        for _ in 0..3 {
            blocks.append(&batch(&[BLOCK, BLOCK, LONG + 1]), &mut free);
            blocks.clear(&mut free);
            assert_eq!((free.0.len(), blocks.size()), (2, 0));
        }
    }

    fn lengths() -> impl Strategy<Value = Vec<usize>> {
        let length = prop_oneof![
            20..200_usize,
            200..BLOCK / 3,
            BLOCK / 2..2 * BLOCK,
            LONG - 100..LONG + 100,
        ];
        vec(length, 1..5)
    }

    proptest! {
        /// However records are appended and written: the bytes come out in order, writes to a file end
        /// with a record, the records are counted, and little memory is taken beside theirs.
        #[test]
        fn sound(steps in vec((lengths(), vec((any::<bool>(), 1..2 * LONG), 0..4)), 1..12)) {
            let (mut blocks, mut free) = (Blocks::default(), Free::default());
            let (mut put, mut ends, mut got) = (Vec::new(), Vec::new(), Vec::new());
            for (lengths, writes) in &steps {
                let batch = batch(lengths);
                ends.extend(batch.ends().iter().map(|end| end + put.len()));
                put.extend_from_slice(batch.bytes());
                blocks.append(&batch, &mut free);
                for &(is_file, taken) in writes {
                    let bytes = next(&blocks, (!is_file).then_some(BLOCK));
                    let end = got.len() + bytes.len();
                    prop_assert!(!is_file || bytes.is_empty() || ends.contains(&end));
                    let taken = taken.min(bytes.len());
                    got.extend_from_slice(&bytes[..taken]);
                    blocks.wrote(taken, &mut free);
                    let left = ends.iter().filter(|&&end| end > got.len()).count();
                    prop_assert_eq!(blocks.records(), left);
                    prop_assert_eq!(blocks.size(), put.len() - got.len() + 2 * left);
                }
                let most = blocks.size() / 16 * 17 + blocks.part + 2 * BLOCK;
                prop_assert!(memory(&blocks) <= most, "{} of {}", memory(&blocks), most);
            }
            while !blocks.is_empty() {
                let bytes = next(&blocks, None);
                got.extend_from_slice(&bytes);
                blocks.wrote(bytes.len(), &mut free);
            }
            prop_assert!(put == got);
            prop_assert_eq!(blocks.size(), 0);
        }
    }
}
