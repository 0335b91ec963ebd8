//! The keys in the bytes that a terminal sends (ECMA-48, xterm's control sequences).
//!
//! Pure, one byte at a time, so that it does not matter how the bytes are cut. What always holds: a
//! byte that belongs to no key is text. A pasted text that is bracketed by the terminal is text but
//! for its row ends and its tail.

use std::time::Duration;

/// How long the rest of a key that begins with an escape may take. A terminal sends it at once; a
/// person who has pressed Escape types the next key later.
pub(crate) const ESCAPE_TIME: Duration = Duration::from_millis(100);

/// How long a bracketed text may pause. A terminal sends it without a pause; one that was cut off never
/// ends, and then the keys are keys again.
pub(crate) const PASTE_TIME: Duration = Duration::from_secs(1);

/// What a terminal sends before a pasted text, and behind it: between `ESC [` and `~`.
const PASTE: &[u8] = b"200";
const PASTE_END: &[u8] = b"\x1b[201~";

const ESCAPE: u8 = 0x1b;

/// A key's parameters are no longer than this, in bytes.
const LONGEST: usize = 32;

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A byte of the text.
    Text(u8),
    /// The line's end.
    Enter,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    End,
    /// To the character before.
    Left,
    /// To the character behind.
    Right,
    /// To the start of the word before.
    WordLeft,
    /// To the end of the word behind.
    WordRight,
    /// To the line's start.
    LineStart,
    /// To the line's end.
    LineEnd,
    /// An earlier line.
    Earlier,
    /// A later line.
    Later,
    /// Erases the character before.
    Backspace,
    /// Erases the character behind.
    Delete,
    /// Erases the word before.
    EraseWordLeft,
    /// Erases the word behind.
    EraseWordRight,
    /// Erases all before.
    EraseToStart,
    /// Erases all behind.
    EraseToEnd,
    /// Puts back what was erased last.
    PutBack,
    /// Clears the screen above.
    Clear,
}

/// Where in a key the last byte was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    /// Behind `ESC`.
    Escape,
    /// Behind `ESC [`.
    Control,
    /// Behind `ESC O`.
    Single,
    /// Behind `ESC [ [`, which begins the function keys of Linux's console.
    Console,
    /// In a pasted text, behind that much of [`PASTE_END`].
    Paste(usize),
}

/// Finds keys in bytes.
#[derive(Debug)]
pub(super) struct Keys {
    within: Within,
    parameters: Vec<u8>,
}

impl Keys {
    pub(super) fn new() -> Self {
        Self {
            within: Within::Nothing,
            parameters: Vec::new(),
        }
    }

    /// How long the next byte may take that belongs to the last one, where there may be one.
    pub(super) fn waits(&self) -> Option<Duration> {
        match self.within {
            Within::Nothing => None,
            Within::Escape | Within::Control | Within::Single | Within::Console => {
                Some(ESCAPE_TIME)
            }
            Within::Paste(_) => Some(PASTE_TIME),
        }
    }

    /// Whether a bracketed text has begun and not ended.
    pub(super) fn is_in_paste(&self) -> bool {
        matches!(self.within, Within::Paste(_))
    }

    /// No such byte has come: the escape was the key of that name, which means nothing, and what came
    /// behind it is text.
    pub(super) fn time_is_up(&mut self, keys: &mut Vec<Key>) {
        let text: &[u8] = match self.within {
            Within::Nothing | Within::Escape => b"",
            Within::Control => b"[",
            Within::Console => b"[[",
            Within::Single => b"O",
            Within::Paste(matched) => &PASTE_END[..matched],
        };
        let parameters = match self.within {
            Within::Control | Within::Single => &self.parameters[..],
            _ => b"",
        };
        keys.extend(text.iter().chain(parameters).map(|&byte| Key::Text(byte)));
        self.within = Within::Nothing;
    }

    /// Takes a byte; adds the keys that it ends to `keys`.
    pub(super) fn push(&mut self, byte: u8, keys: &mut Vec<Key>) {
        match self.within {
            Within::Nothing => self.begin(byte, keys),
            Within::Escape => self.escaped(byte, keys),
            Within::Single => self.single(byte, keys),
            Within::Console => {
                self.within = Within::Nothing;
                if !byte.is_ascii_uppercase() {
                    self.begin(byte, keys);
                }
            }
            Within::Control => self.controlled(byte, keys),
            Within::Paste(matched) => self.paste(byte, matched, keys),
        }
    }

    fn begin(&mut self, byte: u8, keys: &mut Vec<Key>) {
        if byte == ESCAPE {
            self.within = Within::Escape;
        } else {
            keys.extend(plain(byte));
        }
    }

