//! A peer's bytes as pieces that a terminal shows: characters that are visible on their own, and escapes.
//! Pure.
//!
//! # Invariants
//!
//! - A piece has at least one column, no terminal gives it more than we count, and it has none of our marks.
//! - Without colors the bytes can be restored from the pieces. With colors a backslash is shown once: escapes
//!   are dimmed there, and a backslash of the peer is not.

use std::ops::RangeInclusive;

use unicode_width::UnicodeWidthChar as _;

use crate::escape::{append, backslash, is_printable, unicode};

/// The mark of a record.
pub(super) const MARK: char = '▶';

/// The mark of a request that pauses.
pub(super) const PAUSE: char = '◌';

/// The mark of a row of ours below the first one. It is narrow on each terminal, which `…` is not.
pub(super) const NOTE: char = '↳';

/// Numbers in circles: one column by Unicode, two by glibc.
const WIDER: RangeInclusive<char> = '\u{3248}'..='\u{324f}';

/// What a terminal shows of one character, or of one byte that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The character itself.
    Plain(char),
    /// The escape of a byte: `\r`, `\\`, `\x1b`.
    Byte(u8),
    /// The escape of a character beyond ASCII: `\u{202e}`.
    Unicode(char),
}

/// The pieces of some bytes.
#[derive(Debug, Clone)]
pub(crate) struct Pieces<'a> {
    rest: &'a [u8],
    color: bool,
}

/// The pieces of `bytes`.
pub(crate) fn pieces(bytes: &[u8], color: bool) -> Pieces<'_> {
    Pieces { rest: bytes, color }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    // Once in the program, whose size has a bound.
    #[inline(never)]
    fn next(&mut self) -> Option<Piece> {
        let &first = self.rest.first()?;
        // No character is longer.
        let window = &self.rest[..self.rest.len().min(4)];
        let text = window
            .utf8_chunks()
            .next()
            .map_or("", |chunk| chunk.valid());
        let (piece, length) = match text.chars().next() {
            Some(character) => (Piece::of(character, self.color), character.len_utf8()),
            None => (Piece::Byte(first), 1),
        };
        self.rest = &self.rest[length..];
        Some(piece)
    }
}

impl Piece {
    fn of(character: char, color: bool) -> Self {
        match character {
            '\\' if color => Self::Plain(character),
            '\\' => Self::Byte(b'\\'),
            ' '..='~' => Self::Plain(character),
            '\0'..='\x7f' => Self::Byte(character as u8),
            _ if is_plain(character) => Self::Plain(character),
            _ => Self::Unicode(character),
        }
    }

    /// Whether it is an escape.
    pub(super) fn is_escape(self) -> bool {
        !matches!(self, Self::Plain(_))
    }

    /// The columns that it takes.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Plain(character) => character.width().unwrap_or(1),
            Self::Byte(b'\r' | b'\n' | b'\t' | b'\\') => r"\r".len(),
            Self::Byte(_) => r"\x00".len(),
            Self::Unicode(character) => character.escape_unicode().len(),
        }
    }

    /// Appends it.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Plain(character) => append(character, out),
            Self::Byte(byte) => backslash(byte, out),
            Self::Unicode(character) => unicode(character, out),
        }
    }
}

/// Whether a character beyond ASCII is visible on its own, is as wide as we count, and is none of our marks.
fn is_plain(character: char) -> bool {
    // A terminal puts a character without a width on the one before it.
    let has_width = matches!(character.width(), Some(1 | 2));
    let is_mark = matches!(character, MARK | PAUSE | NOTE);
    is_printable(character) && has_width && !is_mark && !WIDER.contains(&character)
}

#[cfg(test)]
mod tests {
    use super::super::samples::unescape;
    use super::*;
    use crate::wrap::width;
    use proptest::prelude::*;

    fn shown(bytes: &[u8], color: bool) -> String {
        let mut out = Vec::new();
        for piece in pieces(bytes, color) {
            piece.write(&mut out);
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_not_visible_on_its_own_is_escaped() {
        for (bytes, text) in [
            ("a菜é€😀", "a菜é€😀"),
            ("\t\r\n\0\x1b\x7f", r"\t\r\n\x00\x1b\x7f"),
            (
                "\u{9b}\u{202e}e\u{301}\u{200d}",
                r"\u{9b}\u{202e}e\u{301}\u{200d}",
            ),
            ("▶◌↳", r"\u{25b6}\u{25cc}\u{21b3}"),
            ("㉇㉈㉏㉐", r"㉇\u{3248}\u{324f}㉐"),
            // A vowel of Hangul joins the consonant before it.
            ("\u{1112}\u{1161}", "\u{1112}\\u{1161}"),
            (r"\n", r"\\n"),
        ] {
            assert_eq!(shown(text_bytes(bytes), false), text);
        }
        assert_eq!(shown(b"a\xff\xe4\xbd", false), r"a\xff\xe4\xbd");
    }

    fn text_bytes(text: &str) -> &[u8] {
        text.as_bytes()
    }

    #[test]
    fn with_colors_a_backslash_is_shown_once() {
        assert_eq!(shown(b"\\n\n", true), "\\n\\n");
    }

    proptest! {
        /// The width is that of the text, and the bytes can be restored from it.
        #[test]
        fn exact(bytes in prop_oneof![any::<Vec<u8>>(), "[\\PC▶↳\r\n\\\\\u{202e}]{0,40}".prop_map(String::into_bytes)]) {
            let text = shown(&bytes, false);
            prop_assert_eq!(pieces(&bytes, false).map(Piece::width).sum::<usize>(), width(&text));
            prop_assert_eq!(unescape(&text), bytes);
        }
    }
}
