//! Which bytes and characters may stand as they are, and the escapes of the others.

use crate::unseen::{is_blank, is_ignorable};

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
/// terminal obeys it. [`crate::unseen`] tells what can't be seen. The standard library's table for `{:?}`
/// has the rest: controls, format characters, separators and all spaces, marks that belong to the character
/// before them, private use, and what Unicode has not assigned.
pub(crate) fn is_printable(character: char) -> bool {
    character.escape_debug().next() != Some('\\')
        && !is_ignorable(character)
        && !is_blank(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unseen::tests::all_of;

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
}