    fn escaped(&mut self, byte: u8, keys: &mut Vec<Key>) {
        self.within = Within::Nothing;
        match byte {
            b'[' => {
                self.parameters.clear();
                self.within = Within::Control;
            }
            b'O' => {
                self.parameters.clear();
                self.within = Within::Single;
            }
            b'b' => keys.push(Key::WordLeft),
            b'f' => keys.push(Key::WordRight),
            b'd' => keys.push(Key::EraseWordRight),
            0x08 | 0x7f => keys.push(Key::EraseWordLeft),
            // Escape, and then a key of its own.
            _ => self.begin(byte, keys),
        }
    }

    /// Behind `ESC O` and its modifiers: `ESC O 5 D`.
    fn single(&mut self, byte: u8, keys: &mut Vec<Key>) {
        match byte {
            b'0'..=b'9' | b';' if self.parameters.len() < LONGEST => self.parameters.push(byte),
            b'@'..=b'~' => {
                self.within = Within::Nothing;
                keys.extend(cursor_key(byte, !self.parameters.is_empty()));
            }
            // Not within a key: the one before was none.
            _ => {
                self.within = Within::Nothing;
                self.begin(byte, keys);
            }
        }
    }

    fn controlled(&mut self, byte: u8, keys: &mut Vec<Key>) {
        match byte {
            b'[' if self.parameters.is_empty() => self.within = Within::Console,
            // Parameters and intermediate bytes.
            b' '..=b'?' => {
                if self.parameters.len() < LONGEST {
                    self.parameters.push(byte);
                }
            }
            b'@'..=b'~' => {
                self.within = Within::Nothing;
                if byte == b'~' && self.parameters == PASTE {
                    self.within = Within::Paste(0);
                } else {
                    keys.extend(self.named(byte));
                }
            }
            // Not within a key: the one before was none.
            _ => {
                self.within = Within::Nothing;
                self.begin(byte, keys);
            }
        }
    }

    /// The key whose sequence ends in `last`.
    fn named(&self, last: u8) -> Option<Key> {
        let mut numbers = self.parameters.split(|&byte| byte == b';');
        let number = numbers.next().unwrap_or_default();
        let is_modified = numbers.next().is_some_and(|modifier| modifier != b"1");
        match (last, number) {
            (b'~', b"1" | b"7") => Some(Key::LineStart),
            (b'~', b"4" | b"8") => Some(Key::LineEnd),
            (b'~', b"3") if is_modified => Some(Key::EraseWordRight),
            (b'~', b"3") => Some(Key::Delete),
            _ => cursor_key(last, is_modified),
        }
    }

    fn paste(&mut self, byte: u8, matched: usize, keys: &mut Vec<Key>) {
        if byte == PASTE_END[matched] {
            self.within = if matched + 1 == PASTE_END.len() {
                Within::Nothing
            } else {
                Within::Paste(matched + 1)
            };
            return;
        }
        // What looked like the end was text.
        keys.extend(PASTE_END[..matched].iter().map(|&byte| Key::Text(byte)));
        self.within = Within::Paste(0);
        match byte {
            ESCAPE => self.within = Within::Paste(1),
            b'\r' | b'\n' => keys.push(Key::Enter),
            _ => keys.push(Key::Text(byte)),
        }
    }
}

/// The key that a byte is by itself.
fn plain(byte: u8) -> Option<Key> {
    Some(match byte {
        0x01 => Key::LineStart,
        0x02 => Key::Left,
        0x03 => Key::Interrupt,
        0x04 => Key::End,
        0x05 => Key::LineEnd,
        0x06 => Key::Right,
        0x08 | 0x7f => Key::Backspace,
        b'\r' | b'\n' => Key::Enter,
        0x0b => Key::EraseToEnd,
        0x0c => Key::Clear,
        0x0e => Key::Later,
        0x10 => Key::Earlier,
        0x15 => Key::EraseToStart,
        0x17 => Key::EraseWordLeft,
        0x19 => Key::PutBack,
        b'\t' | b' '.. => Key::Text(byte),
        // Among them Ctrl-Z and Ctrl-\, which would take the terminal from the line.
        _ => return None,
    })
}

