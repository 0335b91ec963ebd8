//! The request that is not complete yet: its first bytes, and the number of the others. Pure.
//!
//! [`super::stream`] fills it piece by piece and emits it as one record.
//!
//! # Invariants
//!
//! - `bytes` holds at most the longest head and [`Limits::kept_body`](super::Limits::kept_body).
//! - Each byte that was added is either kept or counted.

use std::ops::Range;

use super::captured::{Captured, State};
use super::cut::behind_a_character;
use super::head::Head;
use super::refusal::Refusal;
use crate::growth::extend;

/// The capacity, in bytes, that the buffer keeps from one request to the next.
const KEPT_CAPACITY: usize = 4 * 1024;

/// The unfinished request of a connection, if any.
#[derive(Debug, Default)]
pub(super) struct Pending {
    bytes: Vec<u8>,
    omitted: u64,
    /// How many more bytes may be kept after the head.
    room: usize,
    /// The length of the head. 0 until the head is whole.
    head: usize,
    /// Where the target is in `bytes`. Empty until the head is whole.
    target: Range<usize>,
    /// The faults of form in the head.
    odd: Box<[Refusal]>,
}

impl Pending {
    /// Whether no byte was added since the last record.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.omitted == 0
    }

    /// The bytes that are kept. Of a head these are all.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the request begins with `bytes`, after any empty lines.
    pub(super) fn begins_with(&self, bytes: &[u8]) -> bool {
        let is_line_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let start = self.bytes.iter().take_while(is_line_end).count();
        self.bytes[start..].starts_with(bytes)
    }

    /// The length so far, in bytes: kept and omitted.
    pub(super) fn length(&self) -> u64 {
        self.bytes.len() as u64 + self.omitted
    }

    /// The length of the body so far, in bytes: kept and omitted.
    pub(super) fn body(&self) -> u64 {
        self.length() - self.head as u64
    }

    /// Adds bytes of a head that has at most `longest` bytes.
    pub(super) fn add_head(&mut self, bytes: &[u8], longest: usize) {
        extend(&mut self.bytes, bytes, longest);
    }

    /// Removes all but the first `length` bytes of a head.
    pub(super) fn truncate_head(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Notes that the bytes so far are this head, and that `room` more may be kept.
    pub(super) fn end_head(&mut self, head: Head, room: usize) {
        self.head = head.length;
        self.target = head.target;
        self.odd = head.odd;
        self.room = room;
    }

    /// Sets how many more bytes may be kept.
    pub(super) fn set_room(&mut self, room: usize) {
        self.room = room;
    }

    /// Keeps as many bytes as there is room for, and counts the others.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let taken = bytes.len().min(self.room);
        let longest = self.bytes.len() + self.room;
        extend(&mut self.bytes, &bytes[..taken], longest);
        self.room -= taken;
        self.omitted += (bytes.len() - taken) as u64;
    }

    /// Gives `emit` the request, and begins the next.
    pub(super) fn emit(&mut self, number: u64, state: State, emit: impl FnOnce(Captured<'_>)) {
        let (raw, omitted) = behind_a_character(&self.bytes, self.omitted);
        emit(Captured {
            number,
            raw,
            omitted,
            state,
            head: self.head,
            target: &self.bytes[self.target.clone()],
            odd: &self.odd,
        });
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_CAPACITY);
        self.omitted = 0;
        self.head = 0;
        self.target = 0..0;
        self.odd = Box::default();
    }
}
