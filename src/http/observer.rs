//! What a tap shows to its observer, and what the observer decides.

use std::ops::Range;
use std::task::{Context, Poll};

/// What becomes of the bytes that have not passed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// How many pass, from the first on.
    pub bytes: usize,
    /// Which of them [`Observer::hide`] replaces, counted from the first.
    pub hidden: Vec<Range<usize>>,
    /// Which of them the reader does not get, counted from the first, in order.
    pub dropped: Vec<Range<usize>>,
    /// Whether the reader gets nothing after these.
    pub is_last: bool,
    /// Whether the output is corked from now on: several answers will be written at once.
    pub corks: bool,
    /// How many more bytes of a body are known to come that the reader takes at once.
    pub body: u64,
}

impl Pass {
    /// Hides and drops what the reader may not get of `bytes`, those that pass. Returns how many bytes are
    /// left, from the first on.
    pub(super) fn apply<O: Observer>(&self, bytes: &mut [u8]) -> usize {
        for range in &self.hidden {
            O::hide(&mut bytes[range.clone()]);
        }
        let mut left = bytes.len();
        for range in self.dropped.iter().rev() {
            bytes.copy_within(range.end..left, range.start);
            left -= range.len();
        }
        left
    }
}

/// How far what was written has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The peer takes nothing at the moment.
    Nothing,
    /// The peer took some.
    Some,
    /// The writer flushed, and all has left.
    All,
}

/// Sees what a [`TapIo`](super::tap::TapIo) reads, and decides what of it passes.
pub trait Observer {
    /// Ready when the next bytes may be read.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// These bytes were read.
    fn read(&mut self, bytes: &[u8]) -> Pass;

    /// Replaces bytes that the reader may not get as they are.
    fn hide(bytes: &mut [u8]);

    /// The peer has ended its side.
    fn ended(&mut self);

    /// Reading or writing failed.
    fn failed(&mut self);

    /// What was written has come this far.
    fn sent(&mut self, sent: Sent);
}
