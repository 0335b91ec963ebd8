//! Whole formatted records, one behind the other, and where each begins.
//!
//! A worker makes a batch of what one read brought. The queue holds batches of its own, its blocks, which it
//! fills from the workers' and the writer writes. What always holds: a batch has no part of a record.

use std::mem;

/// How many bytes one write to a file has, where no record is longer, and how much a block holds. A pipe takes all
/// of it before the write returns, and only then is there room for other records: with a reader of 1 MB/s, every
/// 64 ms.
pub(super) const BLOCK: usize = 64 * 1024;

/// The memory that a worker's batch keeps for the next ones: enough for a record of the default `--log-body` in each
/// format, which else would be allocated for each such record, in steps.
const KEPT: usize = 8 * BLOCK;

/// Whole formatted records.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// Where each record but the first begins. A start needs no more than 32 bits: the batch is full before.
    starts: Vec<u32>,
}

impl Batch {
    /// An empty one with the memory of so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            starts: Vec::new(),
        }
    }

    /// Begins a record, whose bytes are to be appended to what is returned.
    pub(super) fn begin_record(&mut self) -> &mut Vec<u8> {
        if !self.is_empty() {
            self.starts.push(offset(self.bytes.len()));
        }
        &mut self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether it is long enough to be queued before another record begins.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= BLOCK
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many records it has.
    pub(super) fn records(&self) -> usize {
        if self.is_empty() {
            0
        } else {
            self.starts.len() + 1
        }
    }

    /// How many records are not whole within the first `written` bytes.
    pub(super) fn records_after(&self, written: usize) -> u64 {
        let whole = if written < self.bytes.len() {
            self.starts_within(written)
        } else {
            self.records()
        };
        (self.records() - whole) as u64
    }

    /// Where the record begins that `written` bytes end in.
    pub(super) fn record_start(&self, written: usize) -> usize {
        match self.starts_within(written) {
            _ if written >= self.bytes.len() => written,
            0 => 0,
            before => self.starts[before - 1] as usize,
        }
    }

    fn starts_within(&self, written: usize) -> usize {
        self.starts
            .partition_point(|&start| start as usize <= written)
    }

    /// The memory that its records take, and where they begin.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + size_of_val(&*self.starts)
    }

    /// The memory that it has.
    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity() + self.starts.capacity() * size_of::<u32>()
    }

    fn unused(&self) -> usize {
        self.bytes.capacity() - self.bytes.len()
    }

    /// Whether it has a block's memory.
    pub(super) fn is_block(&self) -> bool {
        self.bytes.capacity() == BLOCK
    }

    /// Appends the records of `other` from byte `from` on, as many as its memory has room for. Returns where the
    /// next one begins.
    pub(super) fn append(&mut self, other: &Self, from: usize) -> usize {
        let end = other.record_start(other.bytes.len().min(from + self.unused()));
        if end <= from {
            return from;
        }
        let first = self.bytes.len();
        let moved = |start: usize| offset(first + start - from);
        if first > 0 {
            self.starts.push(moved(from));
        }
        let starts = &other.starts[other.starts_within(from)..];
        let starts = starts.iter().map(|&start| start as usize);
        self.starts
            .extend(starts.take_while(|&start| start < end).map(moved));
        self.bytes.extend_from_slice(&other.bytes[from..end]);
        end
    }

    /// The length of the record that begins at byte `from`.
    pub(super) fn length_at(&self, from: usize) -> usize {
        let next = self.starts.get(self.starts_within(from));
        next.map_or(self.bytes.len(), |&next| next as usize) - from
    }

    /// Puts its records where they have no memory to spare, where that saves much. Returns what it had before.
    pub(super) fn trim(&mut self) -> Option<Self> {
        let is_much = self.unused() > self.bytes.len() / 8;
        is_much.then(|| {
            let exact = Self {
                bytes: self.bytes.as_slice().to_vec(),
                starts: self.starts.as_slice().to_vec(),
            };
            mem::replace(self, exact)
        })
    }

    /// Forgets its records, and keeps a bounded part of its memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.starts.clear();
        if self.memory() > KEPT {
            *self = Self::default();
        }
    }
}

/// A place in a batch as it keeps it. A batch is queued when it is full, so that no record begins behind 4 GiB.
fn offset(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(records: &[&str]) -> Batch {
        let mut batch = Batch::default();
        for record in records {
            batch.begin_record().extend_from_slice(record.as_bytes());
        }
        batch
    }

    #[test]
    fn a_batch_knows_its_records() {
        let batch = batch(&["one\n", "two\n"]);
        let facts = |written| (batch.records_after(written), batch.record_start(written));
        assert_eq!(
            [0, 3, 4, 7, 8].map(facts),
            [(2, 0), (2, 0), (1, 4), (1, 4), (0, 8)]
        );
        assert_eq!([0, 4].map(|from| batch.length_at(from)), [4, 4]);
    }

    #[test]
    fn as_many_records_are_appended_as_there_is_room_for() {
        let records = batch(&["one\n", "three\n", "4\n"]);
        for (room, end) in [(0, 0), (3, 0), (4, 4), (9, 4), (10, 10), (11, 10), (12, 12)] {
            let mut block = Batch::with_capacity(room);
            assert_eq!(block.append(&records, 0), end, "room for {room}");
            assert_eq!(block.bytes(), &records.bytes()[..end]);
        }
        let mut block = Batch::with_capacity(12);
        assert_eq!(block.append(&batch(&["0\n"]), 0), 2);
        assert_eq!(block.append(&records, 4), 12);
        assert_eq!(block.bytes(), b"0\nthree\n4\n");
        assert_eq!(block.starts, [2, 8]);
    }

    #[test]
    fn memory_is_given_back_behind_a_long_record() {
        for (length, kept) in [(KEPT / 2, KEPT / 2), (KEPT + 1, 0)] {
            let mut batch = Batch::with_capacity(length);
            batch.begin_record().resize(length, b'x');
            batch.clear();
            assert_eq!(batch.memory(), kept);
        }
    }
}
