//! Finds the keys in the bytes that a terminal sends. Pure.
//!
//! `key` says which bytes are which key. The parser takes one byte at a time, so how reads cut the bytes
//! has no effect.
//!
//! # Invariants
//!
//! - A byte that belongs to no key is text.
//! - In a bracketed paste every byte is text, but for its row ends.

use std::time::Duration;

use super::key::Key;

/// How long the rest of a key may take that begins with an escape. A terminal sends it at once; a person
/// who presses Escape types the next key later.
const ESCAPE_TIMEOUT: Duration = Duration::from_millis(100);

/// How long a bracketed paste may pause. A terminal sends it without a pause. A paste that was cut off
/// never ends, and after this time keys are keys again.
pub(crate) const PASTE_TIMEOUT: Duration = Duration::from_secs(1);

/// The parameter of the sequence that begins a bracketed paste: `ESC [ 200 ~`.
const PASTE: &[u8] = b"200";
const PASTE_END: &[u8] = b"\x1b[201~";

const ESCAPE: u8 = 0x1b;

/// The most bytes of a key's parameters that are kept.
const MAX_PARAMETERS: usize = 32;

/// Where in a key the parser is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between keys.
    Ground,
    /// After `ESC`.
    Escape,
    /// After `ESC [`.
    Control,
    /// After `ESC O`.
    SingleShift,
    /// After `ESC [ [`, which begins the function keys of the Linux console.
    Console,
    /// In a paste, after this many bytes of [`PASTE_END`].
    Paste(usize),
}

/// Finds keys in bytes.
#[derive(Debug)]
pub(super) struct Keys {
    state: State,
    parameters: Vec<u8>,
}

impl Keys {
    pub(super) fn new() -> Self {
        Self {
            state: State::Ground,
            parameters: Vec::new(),
        }
    }

