//! Foreign text on a terminal: shown, never obeyed.
//!
//! What the client and the chat print of what the other side sent goes through here where stdout
//! is a terminal. What always holds: nothing comes out that moves a cursor, changes a color, or
//! turns the direction of writing. For people: a backslash stands for itself, so that the bytes
//! can't be had back from it.

use crate::escape::backslash;
use crate::unseen::is_ignorable;

/// Joins two characters into one: family emoji are made with it.
const ZERO_WIDTH_JOINER: char = '\u{200d}';

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
