//! What keys do to the line: it is typed, edited and entered. Pure.
//!
//! # Invariants
//!
//! - Bytes are applied in the order in which they were typed.
//! - After a line is entered, the next byte begins a new line.

use std::mem;
use std::time::Duration;

use super::history::History;
use super::key::Key;
use super::keys::Keys;
use super::line::Line;

/// The result of a key, apart from a change of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entered {
    /// This line, without its end.
    Line(Vec<u8>),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D on an empty line.
    End,
}

/// A line editor without a terminal.
#[derive(Debug)]
pub(crate) struct Editor {
    keys: Keys,
    line: Line,
    history: History,
    clears_screen: bool,
    /// The keys of one byte. Kept for its memory.
    pressed: Vec<Key>,
}

impl Editor {
    /// An editor whose history has at most `history` lines.
    pub(crate) fn new(history: usize) -> Self {
        Self {
            keys: Keys::new(),
            line: Line::default(),
            history: History::new(history),
            clears_screen: false,
            pressed: Vec::new(),
        }
    }

    /// The line being typed, and its cursor as a number of bytes.
    pub(crate) fn line(&self) -> (&[u8], usize) {
        (self.line.bytes(), self.line.cursor())
    }

    /// How long the next byte of a key that has begun may take. Then the caller calls
    /// [`timed_out`](Self::timed_out). `None` between keys.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.keys.timeout()
    }

    /// No byte has come within [`timeout`](Self::timeout): the bytes of the key are text.
    pub(crate) fn timed_out(&mut self) {
        let mut pressed = mem::take(&mut self.pressed);
        self.keys.timed_out(&mut pressed);
        for key in pressed.drain(..) {
            self.apply(key);
        }
        self.pressed = pressed;
    }

    /// Whether a bracketed paste has begun and not ended.
    pub(crate) fn is_in_paste(&self) -> bool {
        self.keys.is_in_paste()
    }

    /// Whether a key has asked for a clear screen since the last call.
    pub(crate) fn take_clear(&mut self) -> bool {
        mem::take(&mut self.clears_screen)
    }

    /// Replaces the line being typed.
    pub(crate) fn set(&mut self, line: &[u8]) {
        self.line.set(line.to_vec());
    }

    /// Takes a byte from the terminal.
    pub(crate) fn press(&mut self, byte: u8) -> Option<Entered> {
        let mut pressed = mem::take(&mut self.pressed);
        self.keys.push(byte, &mut pressed);
        // Of several keys only the last may be more than text.
        let entered = pressed.drain(..).filter_map(|key| self.apply(key)).last();
        self.pressed = pressed;
        entered
    }

    fn apply(&mut self, key: Key) -> Option<Entered> {
        match key {
            Key::Text(byte) => self.line.insert(byte),
            Key::Enter => {
                let line = self.line.take();
                self.history.add(&line);
                return Some(Entered::Line(line));
            }
            Key::Interrupt => return Some(Entered::Interrupted),
            Key::End if self.line.bytes().is_empty() => return Some(Entered::End),
            Key::End | Key::Delete => self.line.delete(),
            Key::Left => self.line.left(),
            Key::Right => self.line.right(),
            Key::WordLeft => self.line.word_left(),
            Key::WordRight => self.line.word_right(),
            Key::LineStart => self.line.start(),
            Key::LineEnd => self.line.end(),
            Key::PreviousLine => {
                let line = self.history.previous(self.line.bytes());
                self.set_if_some(line);
            }
            Key::NextLine => {
                let line = self.history.next();
                self.set_if_some(line);
            }
            Key::Backspace => self.line.backspace(),
            Key::EraseWordLeft => self.line.erase_word_left(),
            Key::EraseWordRight => self.line.erase_word_right(),
            Key::EraseToStart => self.line.erase_to_start(),
            Key::EraseToEnd => self.line.erase_to_end(),
            Key::Yank => self.line.yank(),
            Key::Clear => self.clears_screen = true,
        }
        None
    }

    fn set_if_some(&mut self, line: Option<Vec<u8>>) {
        if let Some(line) = line {
            self.line.set(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is entered, and the line that is left.
    fn typed(bytes: &[u8]) -> (Vec<Entered>, Vec<u8>) {
        let mut editor = Editor::new(10);
        let entered = bytes
            .iter()
            .filter_map(|&byte| editor.press(byte))
            .collect();
        (entered, editor.line().0.to_vec())
    }

    fn line(text: &str) -> Entered {
        Entered::Line(text.into())
    }

    #[test]
    fn bytes_after_a_line_end_are_the_next_line() {
        assert_eq!(
            typed("one\r菜鸡\rhow ar".as_bytes()),
            (vec![line("one"), line("菜鸡")], b"how ar".to_vec())
        );
        assert_eq!(
            typed(b"\x1b[200~one\r\ntwo\x1b[201~"),
            (vec![line("one"), line("")], b"two".to_vec())
        );
    }

    #[test]
    fn a_line_is_edited_before_it_is_entered() {
        for (keys, entered) in [
            ("hllo\x1b[D\x1b[D\x1b[De\r", "hello"),
            ("one two\x17three\r", "one three"),
            ("b\x01a\x05c\r", "abc"),
            ("👨\u{200d}👩\u{200d}👧\x7fx\r", "x"),
            ("abc\x02\x04\r", "ab"),
        ] {
            assert_eq!(typed(keys.as_bytes()).0, [line(entered)], "{keys:?}");
        }
    }

    #[test]
    fn lines_of_the_history_are_entered_again() {
        let (entered, rest) = typed(b"one\rtwo\r\x1b[A\x1b[A!\rdraft\x1b[A\x1b[B");
        assert_eq!(entered, [line("one"), line("two"), line("one!")]);
        assert_eq!(rest, b"draft");
    }

    #[test]
    fn control_c_and_control_d() {
        assert_eq!(typed(b"half\x03").0, [Entered::Interrupted]);
        assert_eq!(typed(b"\x04").0, [Entered::End]);
        // In a paste they are text.
        assert_eq!(
            typed(b"\x1b[200~a\x03\x04\r\x1b[201~").0,
            [line("a\x03\x04")]
        );
    }

    proptest! {
        /// Each row is a line, pasted or typed.
        #[test]
        fn each_row_is_a_line(rows in prop::collection::vec("[a 菜\u{301}👧]{0,8}", 0..9), is_bracketed: bool) {
            let mut keys = rows.join("\r") + "\r";
            if is_bracketed {
                keys = format!("\x1b[200~{keys}\x1b[201~");
            }
            let rows: Vec<_> = if rows.is_empty() { vec![String::new()] } else { rows };
            let entered: Vec<_> = rows.iter().map(|row| line(row)).collect();
            prop_assert_eq!(typed(keys.as_bytes()).0, entered);
        }
    }
}
