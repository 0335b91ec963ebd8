//! Terminal safety: how foreign bytes and text are shown, so that no terminal obeys them. Pure.
//!
//! Two rules share the escapes and the tables. The log uses the strict rule, `is_printable`: a character
//! that is visible on its own is written unchanged, so that no record looks like another. [`show`] is for
//! people at a terminal: it also allows the marks that emoji and many scripts consist of, and does not
//! escape the backslash. The bytes cannot be restored from its text.
//!
//! # Invariants
//!
//! The text never moves a cursor, changes a color, or turns the direction of writing.
//!
//! The tables are those of Unicode. A test here checks the first, and `tests/it/unseen.rs` the second.

use std::cmp::Ordering;

/// The ranges of `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt`). A font may show nothing for
/// these: Hangul fillers, joiners, variation selectors, tags, and reserved code points.
const IGNORABLE: [(char, char); 17] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// The characters with BLANK or NULL in their names (`UnicodeData.txt`). No property tells that a character
/// has a width and no ink. Two of these do have ink: they are symbols for a blank.
const BLANK: [char; 6] = [
    '\u{2400}',
    '\u{2422}',
    '\u{2800}',
    '\u{13441}',
    '\u{13442}',
    '\u{1d159}',
];

/// Joins two characters into one, for example in family emoji.
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// For each byte, whether it is written unchanged.
pub(crate) type Plain = [bool; 256];

/// Printable ASCII without `except`.
pub(crate) const fn printable_ascii_except(except: &[u8]) -> Plain {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = true;
        byte += 1;
    }
    let mut at = 0;
    while at < except.len() {
        plain[except[at] as usize] = false;
        at += 1;
    }
    plain
}

/// Appends `bytes`. `escape` appends each byte that is not plain.
pub(crate) fn escape(
    bytes: &[u8],
    plain: &Plain,
    out: &mut Vec<u8>,
    escape: impl Fn(u8, &mut Vec<u8>),
) {
    let mut rest = bytes;
    // Copies runs of plain bytes: most of a request is plain.
    while let Some(at) = first_special(rest, plain) {
        out.extend_from_slice(&rest[..at]);
        if let [b'\r', b'\n', after @ ..] = &rest[at..] {
            // The end of each line of a request. All escapes write it this way.
            out.extend_from_slice(br"\r\n");
            rest = after;
        } else {
            escape(rest[at], out);
            rest = &rest[at + 1..];
        }
    }
    out.extend_from_slice(rest);
}

/// The offset of the first byte that is not plain. Checks eight bytes at a time without a branch, which
/// takes half the instructions.
fn first_special(bytes: &[u8], plain: &Plain) -> Option<usize> {
    let is_plain = |&byte: &u8| plain[usize::from(byte)];
    let all_plain = |chunk: &&[u8; 8]| chunk.iter().fold(true, |all, byte| all & is_plain(byte));
    let (chunks, _) = bytes.as_chunks();
    let start = 8 * chunks.iter().take_while(all_plain).count();
    let offset = bytes[start..].iter().position(|byte| !is_plain(byte))?;
    Some(start + offset)
}

/// Appends an escape that C, Rust and Python share: `\r`, `\n`, `\t`, a backslash before `\` and quotes,
/// `\x1b` for other bytes.
pub(crate) fn backslash(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\\' | b'"' | b'\'' => out.extend_from_slice(&[b'\\', byte]),
        _ => {
            out.extend_from_slice(b"\\x");
            hex(byte, out);
        }
    }
}

/// Appends a character unchanged, as UTF-8.
pub(crate) fn append(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Appends the escape of a character beyond ASCII: `\u{202e}`.
pub(crate) fn unicode(character: char, out: &mut Vec<u8>) {
    out.extend(character.escape_unicode().map(|ascii| ascii as u8));
}

/// Appends a byte as two hex digits.
pub(crate) fn hex(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(&[
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]);
}

/// Whether a character beyond ASCII is visible on its own, and no terminal obeys it. The tables here have
/// the invisible ones. The table of the standard library for `{:?}` has the others: controls, format
/// characters, separators, spaces, marks that combine with the character before, private use, and
/// unassigned code points.
pub(crate) fn is_printable(character: char) -> bool {
    character.escape_debug().next() != Some('\\')
        && !is_ignorable(character)
        && !is_blank(character)
}

/// Appends `bytes` as text for people. Bytes that are not text, and characters that a terminal obeys, are
/// escaped.
pub fn show(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                ' '..='~' => out.push(character as u8),
                '\0'..='\x7f' => backslash(character as u8, out),
                _ if is_text(character) => append(character, out),
                _ => unicode(character, out),
            }
        }
        for &byte in chunk.invalid() {
            backslash(byte, out);
        }
    }
}

