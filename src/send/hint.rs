//! What may help where a server gives no answer, judged by what it was sent.
//!
//! What always holds: a hint stands behind an error and never in its place, and memory does not
//! grow with what is sent.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Formatter};

/// How much of the beginning is looked at: as much as a service takes for a request's head.
const LOOKED_AT: usize = 64 * 1024;

/// What stands behind an error. Nothing, where there is nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Nothing to say.
    None,
    /// The writing side was shut down, and some servers take that for an abort.
    KeepOpen,
    /// What was sent is not a whole HTTP request.
    WholeRequest,
}

/// What a server was sent so far.
#[derive(Debug, Default)]
pub(super) struct Sent {
    beginning: RefCell<Vec<u8>>,
    has_ended: Cell<bool>,
}

impl Sent {
    /// These bytes too.
    pub(super) fn push(&self, bytes: &[u8]) {
        let mut beginning = self.beginning.borrow_mut();
        let room = LOOKED_AT - beginning.len();
        beginning.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// And then the end: the writing side is shut down.
    pub(super) fn end(&self) {
        self.has_ended.set(true);
    }

    /// For a server that has ended the connection.
    pub(super) fn hint_at_the_end(&self) -> Hint {
        if self.has_ended.get() {
            Hint::KeepOpen
        } else {
            Hint::None
        }
    }

    /// For a server that is silent.
    pub(super) fn hint_at_silence(&self) -> Hint {
        if has_empty_line(&self.beginning.borrow()) {
            Hint::None
        } else {
            Hint::WholeRequest
        }
    }
}

/// Whether there is an empty line, which ends the head of an HTTP request.
fn has_empty_line(bytes: &[u8]) -> bool {
    let is_there = |end: &[u8]| bytes.windows(end.len()).any(|part| part == end);
    is_there(b"\n\n") || is_there(b"\n\r\n")
}

impl Display for Hint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "",
            Self::KeepOpen => {
                "; a server may take the end of what is sent for an abort: try --keep-open"
            }
            Self::WholeRequest => {
                "; an HTTP service waits for a whole request, and `hellowire raw` answers whatever comes first"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_silence(parts: &[&[u8]]) -> Hint {
        let sent = Sent::default();
        for part in parts {
            sent.push(part);
        }
        sent.hint_at_silence()
    }

    #[test]
    fn a_whole_head_is_found_however_it_was_cut() {
        for parts in [
            &[&b"GET / HTTP/1.0\r\n\r\n"[..]][..],
            &[b"GET / HTTP/1.0\r\n", b"\r", b"\n"],
            &[b"GET / HTTP/1.0\n", b"\nbody"],
        ] {
            assert_eq!(at_silence(parts), Hint::None, "{parts:?}");
        }
        for parts in [
            &[][..],
            &[&b"hi"[..]],
            &[b"hi\r\n"],
            &[b"GET / HTTP/1.0\r\n", b"\r"],
        ] {
            assert_eq!(at_silence(parts), Hint::WholeRequest, "{parts:?}");
        }
    }

    #[test]
    fn no_more_than_a_head_is_kept() {
        let sent = Sent::default();
        for _ in 0..3 {
            sent.push(&vec![b'a'; LOOKED_AT - 1]);
        }
        assert_eq!(sent.beginning.borrow().len(), LOOKED_AT);
    }

    #[test]
    fn only_after_an_end_was_sent_is_there_something_to_keep_open() {
        let sent = Sent::default();
        sent.push(b"hi");
        assert_eq!(sent.hint_at_the_end(), Hint::None);
        sent.end();
        assert_eq!(sent.hint_at_the_end(), Hint::KeepOpen);
    }
}
