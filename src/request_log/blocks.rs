//! What waits in the queue: blocks of whole records, in the order in which they came.
//!
//! The queue appends the workers' batches under its lock, and the writer takes a block at a time. What always holds:
//! [`Blocks::size`] is the memory of all blocks, where records begin and what is left free in a block included; only
//! the last block's free part does not count, until another one follows.

use std::collections::VecDeque;

use super::batch::{BLOCK, Batch};

/// The longest record that is put into a block with others. A longer one would leave much of the block before it
/// free.
const SHARED: usize = BLOCK / 4;

/// How many empty blocks are kept. Under load the writer waits for four to be filled.
const SPARE: usize = 4;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    queued: VecDeque<Batch>,
    size: usize,
    spare: Vec<Batch>,
}

impl Blocks {
    /// The memory of what waits.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// How many blocks wait.
    pub(super) fn count(&self) -> usize {
        self.queued.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queued.is_empty()
    }

    /// How many records wait.
    pub(super) fn records(&self) -> usize {
        self.queued.iter().map(Batch::records).sum()
    }

    /// Appends the records of `batch`.
    pub(super) fn append(&mut self, batch: &Batch) {
        let length = batch.bytes().len();
        let mut from = 0;
        while from < length {
            if let Some(last) = self.queued.back_mut() {
                let before = last.size();
                from = last.append(batch, from);
                self.size += last.size() - before;
            }
            if from < length {
                self.open(batch.length_at(from));
            }
        }
    }

    /// Opens a block that has room for a record of this length.
    fn open(&mut self, record: usize) {
        if let Some(last) = self.queued.back_mut() {
            let before = last.size();
            let old = last.trim();
            self.size = self.size - before + last.memory();
            self.keep(old);
        }
        let block = match self.spare.pop() {
            Some(spare) if record <= SHARED => spare,
            spare => {
                self.keep(spare);
                Batch::with_capacity(if record <= SHARED { BLOCK } else { record })
            }
        };
        self.queued.push_back(block);
    }

    /// Takes the first block.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let block = self.queued.pop_front()?;
        let is_last = self.queued.is_empty();
        self.size -= if is_last {
            block.size()
        } else {
            block.memory()
        };
        Some(block)
    }

    /// Keeps the memory of `block` for another one, where it is a block's and not many are kept.
    pub(super) fn keep(&mut self, block: Option<Batch>) {
        if let Some(mut block) = block
            && block.is_block()
            && self.spare.len() < SPARE
        {
            block.clear();
            self.spare.push(block);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Records of these lengths, each of them one letter over and over.
    fn batch(records: &[(u8, usize)]) -> Batch {
        let mut batch = Batch::default();
        for &(letter, length) in records {
            let bytes = batch.begin_record();
            bytes.resize(bytes.len() + length, letter);
        }
        batch
    }

    /// The memory of what waits, the free part of the last block aside.
    fn memory(blocks: &Blocks) -> usize {
        let all: usize = blocks.queued.iter().map(Batch::memory).sum();
        let last = blocks.queued.back();
        all - last.map_or(0, Batch::memory) + last.map_or(0, Batch::size)
    }

    #[test]
    fn a_record_that_is_longer_than_a_block_has_one_of_its_own() {
        let mut blocks = Blocks::default();
        for length in [10, 2 * BLOCK, 10, BLOCK - 10, 1] {
            blocks.append(&batch(&[(b'x', length)]));
        }
        let taken: Vec<_> = std::iter::from_fn(|| blocks.take()).collect();
        let facts = |block: &Batch| (block.bytes().len(), block.memory() - block.size());
        let facts: Vec<_> = taken.iter().map(facts).collect();
        // What is free behind a few bytes is given back; the last block stays open.
        assert_eq!(
            facts,
            [(10, 0), (2 * BLOCK, 0), (BLOCK, 12), (1, BLOCK - 1)]
        );
        assert_eq!((blocks.count(), blocks.size()), (0, 0));
    }

    #[test]
    fn empty_blocks_are_used_again_and_few_are_kept() {
        let mut blocks = Blocks::default();
        for _ in 0..2 * SPARE {
            blocks.keep(Some(Batch::with_capacity(BLOCK)));
        }
        // Neither longer nor shorter ones.
        blocks.keep(Some(Batch::with_capacity(2 * BLOCK)));
        blocks.keep(Some(Batch::with_capacity(1)));
        assert_eq!(blocks.spare.len(), SPARE);
        blocks.append(&batch(&[(b'x', 10)]));
        assert_eq!(blocks.spare.len(), SPARE - 1);
    }

    fn lengths() -> impl Strategy<Value = Vec<(u8, usize)>> {
        let length = prop_oneof![6..200_usize, 200..BLOCK / 3, BLOCK / 2..2 * BLOCK];
        prop::collection::vec((any::<u8>(), length), 1..4)
    }

    proptest! {
        /// Whatever is appended and taken: the records stay whole and in order, what is counted is the
        /// memory there is, and little of it is free.
        #[test]
        fn sound(steps in prop::collection::vec((lengths(), 0..3_usize), 1..20)) {
            let mut blocks = Blocks::default();
            let (mut put, mut got) = (Vec::new(), Vec::new());
            let mut take = |blocks: &mut Blocks, count: usize| {
                for _ in 0..count.min(blocks.count()) {
                    let block = blocks.take().unwrap();
                    let last = block.record_start(block.bytes().len() - 1);
                    let letter = block.bytes()[last];
                    assert!(block.bytes()[last..].iter().all(|byte| *byte == letter));
                    got.extend_from_slice(block.bytes());
                    blocks.keep(Some(block));
                }
            };
            for (lengths, takes) in &steps {
                let batch = batch(lengths);
                put.extend_from_slice(batch.bytes());
                blocks.append(&batch);
                prop_assert_eq!(blocks.size(), memory(&blocks));
                take(&mut blocks, *takes);
            }
            let closed = blocks.queued.len().saturating_sub(1);
            let used: usize = blocks.queued.iter().take(closed).map(Batch::size).sum();
            let all: usize = blocks.queued.iter().take(closed).map(Batch::memory).sum();
            prop_assert!(all <= used + used / 8 + 1024 * closed, "{} of {}", used, all);
            take(&mut blocks, usize::MAX);
            prop_assert_eq!(blocks.size(), 0);
            prop_assert!(put == got);
        }
    }
}