/// Whether [`show`] writes a character beyond ASCII unchanged. Allowed are visible characters, marks that
/// combine with the character before, and the blank of Braille. Controls, marks of direction, unassigned
/// code points and ignorable characters are escaped. The table is that of the standard library for `{:?}`
/// of a text.
fn is_text(character: char) -> bool {
    // After a letter, with which a mark can combine.
    let mut text = [b'a', 0, 0, 0, 0];
    let length = character.encode_utf8(&mut text[1..]).len();
    let text = str::from_utf8(&text[..=length]).unwrap_or_default();
    let is_mark = character.escape_debug().next() == Some('\\');
    character == ZERO_WIDTH_JOINER
        || text.escape_debug().nth(1) != Some('\\') && (is_mark || !is_ignorable(character))
}

/// Whether a font may show nothing for the character.
fn is_ignorable(character: char) -> bool {
    let position = |&(first, last): &(char, char)| {
        if last < character {
            Ordering::Less
        } else if character < first {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    };
    IGNORABLE.binary_search_by(position).is_ok()
}

/// Whether the character has a width and no ink, by its name.
fn is_blank(character: char) -> bool {
    BLANK.contains(&character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_syntax::hir::{Class, HirKind};

    use super::*;

    /// All characters of a class of regular expressions.
    fn all_of(class: &str) -> impl Iterator<Item = char> {
        let class = regex_syntax::parse(class).unwrap();
        let HirKind::Class(Class::Unicode(class)) = class.into_kind() else {
            panic!("no class");
        };
        let ranges = class.ranges().to_vec().into_iter();
        ranges.flat_map(|range| range.start()..=range.end())
    }

    #[test]
    fn the_ignorable_ranges_are_those_of_unicode() {
        let ours = (char::MIN..=char::MAX).filter(|&character| is_ignorable(character));
        assert!(ours.eq(all_of(r"\p{Default_Ignorable_Code_Point}")));
    }

    #[test]
    fn text_is_printable() {
        for character in "é中文菜鸡…€😀⠁".chars() {
            assert!(is_printable(character), "{character:?}");
        }
    }

    #[test]
    fn characters_that_a_terminal_obeys_are_not_printable() {
        for character in "\u{80}\u{9b}\u{ad}\u{200b}\u{200d}\u{202e}\u{2028}\u{2066}\u{301}\u{feff}\u{e000}\u{e0041}".chars() {
            assert!(!is_printable(character), "{character:?}");
        }
    }

    #[test]
    fn invisible_characters_are_not_printable() {
        for character in
            "\u{a0}\u{115f}\u{1160}\u{2800}\u{3000}\u{3164}\u{fe0f}\u{ffa0}\u{13441}\u{1d159}"
                .chars()
        {
            assert!(!is_printable(character), "{character:?}");
        }
    }

    /// Controls, format characters, private use, separators, marks without a width, ignorable characters.
    /// Unassigned code points are not printable either, but the test has an older version of Unicode than
    /// the standard library.
    #[test]
    fn whole_categories_are_not_printable() {
        let kinds = r"[\p{Cc}\p{Cf}\p{Co}\p{Z}\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}]";
        for character in all_of(kinds).filter(|character| !character.is_ascii()) {
            assert!(!is_printable(character), "{character:?}");
        }
    }

    fn shown(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        show(bytes, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_of_any_script_is_unchanged() {
        for text in [
            "hi \\o/ \"it's\"",
            "菜鸡菜鸡,我是菜鸟",
            "naïve e\u{301}",
            "\u{2813}\u{2800}\u{280a}",
            "❤\u{fe0f} 👩\u{200d}👧 🇨🇳",
        ] {
            assert_eq!(shown(text.as_bytes()), text);
        }
    }

    #[test]
    fn characters_that_a_terminal_obeys_are_escaped() {
        for (bytes, text) in [
            (&b"\x1b[2J\x07\r\n\x7f"[..], r"\x1b[2J\x07\r\n\x7f"),
            ("\u{9b}31m".as_bytes(), r"\u{9b}31m"),
            (
                "\u{202e}\u{2066}\u{200f}\u{feff}".as_bytes(),
                r"\u{202e}\u{2066}\u{200f}\u{feff}",
            ),
            (b"a\xff\xe4\xbd", r"a\xff\xe4\xbd"),
            ("\u{3164}\u{ffa0}".as_bytes(), r"\u{3164}\u{ffa0}"),
        ] {
            assert_eq!(shown(bytes), text);
        }
    }

    proptest! {
        /// No control character is written.
        #[test]
        fn safe(bytes: Vec<u8>) {
            let shown = shown(&bytes);
            prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
        }
    }
}
