//! Finds the end of a head that comes in pieces. Pure.
//!
//! [`super::stream`] keeps the pieces, and [`super::head`] parses them. The search decides when a parse
//! can have a new result.
//!
//! # Invariants
//!
//! - The result does not depend on how the head is cut.
//! - All parses together read at most a few times the length of the head.
//! - Bytes that may belong to another protocol are refused only once that is certain.

use memchr::{memchr, memchr_iter};

use super::head::{self, Head};
use super::limits::Limits;
use super::protocol::{self, Guess};
use super::refusal::Refusal;

/// What the first bytes of a request are.
pub(super) enum Found {
    /// A whole head.
    Whole(Head),
    /// The beginning of a head.
    Partial,
    /// No head, whatever follows.
    Refused(Refusal),
}

/// The progress of the search for one head.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// How many bytes were searched for the end.
    searched: usize,
    /// How many of them are the empty lines before the head, which end nothing.
    empty_lines: usize,
    /// The length at which the head is parsed again, to refuse garbage before it ends.
    parse_at: usize,
    /// Whether a line has ended since the head began.
    has_line: bool,
}

impl Search {
    /// Looks for a head at the start of `window`: the bytes of the last call and more, at most as many as
    /// the longest head. Looks for other protocols only in the first request of a connection.
    pub(super) fn find(&mut self, window: &[u8], is_first: bool, limits: &Limits) -> Found {
        let is_full = window.len() >= limits.head;
        if !self.is_worth_parsing(window) && !is_full {
            return Found::Partial;
        }
        match head::parse(window, limits) {
            Ok(Some(head)) => Found::Whole(head),
            Ok(None) if is_full => Found::Refused(head::too_long(window, limits)),
            Ok(None) => Found::Partial,
            Err(refusal) if is_first => match protocol::guess(window) {
                Guess::Like(protocol) => Found::Refused(refusal.looks_like(protocol)),
                Guess::Early if !is_full => {
                    // The next byte may decide.
                    self.parse_at = window.len() + 1;
                    Found::Partial
                }
                Guess::Early | Guess::Unknown => Found::Refused(refusal),
            },
            Err(refusal) => Found::Refused(refusal),
        }
    }

    /// Whether the bytes so far are more than empty lines.
    pub(super) fn has_begun(&self) -> bool {
        self.empty_lines < self.searched
    }

    fn is_worth_parsing(&mut self, window: &[u8]) -> bool {
        let rest = window[self.empty_lines..].iter();
        let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        self.empty_lines += rest.take_while(is_end).count();
        let is_worth =
            window.len() >= self.parse_at || self.ends_first_line(window) || self.has_end(window);
        self.searched = window.len();
        if is_worth {
            // Doubled each time: all parses together read at most twice the head.
            self.parse_at = window.len() * 2;
        }
        is_worth
    }

    /// Whether the request line may have ended since the last call. Its faults are then certain, and a
    /// client may wait for the answer before it sends more.
    fn ends_first_line(&mut self, window: &[u8]) -> bool {
        let from = self.searched.max(self.empty_lines);
        let is_first = !self.has_line && memchr(b'\n', &window[from..]).is_some();
        self.has_line |= is_first;
        is_first
    }

    /// Whether an empty line after the first line has come since the last call.
    fn has_end(&self, window: &[u8]) -> bool {
        // The two line feeds around an empty line are at most two bytes apart.
        let from = self.searched.saturating_sub(2).max(self.empty_lines);
        memchr_iter(b'\n', &window[from..]).any(|at| {
            let after = &window[from + at + 1..];
            after.starts_with(b"\n") || after.starts_with(b"\r\n")
        })
    }
}

/// The fault of an unfinished head, if one is certain. [`Search::find`] does not parse after every read.
pub(super) fn fault_of(head: &[u8], is_first: bool, limits: &Limits) -> Option<Refusal> {
    let refusal = head::parse(head, limits).err()?;
    Some(name_protocol(refusal, head, is_first))
}

/// Adds to the refusal of a head the protocol that its bytes look like.
pub(super) fn name_protocol(refusal: Refusal, head: &[u8], is_first: bool) -> Refusal {
    match protocol::guess(head) {
        Guess::Like(protocol) if is_first => refusal.looks_like(protocol),
        _ => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes all parses read of a head that comes byte by byte.
    fn parsed(head: &str) -> usize {
        let mut search = Search::default();
        let windows = (1..=head.len()).map(|length| &head.as_bytes()[..length]);
        windows
            .filter(|window| search.is_worth_parsing(window))
            .map(<[u8]>::len)
            .sum()
    }

    #[test]
    fn a_head_in_pieces_is_parsed_a_few_times() {
        for head in [
            format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(1000)),
            format!("GET /{} HTTP/1.0\r\n\r\n", "a".repeat(10_000)),
            "\n".repeat(10_000),
            format!("{}GET / HTTP/1.0\r\n\r\n", "\r\n".repeat(10_000)),
        ] {
            let parsed = parsed(&head);
            assert!(parsed <= 4 * head.len(), "{parsed} of {}", head.len());
        }
    }
}