/// A key of the cursor's block. With Ctrl, Alt or Shift the arrows go by words.
fn cursor_key(last: u8, is_modified: bool) -> Option<Key> {
    Some(match (last, is_modified) {
        (b'A', _) => Key::Earlier,
        (b'B', _) => Key::Later,
        (b'C', false) => Key::Right,
        (b'C', true) => Key::WordRight,
        (b'D', false) => Key::Left,
        (b'D', true) => Key::WordLeft,
        (b'H', _) => Key::LineStart,
        (b'F', _) => Key::LineEnd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let (mut parser, mut keys) = (Keys::new(), Vec::new());
        for &byte in bytes {
            parser.push(byte, &mut keys);
        }
        keys
    }

    fn text(text: &str) -> Vec<Key> {
        text.bytes().map(Key::Text).collect()
    }

    #[test]
    fn text_and_its_ends() {
        assert_eq!(
            keys("菜\t\r\n".as_bytes()),
            [text("菜\t"), vec![Key::Enter; 2]].concat()
        );
        assert_eq!(keys(b"\xff"), [Key::Text(0xff)]);
    }

    #[test]
    fn the_cursors_keys_in_each_spelling() {
        for (bytes, key) in [
            (&b"\x1b[D"[..], Key::Left),
            (b"\x1bOD", Key::Left),
            (b"\x02", Key::Left),
            (b"\x1b[1;5D", Key::WordLeft),
            (b"\x1bb", Key::WordLeft),
            (b"\x1b[A", Key::Earlier),
            (b"\x1b[H", Key::LineStart),
            (b"\x1b[7~", Key::LineStart),
            (b"\x1b[F", Key::LineEnd),
            (b"\x1b[3~", Key::Delete),
            (b"\x1b\x7f", Key::EraseWordLeft),
        ] {
            assert_eq!(keys(bytes), [key], "{bytes:?}");
        }
    }

    #[test]
    fn keys_that_mean_nothing_are_no_text() {
        // F1, F5, page up, a mouse wheel's report, Ctrl-Z, Ctrl-\, insert.
        let unknown = keys(b"\x1bOP\x1b[15~\x1b[5~\x1b[<64;1;1M\x1a\x1c\x1b[2~");
        assert_eq!(unknown, []);
    }

    #[test]
    fn what_is_typed_behind_an_escape_is_not_lost() {
        assert_eq!(keys(b"\x1bx\x1b\r"), [Key::Text(b'x'), Key::Enter]);
        assert_eq!(keys(b"\x1b[\xe8"), [Key::Text(0xe8)]);
        let mut parser = Keys::new();
        let mut found = Vec::new();
        parser.push(ESCAPE, &mut found);
        assert_eq!(parser.waits(), Some(ESCAPE_TIME));
        parser.time_is_up(&mut found);
        parser.push(b'O', &mut found);
        parser.push(b'k', &mut found);
        assert_eq!(found, text("Ok"));
    }

    #[test]
    fn a_key_that_does_not_go_on_is_text() {
        for (bytes, behind, shown) in [
            (&b"a\x1b["[..], &b"hello"[..], "a[hello"),
            (b"a\x1bO", b"b", "aOb"),
            (b"a\x1b[1;5", b"b", "a[1;5b"),
            (b"a\x1b", b"b", "ab"),
            (b"\x1b[200~a\x1b[20", b"b", "a\x1b[20b"),
        ] {
            let (mut parser, mut keys) = (Keys::new(), Vec::new());
            for &byte in bytes {
                parser.push(byte, &mut keys);
            }
            assert!(parser.waits().is_some());
            parser.time_is_up(&mut keys);
            assert_eq!(parser.waits(), None);
            for &byte in behind {
                parser.push(byte, &mut keys);
            }
            assert_eq!(keys, text(shown), "{bytes:?}");
        }
    }

    #[test]
    fn no_byte_behind_an_escape_is_swallowed() {
        assert_eq!(keys("\x1bO菜".as_bytes()), text("菜"));
        assert_eq!(keys(b"\x1bO\r"), [Key::Enter]);
        assert_eq!(keys(b"\x1bO\x03"), [Key::Interrupt]);
        assert_eq!(keys(b"\x1bO5Db"), [Key::WordLeft, Key::Text(b'b')]);
        // F1 on Linux's console.
        assert_eq!(keys(b"a\x1b[[Ab"), text("ab"));
    }

    #[test]
    fn a_paste_that_was_cut_off_gives_the_keys_back() {
        let (mut parser, mut keys) = (Keys::new(), Vec::new());
        for byte in b"\x1b[200~abc\x03" {
            parser.push(*byte, &mut keys);
        }
        assert_eq!(parser.waits(), Some(PASTE_TIME));
        parser.time_is_up(&mut keys);
        parser.push(0x03, &mut keys);
        assert_eq!(keys, [text("abc\x03"), vec![Key::Interrupt]].concat());
    }

    #[test]
    fn what_is_pasted_is_text_but_for_its_rows() {
        assert_eq!(
            keys(b"a\x1b[200~b\rc\x03\x1b[31m\x1b[201x\x1b\x1b[201~\x03"),
            [
                text("ab"),
                vec![Key::Enter],
                text("c\x03\x1b[31m\x1b[201x\x1b"),
                vec![Key::Interrupt]
            ]
            .concat()
        );
    }

    proptest! {
        /// Text is found whatever key comes before it, and a bracketed text is itself.
        #[test]
        fn nothing_is_lost(pasted in "[a菜\x1b\x03\\[0-9~]{0,40}") {
            prop_assume!(!pasted.contains("\x1b[201~"));
            let found = keys(format!("\x1b[200~{pasted}\x1b[201~z").as_bytes());
            prop_assert_eq!(found, text(&format!("{pasted}z")));
        }
    }
}
