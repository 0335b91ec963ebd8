//! Foreign bytes and text, shown and never obeyed: what may stand as it is, and the escapes of the rest. Pure.
//!
//! The one home of terminal safety. Two rules share the escapes and the tables. The log's is strict: what
//! `is_printable` takes, can be seen, and on its own, so no record looks like another. [`show`] is for
//! people, on a terminal: it leaves in a text also the marks that emoji and many scripts are made of, and a
//! backslash stands for itself, so that the bytes can't be had back from it. What always holds: nothing comes
//! out that moves a cursor, changes a color, or turns the direction of writing.
//!
//! The tables are Unicode's. A test here holds the first against it, and `tests/it/unseen.rs` the second.

use std::cmp::Ordering;

/// `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt`): what a font without a shape for it leaves
/// out. Hangul fillers, joiners, variation selectors, tags, and room for more of them.
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

/// What has BLANK or NULL as a word of its name (`UnicodeData.txt`). No property tells that a character has
/// a width and no ink. Two of these are symbols for a blank and have ink: to escape them costs nothing.
const BLANK: [char; 6] = [
    '\u{2400}',
    '\u{2422}',
    '\u{2800}',
    '\u{13441}',
    '\u{13442}',
    '\u{1d159}',
];

/// Joins two characters into one: family emoji are made with it.
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// For each byte, whether it stands as it is.
pub(crate) type Plain = [bool; 256];

/// Printable ASCII but `except`.
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

/// Appends `bytes`, each that is not plain through `escape`.
pub(crate) fn escape(
    bytes: &[u8],
    plain: &Plain,
    out: &mut Vec<u8>,
    escape: impl Fn(u8, &mut Vec<u8>),
) {
    let mut rest = bytes;
    // Runs of plain bytes are copied whole: almost all of a request is plain.
    while let Some(at) = first_special(rest, plain) {
        out.extend_from_slice(&rest[..at]);
        if let [b'\r', b'\n', behind @ ..] = &rest[at..] {
            // Every line of a request ends so, and every escape writes it so.
            out.extend_from_slice(br"\r\n");
            rest = behind;
        } else {
            escape(rest[at], out);
            rest = &rest[at + 1..];
        }
    }
    out.extend_from_slice(rest);
}

/// Where the first byte stands that is not plain. Eight at a time without a branch between them,
/// which takes half the instructions (callgrind).
fn first_special(bytes: &[u8], plain: &Plain) -> Option<usize> {
    let is_plain = |&byte: &u8| plain[usize::from(byte)];
    let all_plain = |chunk: &&[u8; 8]| chunk.iter().fold(true, |all, byte| all & is_plain(byte));
    let (chunks, _) = bytes.as_chunks();
    let start = 8 * chunks.iter().take_while(all_plain).count();
    let behind = bytes[start..].iter().position(|byte| !is_plain(byte))?;
    Some(start + behind)
}

/// The escapes that C, Rust and Python share: `\r`, `\n`, `\t`, a backslash before `\` and
/// quotes, else `\x1b`.
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

/// Appends a byte as two hex digits.
pub(crate) fn hex(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(&[
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]);
}

/// Whether a character beyond ASCII stands as it is: it can be seen, it is seen on its own, and no
/// terminal obeys it. The tables here tell what can't be seen. The standard library's table for `{:?}`
/// has the rest: controls, format characters, separators and all spaces, marks that belong to the character
/// before them, private use, and what Unicode has not assigned.
pub(crate) fn is_printable(character: char) -> bool {
    character.escape_debug().next() != Some('\\')
        && !is_ignorable(character)
        && !is_blank(character)
}

/// Appends `bytes` as text; what is no text, or would be obeyed, as an escape.
pub fn show(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                ' '..='~' => out.push(character as u8),
                '\0'..='\x7f' => backslash(character as u8, out),
                _ if is_text(character) => {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => out.extend(character.escape_unicode().map(|ascii| ascii as u8)),
            }
        }
        for &byte in chunk.invalid() {
            backslash(byte, out);
        }
    }
}

/// Whether a character beyond ASCII may reach a terminal: no control, no direction, nothing
/// unassigned, nothing that looks like no character at all; but marks that belong to the character before
/// them, of which emoji and many scripts are made. The standard library keeps the table, for `{:?}` of a
/// text. Braille has its blank.
fn is_text(character: char) -> bool {
    // Behind another character, where a mark may stand.
    let mut text = [b'a', 0, 0, 0, 0];
    let length = character.encode_utf8(&mut text[1..]).len();
    let text = str::from_utf8(&text[..=length]).unwrap_or_default();
    let is_mark = character.escape_debug().next() == Some('\\');
    character == ZERO_WIDTH_JOINER
        || text.escape_debug().nth(1) != Some('\\') && (is_mark || !is_ignorable(character))
}

/// Whether a font may leave the character out.
fn is_ignorable(character: char) -> bool {
    let place = |&(first, last): &(char, char)| {
        if last < character {
            Ordering::Less
        } else if character < first {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    };
    IGNORABLE.binary_search_by(place).is_ok()
}

/// Whether its name says that it has a width and no ink.
fn is_blank(character: char) -> bool {
    BLANK.contains(&character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_syntax::hir::{Class, HirKind};

    use super::*;

    /// All characters of a class, as a regular expression names it.
    fn all_of(class: &str) -> impl Iterator<Item = char> {
        let class = regex_syntax::parse(class).unwrap();
        let HirKind::Class(Class::Unicode(class)) = class.into_kind() else {
            panic!("no class");
        };
        let ranges = class.ranges().to_vec().into_iter();
        ranges.flat_map(|range| range.start()..=range.end())
    }

    #[test]
    fn the_ignorable_are_unicodes() {
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
    fn what_a_terminal_would_obey_is_not() {
        for character in "\u{80}\u{9b}\u{ad}\u{200b}\u{200d}\u{202e}\u{2028}\u{2066}\u{301}\u{feff}\u{e000}\u{e0041}".chars() {
            assert!(!is_printable(character), "{character:?}");
        }
    }

    #[test]
    fn what_no_one_sees_is_not() {
        for character in
            "\u{a0}\u{115f}\u{1160}\u{2800}\u{3000}\u{3164}\u{fe0f}\u{ffa0}\u{13441}\u{1d159}"
                .chars()
        {
            assert!(!is_printable(character), "{character:?}");
        }
    }

    /// Controls, format characters, private use, separators, marks without a width, what a font may leave
    /// out: of all Unicode none is printable. What is not assigned isn't either, but the version that the
    /// test knows is older than the standard library's.
    #[test]
    fn of_these_kinds_none_is() {
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
    fn text_of_any_script_stands_as_it_is() {
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
    fn what_a_terminal_would_obey_is_shown() {
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
        /// No control character comes out, whatever goes in.
        #[test]
        fn safe(bytes: Vec<u8>) {
            let shown = shown(&bytes);
            prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
        }
    }
}
