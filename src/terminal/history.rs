//! The lines that were entered before, for the arrow keys.
//!
//! Pure. What always holds: their number and their length have a bound, and the line that was being
//! typed is there again below the latest.

use std::collections::VecDeque;

/// How many bytes of lines are remembered, whatever their number.
const LONGEST: usize = 1024 * 1024;

/// Lines, the latest last.
#[derive(Debug)]
pub(super) struct History {
    lines: VecDeque<Vec<u8>>,
    /// All their bytes.
    length: usize,
    /// At most so many.
    most: usize,
    /// How many lines up, and what was being typed below them.
    up: usize,
    draft: Vec<u8>,
}

impl History {
    /// Of at most `most` lines.
    pub(super) fn new(most: usize) -> Self {
        Self {
            lines: VecDeque::new(),
            length: 0,
            most,
            up: 0,
            draft: Vec::new(),
        }
    }

    /// Remembers a line, unless it is empty or the one before once more; the next look begins below it.
    pub(super) fn add(&mut self, line: &[u8]) {
        self.up = 0;
        self.draft.clear();
        if line.is_empty() || self.lines.back().is_some_and(|last| last == line) {
            return;
        }
        self.lines.push_back(line.to_vec());
        self.length += line.len();
        while self.lines.len() > self.most || self.length > LONGEST {
            let oldest = self.lines.pop_front();
            self.length -= oldest.map_or(0, |line| line.len());
        }
    }

    /// The line before the one at hand, which is `line`.
    pub(super) fn earlier(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        let at = self.lines.len().checked_sub(self.up + 1)?;
        if self.up == 0 {
            self.draft = line.to_vec();
        }
        self.up += 1;
        Some(self.lines[at].clone())
    }

    /// The line behind the one at hand.
    pub(super) fn later(&mut self) -> Option<Vec<u8>> {
        self.up = self.up.checked_sub(1)?;
        match self.up {
            0 => Some(std::mem::take(&mut self.draft)),
            up => Some(self.lines[self.lines.len() - up].clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_the_earliest_and_down_to_the_draft() {
        let mut history = History::new(9);
        for line in ["one", "two", "two", ""] {
            history.add(line.as_bytes());
        }
        assert_eq!(history.earlier(b"dra"), Some(b"two".to_vec()));
        assert_eq!(history.earlier(b"two"), Some(b"one".to_vec()));
        assert_eq!(history.earlier(b"one"), None);
        assert_eq!(history.later(), Some(b"two".to_vec()));
        assert_eq!(history.later(), Some(b"dra".to_vec()));
        assert_eq!(history.later(), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut history = History::new(2);
        for line in ["one", "two", "three"] {
            history.add(line.as_bytes());
        }
        assert_eq!(history.lines, [b"two".to_vec(), b"three".to_vec()]);
        history.add(&vec![b'a'; LONGEST - 5]);
        assert_eq!(history.lines.len(), 2);
        history.add(&vec![b'a'; LONGEST + 1]);
        assert_eq!((history.lines.len(), history.length), (0, 0));
        assert_eq!(History::new(0).earlier(b""), None);
    }
}
