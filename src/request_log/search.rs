//! The search for the end of a head that comes in pieces. Pure.
//!
//! Stands between [`super::capture`], which keeps the pieces, and [`super::head`], which parses them.
//! What always holds: however the pieces are cut, what is found is the same, and all attempts
//! together read no more than a few times the head.

use memchr::memchr_iter;

use super::head::{self, Head, Longest};
use super::refusal::Refusal;

/// What the bytes at the start of a request are.
pub(super) enum Seen {
    /// A whole head.
    Whole(Head),
    /// The beginning of one.
    Partial,
    /// None, whatever may follow.
    Refused(Refusal),
}

/// How far one head was searched.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// How much was searched for the end.
    searched: usize,
    /// At this length it is parsed again, to refuse garbage before it ends.
    parse_at: usize,
}

impl Search {
    /// Looks for a head of at most `longest_head` bytes at the start of `window`, which never has
    /// more, and is what was seen before with more behind it.
    pub(super) fn look(&mut self, window: &[u8], longest_head: usize, longest: Longest) -> Seen {
        let is_full = window.len() >= longest_head;
        let worth_parsing = is_full || window.len() >= self.parse_at || self.has_end(window);
        self.searched = window.len();
        if !worth_parsing {
            return Seen::Partial;
        }
        // Doubled each time, so that all attempts together read no more than twice the head.
        self.parse_at = window.len() * 2;
        match head::parse(window, longest) {
            Ok(Some(head)) => Seen::Whole(head),
            Ok(None) if is_full => Seen::Refused(head::too_long(window, longest)),
            Ok(None) => Seen::Partial,
            Err(refusal) => Seen::Refused(refusal),
        }
    }

    /// Whether an empty line has come since the last look.
    fn has_end(&self, window: &[u8]) -> bool {
        // The line feeds of an empty line are at most two bytes apart.
        let from = self.searched.saturating_sub(2);
        memchr_iter(b'\n', &window[from..]).any(|at| {
            let after = &window[from + at + 1..];
            after.starts_with(b"\n") || after.starts_with(b"\r\n")
        })
    }
}
