//! A batch: the formatted records of one read.
//!
//! The recorder of a worker fills it, and the queue empties it.
//!
//! # Invariants
//!
//! It holds whole records. The memory that it keeps for the next records is bounded.

/// The memory, in bytes, that an empty batch keeps: enough for a record of the default `--log-body` in each
/// format, so that such a record needs no allocation.
const KEPT: usize = 512 * 1024;

/// The formatted records of one read.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// The end of each record in `bytes`.
    ends: Vec<usize>,
}

impl Batch {
    /// Adds the record that `write` appends.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All records, one after the other.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The end of each record in [`Batch::bytes`].
    pub(super) fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// Removes all records.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_long_record_is_freed() {
        for (length, is_kept) in [(KEPT, true), (KEPT + 1, false)] {
            let mut batch = Batch::default();
            batch.add(|bytes| {
                bytes.reserve_exact(length);
                bytes.resize(length, b'x');
            });
            batch.clear();
            assert_eq!(batch.bytes.capacity() > 0, is_kept, "{length}");
        }
    }
}
