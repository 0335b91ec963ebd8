//! The lines that were entered before, for the arrow keys. Pure.
//!
//! # Invariants
//!
//! - The number of lines and their bytes are bounded.
//! - The line that was being typed is kept below the latest one.

use std::collections::VecDeque;
use std::mem;

/// The most bytes of all lines together.
const MAX_BYTES: usize = 1024 * 1024;

/// The entered lines, and a position in them.
#[derive(Debug)]
pub(super) struct History {
    /// The latest line is the last.
    lines: VecDeque<Vec<u8>>,
    /// The bytes of all lines.
    bytes: usize,
    max_lines: usize,
    /// The position: how many lines above the line that was being typed.
    up: usize,
    /// The line that was being typed.
    draft: Vec<u8>,
}

impl History {
    /// A history of at most `max_lines` lines.
    pub(super) fn new(max_lines: usize) -> Self {
        Self {
            lines: VecDeque::new(),
            bytes: 0,
            max_lines,
            up: 0,
            draft: Vec::new(),
        }
    }

    /// Adds a line and moves below it. An empty line, and a repeated one, is not added.
    pub(super) fn add(&mut self, line: &[u8]) {
        self.up = 0;
        self.draft.clear();
        if line.is_empty() || self.lines.back().is_some_and(|last| last == line) {
            return;
        }
        self.lines.push_back(line.to_vec());
        self.bytes += line.len();
        while self.lines.len() > self.max_lines || self.bytes > MAX_BYTES {
            let oldest = self.lines.pop_front();
            self.bytes -= oldest.map_or(0, |line| line.len());
        }
    }

    /// Moves one line up. `current` is the line being typed.
    pub(super) fn previous(&mut self, current: &[u8]) -> Option<Vec<u8>> {
        let at = self.lines.len().checked_sub(self.up + 1)?;
        if self.up == 0 {
            self.draft = current.to_vec();
        }
        self.up += 1;
        Some(self.lines[at].clone())
    }

    /// Moves one line down.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        self.up = self.up.checked_sub(1)?;
        match self.up {
            0 => Some(mem::take(&mut self.draft)),
            up => Some(self.lines[self.lines.len() - up].clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_up_to_the_oldest_line_and_down_to_the_draft() {
        let mut history = History::new(9);
        for line in ["one", "two", "two", ""] {
            history.add(line.as_bytes());
        }
        assert_eq!(history.previous(b"dra"), Some(b"two".to_vec()));
        assert_eq!(history.previous(b"two"), Some(b"one".to_vec()));
        assert_eq!(history.previous(b"one"), None);
        assert_eq!(history.next(), Some(b"two".to_vec()));
        assert_eq!(history.next(), Some(b"dra".to_vec()));
        assert_eq!(history.next(), None);
    }

    #[test]
    fn lines_and_bytes_are_bounded() {
        let mut history = History::new(2);
        for line in ["one", "two", "three"] {
            history.add(line.as_bytes());
        }
        assert_eq!(history.lines, [b"two".to_vec(), b"three".to_vec()]);
        history.add(&vec![b'a'; MAX_BYTES - 5]);
        assert_eq!(history.lines.len(), 2);
        history.add(&vec![b'a'; MAX_BYTES + 1]);
        assert_eq!((history.lines.len(), history.bytes), (0, 0));
        assert_eq!(History::new(0).previous(b""), None);
    }
}
