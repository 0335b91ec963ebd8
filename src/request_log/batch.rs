//! A worker's batch: the formatted records of what one read brought.
//!
//! The recorder fills it, the queue empties it. What always holds: it has whole records; the memory that it
//! keeps for the next ones is bounded.

/// The memory that a batch keeps: enough for a record of the default `--log-body` in each format, which
/// else would be allocated for each such record, in steps.
const KEPT: usize = 512 * 1024;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
}

impl Batch {
    /// Adds a record, which is what `write` appends.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All records, one behind the other.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where each record ends in [`Batch::bytes`].
    pub(super) fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// Forgets its records.
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
    fn memory_is_given_back_behind_a_long_record() {
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
