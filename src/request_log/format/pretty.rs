//! The format `pretty`: for people at a terminal.
//!
//! A header line after a mark, then the request line by line, indented, then an empty line. Printable
//! characters of any script are written unchanged, all else as escapes, also line ends. A request's own
//! lines never have the mark. Even where a terminal wraps a long line, no request can forge a header
//! line.

use super::super::record::Record;
use super::heading::heading;
use super::timestamp::Timestamp;
use crate::escape::{append, backslash, is_printable, unicode};

/// The first character of a header line.
const MARK: char = '▶';

const BOLD: &[u8] = b"\x1b[1m";
const DIM: &[u8] = b"\x1b[2m";
const RESET: &[u8] = b"\x1b[0m";

pub(super) fn write(
    record: &Record<'_>,
    timestamp: &mut Timestamp,
    color: bool,
    out: &mut Vec<u8>,
) {
    painted(color, BOLD, out, |out| {
        append(MARK, out);
        out.push(b' ');
        heading(record, timestamp, out);
    });
    out.push(b'\n');
    for line in record.request.raw.split_inclusive(|&byte| byte == b'\n') {
        out.extend_from_slice(b"  ");
        readable(line, color, out);
        out.push(b'\n');
    }
    out.push(b'\n');
}

/// Appends one line of a request, with its line end as an escape.
fn readable(line: &[u8], color: bool, out: &mut Vec<u8>) {
    for chunk in line.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => out.extend_from_slice(br"\\"),
                ' '..='~' => out.push(character as u8),
                '\0'..='\x7f' => {
                    painted(color, DIM, out, |out| backslash(character as u8, out));
                }
                _ if is_printable(character) && character != MARK => append(character, out),
                _ => painted(color, DIM, out, |out| unicode(character, out)),
            }
        }
        for &byte in chunk.invalid() {
            painted(color, DIM, out, |out| backslash(byte, out));
        }
    }
}

/// Appends what `write` appends, in a color.
fn painted(color: bool, paint: &[u8], out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    if color {
        out.extend_from_slice(paint);
    }
    write(out);
    if color {
        out.extend_from_slice(RESET);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format::Pretty;
    use super::super::samples::{self, colored, text};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_request() {
        let raw = "POST /菜鸡 HTTP/1.1\r\nA: \\\t\0\x1b[2J\u{202e}▶\r\n\r\nbody";
        assert_eq!(
            text(Pretty, &samples::record(raw.as_bytes())),
            "▶ #12.1 127.0.0.1:51234 2026-11-22T21:47:20.123456Z 47 bytes\n\
             \x20 POST /菜鸡 HTTP/1.1\\r\\n\n\
             \x20 A: \\\\\\t\\x00\\x1b[2J\\u{202e}\\u{25b6}\\r\\n\n\
             \x20 \\r\\n\n\
             \x20 body\n\n"
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_escaped() {
        assert!(text(Pretty, &samples::record(b"a\xff\xe4\xbd")).contains("  a\\xff\\xe4\\xbd\n"));
    }

    #[test]
    fn escapes_have_a_color() {
        let shown = colored(Pretty, &samples::record(b"a\r\n"));
        assert!(shown.starts_with("\x1b[1m▶ #12.1"), "{shown:?}");
        assert!(
            shown.contains("  a\x1b[2m\\r\x1b[0m\x1b[2m\\n\x1b[0m\n"),
            "{shown:?}"
        );
    }

    proptest! {
        /// Only text is written, and only the first line has the mark.
        #[test]
        fn safe(raw in prop_oneof![any::<Vec<u8>>(), "[\\PC▶\r\n\u{202e}]{0,40}".prop_map(String::into_bytes)]) {
            let shown = text(Pretty, &samples::record(&raw));
            prop_assert!(shown.chars().all(|c| matches!(c, '\n' | ' '..='~') || is_printable(c)), "{shown:?}");
            prop_assert_eq!(shown.matches(MARK).count(), 1);
            prop_assert!(shown.lines().skip(1).all(|line| line.is_empty() || line.starts_with("  ")));
        }
    }
}
