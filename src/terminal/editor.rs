//! What the keys do: a line is typed, changed and entered.
//!
//! Pure. What always holds: each byte is taken in the order in which it was typed, and a line that
//! is entered leaves an empty one for the bytes behind it.

use std::time::Duration;

use super::history::History;
use super::keys::{Key, Keys};
use super::line::Line;

/// What comes of a key, but for a change of the line.
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
    is_cleared: bool,
    /// The keys of one byte.
    pressed: Vec<Key>,
}

impl Editor {
    /// One that remembers at most so many lines.
    pub(crate) fn new(history: usize) -> Self {
        Self {
            keys: Keys::new(),
            line: Line::default(),
            history: History::new(history),
            is_cleared: false,
            pressed: Vec::new(),
        }
    }

    /// The line being typed, and where its cursor is.
    pub(crate) fn line(&self) -> (&[u8], usize) {
        (self.line.bytes(), self.line.cursor())
    }

    /// How long the next byte may take, where it may belong to the one before: then
    /// [`time_is_up`](Self::time_is_up) is to be called.
    pub(crate) fn waits(&self) -> Option<Duration> {
        self.keys.waits()
    }

    /// No byte has come in time: what was held back is text.
    pub(crate) fn time_is_up(&mut self) {
        let mut pressed = std::mem::take(&mut self.pressed);
        self.keys.time_is_up(&mut pressed);
        for key in pressed.drain(..) {
            self.obey(key);
        }
        self.pressed = pressed;
    }

    /// Whether a pasted text has begun and not ended.
    pub(crate) fn is_in_paste(&self) -> bool {
        self.keys.is_in_paste()
    }

    /// Whether the screen is to be cleared, once.
    pub(crate) fn is_cleared(&mut self) -> bool {
        std::mem::take(&mut self.is_cleared)
    }

    /// Puts a line in the place of the one being typed.
    pub(crate) fn put(&mut self, line: &[u8]) {
        self.line.set(line.to_vec());
    }

    /// Takes a byte from the terminal.
    pub(crate) fn press(&mut self, byte: u8) -> Option<Entered> {
        self.keys.push(byte, &mut self.pressed);
        let mut pressed = std::mem::take(&mut self.pressed);
        // Of several keys the last alone may be more than text.
        let entered = pressed.drain(..).filter_map(|key| self.obey(key)).last();
        self.pressed = pressed;
        entered
    }

    fn obey(&mut self, key: Key) -> Option<Entered> {
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
            Key::Earlier => {
                if let Some(line) = self.history.earlier(self.line.bytes()) {
                    self.line.set(line);
                }
            }
            Key::Later => {
                if let Some(line) = self.history.later() {
                    self.line.set(line);
                }
            }
            Key::Backspace => self.line.backspace(),
            Key::EraseWordLeft => self.line.erase_word_left(),
            Key::EraseWordRight => self.line.erase_word_right(),
            Key::EraseToStart => self.line.erase_to_start(),
            Key::EraseToEnd => self.line.erase_to_end(),
            Key::PutBack => self.line.put_back(),
            Key::Clear => self.is_cleared = true,
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is entered, and what is left in the line.
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
    fn what_is_typed_behind_a_line_is_the_next() {
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
    fn a_line_is_changed_before_it_is_entered() {
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
    fn earlier_lines_are_had_again() {
        let (entered, rest) = typed(b"one\rtwo\r\x1b[A\x1b[A!\rdraft\x1b[A\x1b[B");
        assert_eq!(entered, [line("one"), line("two"), line("one!")]);
        assert_eq!(rest, b"draft");
    }

    #[test]
    fn control_c_and_control_d() {
        assert_eq!(typed(b"half\x03").0, [Entered::Interrupted]);
        assert_eq!(typed(b"\x04").0, [Entered::End]);
        // Not in a text that is pasted.
        assert_eq!(
            typed(b"\x1b[200~a\x03\x04\r\x1b[201~").0,
            [line("a\x03\x04")]
        );
    }

    proptest! {
        /// Rows are lines, whatever is in them, pasted or typed.
        #[test]
        fn rows(rows in prop::collection::vec("[a 菜\u{301}👧]{0,8}", 0..9), is_bracketed: bool) {
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
