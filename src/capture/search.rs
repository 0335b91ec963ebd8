//! The search for the end of a head that comes in pieces. Pure.
//!
//! Stands between [`super::stream`], which keeps the pieces, and [`super::head`], which parses them.
//! What always holds: however the pieces are cut, what is found is the same, and all attempts
//! together read no more than a few times the head. Bytes that may turn out to be another protocol's
//! are not refused before that is known.

use memchr::{memchr, memchr_iter};

use super::head::{self, Head, HeadLimits};
use super::protocol::{self, Look};
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
    /// How much of that is empty lines before the head, which end nothing.
    empty_lines: usize,
    /// At this length it is parsed again, to refuse garbage before it ends.
    parse_at: usize,
    /// A line was seen to end since the head began.
    has_line: bool,
}

impl Search {
    /// Looks for a head of at most `longest_head` bytes at the start of `window`, which never has
    /// more, and is what was seen before with more behind it. Other protocols are only looked for
    /// where it `is_first` on its connection.
    pub(super) fn look(
        &mut self,
        window: &[u8],
        is_first: bool,
        longest_head: usize,
        limits: HeadLimits,
    ) -> Seen {
        let is_full = window.len() >= longest_head;
        if !self.is_worth_parsing(window) && !is_full {
            return Seen::Partial;
        }
        match head::parse(window, limits) {
            Ok(Some(head)) => Seen::Whole(head),
            Ok(None) if is_full => Seen::Refused(head::too_long(window, limits)),
            Ok(None) => Seen::Partial,
            Err(refusal) if is_first => match protocol::look(window) {
                Look::Like(protocol) => Seen::Refused(refusal.looks_like(protocol)),
                Look::Early if !is_full => {
                    // The next byte may be the one that tells.
                    self.parse_at = window.len() + 1;
                    Seen::Partial
                }
                Look::Early | Look::Unknown => Seen::Refused(refusal),
            },
            Err(refusal) => Seen::Refused(refusal),
        }
    }

    /// Whether what was seen is more than empty lines.
    pub(super) fn has_begun(&self) -> bool {
        self.empty_lines < self.searched
    }

    fn is_worth_parsing(&mut self, window: &[u8]) -> bool {
        let behind = window[self.empty_lines..].iter();
        let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        self.empty_lines += behind.take_while(is_end).count();
        let is_worth =
            window.len() >= self.parse_at || self.ends_first_line(window) || self.has_end(window);
        self.searched = window.len();
        if is_worth {
            // Doubled each time, so that all attempts together read no more than twice the head.
            self.parse_at = window.len() * 2;
        }
        is_worth
    }

    /// Whether the request line may have ended since the last look: what is wrong with it is known
    /// then, and its client may send no more.
    fn ends_first_line(&mut self, window: &[u8]) -> bool {
        let from = self.searched.max(self.empty_lines);
        let is_first = !self.has_line && memchr(b'\n', &window[from..]).is_some();
        self.has_line |= is_first;
        is_first
    }

    /// Whether an empty line behind something has come since the last look.
    fn has_end(&self, window: &[u8]) -> bool {
        // The line feeds of an empty line are at most two bytes apart.
        let from = self.searched.saturating_sub(2).max(self.empty_lines);
        memchr_iter(b'\n', &window[from..]).any(|at| {
            let after = &window[from + at + 1..];
            after.starts_with(b"\n") || after.starts_with(b"\r\n")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes are parsed of a head that comes byte by byte, over all attempts.
    fn parsed(head: &str) -> usize {
        let mut search = Search::default();
        let windows = (1..=head.len()).map(|length| &head.as_bytes()[..length]);
        windows
            .filter(|window| search.is_worth_parsing(window))
            .map(<[u8]>::len)
            .sum()
    }

    #[test]
    fn a_head_in_pieces_is_read_a_few_times() {
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
