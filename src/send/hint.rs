//! Hints for a user whose server gives no answer, judged by what was sent.
//!
//! # Invariants
//!
//! - A hint follows an error and never replaces it.
//! - Memory does not grow with what is sent.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Formatter};

/// How many bytes of the beginning are kept: the longest head that a service takes by default.
const MAX_KEPT: usize = 64 * 1024;

/// The end of an error's sentence. May be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// No hint.
    None,
    /// The writing side was shut down. Some servers take that for an abort.
    KeepOpen,
    /// The bytes that were sent are no whole HTTP request.
    WholeRequest,
}

/// What has been sent so far.
#[derive(Debug, Default)]
pub(super) struct Sent {
    beginning: RefCell<Vec<u8>>,
    is_shut_down: Cell<bool>,
}

impl Sent {
    /// These bytes are sent.
    pub(super) fn push(&self, bytes: &[u8]) {
        let mut beginning = self.beginning.borrow_mut();
        let room = MAX_KEPT - beginning.len();
        beginning.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The writing side is shut down.
    pub(super) fn shut_down(&self) {
        self.is_shut_down.set(true);
    }

    /// The hint if the server ends the connection.
    pub(super) fn hint_at_end(&self) -> Hint {
        if self.is_shut_down.get() {
            Hint::KeepOpen
        } else {
            Hint::None
        }
    }

    /// The hint if the server is silent.
    pub(super) fn hint_at_silence(&self) -> Hint {
        if has_empty_line(&self.beginning.borrow()) {
            Hint::None
        } else {
            Hint::WholeRequest
        }
    }
}

/// Whether there is an empty line. It ends the head of an HTTP request.
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
    fn a_whole_head_is_found_in_any_cut() {
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
    fn memory_is_bounded() {
        let sent = Sent::default();
        for _ in 0..3 {
            sent.push(&vec![b'a'; MAX_KEPT - 1]);
        }
        assert_eq!(sent.beginning.borrow().len(), MAX_KEPT);
    }

    #[test]
    fn keep_open_is_the_hint_only_after_a_shutdown() {
        let sent = Sent::default();
        sent.push(b"hi");
        assert_eq!(sent.hint_at_end(), Hint::None);
        sent.shut_down();
        assert_eq!(sent.hint_at_end(), Hint::KeepOpen);
    }
}
