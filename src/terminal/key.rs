//! What keys mean, and which bytes they are (ECMA-48, xterm's control sequences). Pure.
//!
//! `keys` finds the sequences in a stream of bytes; this file names them.

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A byte of text.
    Text(u8),
    /// Enters the line.
    Enter,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    End,
    /// Moves to the previous character.
    Left,
    /// Moves to the next character.
    Right,
    /// Moves to the start of the previous word.
    WordLeft,
    /// Moves to the end of the next word.
    WordRight,
    /// Moves to the start of the line.
    LineStart,
    /// Moves to the end of the line.
    LineEnd,
    /// Shows the previous line of the history.
    PreviousLine,
    /// Shows the next line of the history.
    NextLine,
    /// Erases the previous character.
    Backspace,
    /// Erases the next character.
    Delete,
    /// Erases the previous word.
    EraseWordLeft,
    /// Erases the next word.
    EraseWordRight,
    /// Erases everything before the cursor.
    EraseToStart,
    /// Erases everything after the cursor.
    EraseToEnd,
    /// Inserts what was erased last.
    Yank,
    /// Clears the screen.
    Clear,
}

impl Key {
    /// The key of a single byte. `None` for control characters without a meaning, among them Ctrl-Z and
    /// Ctrl-\, which would take the terminal away.
    pub(super) fn of_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0x01 => Self::LineStart,
            0x02 => Self::Left,
            0x03 => Self::Interrupt,
            0x04 => Self::End,
            0x05 => Self::LineEnd,
            0x06 => Self::Right,
            0x08 | 0x7f => Self::Backspace,
            b'\r' | b'\n' => Self::Enter,
            0x0b => Self::EraseToEnd,
            0x0c => Self::Clear,
            0x0e => Self::NextLine,
            0x10 => Self::PreviousLine,
            0x15 => Self::EraseToStart,
            0x17 => Self::EraseWordLeft,
            0x19 => Self::Yank,
            b'\t' | b' '.. => Self::Text(byte),
            _ => return None,
        })
    }

    /// The key of `ESC` and a byte: Alt with a letter.
    pub(super) fn of_escaped(byte: u8) -> Option<Self> {
        Some(match byte {
            b'b' => Self::WordLeft,
            b'f' => Self::WordRight,
            b'd' => Self::EraseWordRight,
            0x08 | 0x7f => Self::EraseWordLeft,
            _ => return None,
        })
    }

    /// The key of `ESC O`, modifiers, and a last byte: `ESC O 5 D`.
    pub(super) fn of_single_shift(modifiers: &[u8], last: u8) -> Option<Self> {
        Self::of_cursor_block(last, !modifiers.is_empty())
    }

    /// The key of `ESC [`, parameters, and a last byte: `ESC [ 1 ; 5 D`.
    pub(super) fn of_control_sequence(parameters: &[u8], last: u8) -> Option<Self> {
        let mut numbers = parameters.split(|&byte| byte == b';');
        let number = numbers.next().unwrap_or_default();
        let is_modified = numbers.next().is_some_and(|modifier| modifier != b"1");
        match (last, number) {
            (b'~', b"1" | b"7") => Some(Self::LineStart),
            (b'~', b"4" | b"8") => Some(Self::LineEnd),
            (b'~', b"3") if is_modified => Some(Self::EraseWordRight),
            (b'~', b"3") => Some(Self::Delete),
            _ => Self::of_cursor_block(last, is_modified),
        }
    }

    /// A key of the cursor block. With Ctrl, Alt or Shift the arrows move by words.
    fn of_cursor_block(last: u8, is_modified: bool) -> Option<Self> {
        Some(match (last, is_modified) {
            (b'A', _) => Self::PreviousLine,
            (b'B', _) => Self::NextLine,
            (b'C', false) => Self::Right,
            (b'C', true) => Self::WordRight,
            (b'D', false) => Self::Left,
            (b'D', true) => Self::WordLeft,
            (b'H', _) => Self::LineStart,
            (b'F', _) => Self::LineEnd,
            _ => return None,
        })
    }
}