    /// How long the next byte of a key that has begun may take. Then the caller calls
    /// [`timed_out`](Self::timed_out). `None` between keys.
    pub(super) fn timeout(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Escape | State::Control | State::SingleShift | State::Console => {
                Some(ESCAPE_TIMEOUT)
            }
            State::Paste(_) => Some(PASTE_TIMEOUT),
        }
    }

    /// Whether a bracketed paste has begun and not ended.
    pub(super) fn is_in_paste(&self) -> bool {
        matches!(self.state, State::Paste(_))
    }

    /// No byte has come within [`timeout`](Self::timeout): the escape was the Escape key, which has no
    /// meaning, and the bytes after it are text.
    pub(super) fn timed_out(&mut self, keys: &mut Vec<Key>) {
        let (start, parameters): (&[u8], &[u8]) = match self.state {
            State::Ground | State::Escape => (b"", b""),
            State::Control => (b"[", &self.parameters),
            State::Console => (b"[[", b""),
            State::SingleShift => (b"O", &self.parameters),
            State::Paste(matched) => (&PASTE_END[..matched], b""),
        };
        let text = start.iter().chain(parameters);
        keys.extend(text.map(|&byte| Key::Text(byte)));
        self.state = State::Ground;
    }

    /// Takes a byte, and appends the keys that it ends to `keys`.
    pub(super) fn push(&mut self, byte: u8, keys: &mut Vec<Key>) {
        match self.state {
            State::Ground => self.ground(byte, keys),
            State::Escape => self.escape(byte, keys),
            State::SingleShift => self.single_shift(byte, keys),
            State::Console => {
                self.state = State::Ground;
                if !byte.is_ascii_uppercase() {
                    self.ground(byte, keys);
                }
            }
            State::Control => self.control(byte, keys),
            State::Paste(matched) => self.paste(byte, matched, keys),
        }
    }

    fn ground(&mut self, byte: u8, keys: &mut Vec<Key>) {
        self.state = State::Ground;
        if byte == ESCAPE {
            self.state = State::Escape;
        } else {
            keys.extend(Key::of_byte(byte));
        }
    }

    fn escape(&mut self, byte: u8, keys: &mut Vec<Key>) {
        self.parameters.clear();
        match byte {
            b'[' => self.state = State::Control,
            b'O' => self.state = State::SingleShift,
            _ => match Key::of_escaped(byte) {
                Some(key) => {
                    self.state = State::Ground;
                    keys.push(key);
                }
                // The Escape key, and then another key.
                None => self.ground(byte, keys),
            },
        }
    }

    fn single_shift(&mut self, byte: u8, keys: &mut Vec<Key>) {
        match byte {
            b'0'..=b'9' | b';' if self.parameters.len() < MAX_PARAMETERS => {
                self.parameters.push(byte);
            }
            b'@'..=b'~' => {
                self.state = State::Ground;
                keys.extend(Key::of_single_shift(&self.parameters, byte));
            }
            // No key goes on like this.
            _ => self.ground(byte, keys),
        }
    }

    fn control(&mut self, byte: u8, keys: &mut Vec<Key>) {
        match byte {
            b'[' if self.parameters.is_empty() => self.state = State::Console,
            // Parameters and intermediate bytes.
            b' '..=b'?' => {
                if self.parameters.len() < MAX_PARAMETERS {
                    self.parameters.push(byte);
                }
            }
            b'~' if self.parameters == PASTE => self.state = State::Paste(0),
            b'@'..=b'~' => {
                self.state = State::Ground;
                keys.extend(Key::of_control_sequence(&self.parameters, byte));
            }
            // No key goes on like this.
            _ => self.ground(byte, keys),
        }
    }

    fn paste(&mut self, byte: u8, matched: usize, keys: &mut Vec<Key>) {
        if byte == PASTE_END[matched] {
            self.state = if matched + 1 == PASTE_END.len() {
                State::Ground
            } else {
                State::Paste(matched + 1)
            };
            return;
        }
        // The bytes that looked like the end are text.
        keys.extend(PASTE_END[..matched].iter().map(|&byte| Key::Text(byte)));
        self.state = State::Paste(0);
        match byte {
            ESCAPE => self.state = State::Paste(1),
            b'\r' | b'\n' => keys.push(Key::Enter),
            _ => keys.push(Key::Text(byte)),
        }
    }
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
    fn text_and_line_ends() {
        assert_eq!(
            keys("菜\t\r\n".as_bytes()),
            [text("菜\t"), vec![Key::Enter; 2]].concat()
        );
        assert_eq!(keys(b"\xff"), [Key::Text(0xff)]);
    }

    #[test]
    fn cursor_keys_in_each_encoding() {
        for (bytes, key) in [
            (&b"\x1b[D"[..], Key::Left),
            (b"\x1bOD", Key::Left),
            (b"\x02", Key::Left),
            (b"\x1b[1;5D", Key::WordLeft),
            (b"\x1bb", Key::WordLeft),
            (b"\x1b[A", Key::PreviousLine),
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
    fn keys_without_a_meaning_are_no_text() {
        // F1, F5, Page Up, a report of the mouse wheel, Ctrl-Z, Ctrl-\, Insert.
        let unknown = keys(b"\x1bOP\x1b[15~\x1b[5~\x1b[<64;1;1M\x1a\x1c\x1b[2~");
        assert_eq!(unknown, []);
    }

    #[test]
    fn a_key_after_escape_is_not_lost() {
        assert_eq!(keys(b"\x1bx\x1b\r"), [Key::Text(b'x'), Key::Enter]);
        assert_eq!(keys(b"\x1b[\xe8"), [Key::Text(0xe8)]);
        let mut parser = Keys::new();
        let mut found = Vec::new();
        parser.push(ESCAPE, &mut found);
        assert_eq!(parser.timeout(), Some(ESCAPE_TIMEOUT));
        parser.timed_out(&mut found);
        parser.push(b'O', &mut found);
        parser.push(b'k', &mut found);
        assert_eq!(found, text("Ok"));
    }

    #[test]
    fn a_sequence_that_times_out_is_text() {
        for (bytes, later, shown) in [
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
            assert!(parser.timeout().is_some());
            parser.timed_out(&mut keys);
            assert_eq!(parser.timeout(), None);
            for &byte in later {
                parser.push(byte, &mut keys);
            }
            assert_eq!(keys, text(shown), "{bytes:?}");
        }
    }

    #[test]
    fn a_byte_that_ends_a_sequence_early_is_not_lost() {
        assert_eq!(keys("\x1bO菜".as_bytes()), text("菜"));
        assert_eq!(keys(b"\x1bO\r"), [Key::Enter]);
        assert_eq!(keys(b"\x1bO\x03"), [Key::Interrupt]);
        assert_eq!(keys(b"\x1bO5Db"), [Key::WordLeft, Key::Text(b'b')]);
        // F1 on the Linux console.
        assert_eq!(keys(b"a\x1b[[Ab"), text("ab"));
    }

    #[test]
    fn keys_are_keys_again_after_a_paste_that_was_cut_off() {
        let (mut parser, mut keys) = (Keys::new(), Vec::new());
        for byte in b"\x1b[200~abc\x03" {
            parser.push(*byte, &mut keys);
        }
        assert_eq!(parser.timeout(), Some(PASTE_TIMEOUT));
        parser.timed_out(&mut keys);
        parser.push(0x03, &mut keys);
        assert_eq!(keys, [text("abc\x03"), vec![Key::Interrupt]].concat());
    }

    #[test]
    fn a_paste_is_text_but_for_its_row_ends() {
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
        /// A paste is its own text, and the text after it is found.
        #[test]
        fn no_byte_of_a_paste_is_lost(pasted in "[a菜\x1b\x03\\[0-9~]{0,40}") {
            prop_assume!(!pasted.contains("\x1b[201~"));
            let found = keys(format!("\x1b[200~{pasted}\x1b[201~z").as_bytes());
            prop_assert_eq!(found, text(&format!("{pasted}z")));
        }
    }
}
