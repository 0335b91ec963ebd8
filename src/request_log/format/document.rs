//! The format `document`: what the tutorial's server prints (`print(data)`; see docs/chat.md). One
//! Python 3 bytes literal a line, exactly as Python's `repr` writes it.
//!
//! A Python comment tells how many bytes are omitted, so that the line remains that literal.

use super::super::decimal::decimal;
use crate::capture::Captured;
use crate::escape::{Plain, backslash, escape, printable_ascii_except};

const PLAIN_IN_SINGLE: Plain = printable_ascii_except(b"'\\");
const PLAIN_IN_DOUBLE: Plain = printable_ascii_except(b"\"\\");

pub(super) fn write(request: &Captured<'_>, out: &mut Vec<u8>) {
    // Python uses double quotes only if that avoids an escape.
    let double = request.raw.contains(&b'\'') && !request.raw.contains(&b'"');
    let (quote, plain) = if double {
        (b'"', &PLAIN_IN_DOUBLE)
    } else {
        (b'\'', &PLAIN_IN_SINGLE)
    };
    out.extend_from_slice(&[b'b', quote]);
    escape(request.raw, plain, out, backslash);
    out.push(quote);
    if request.omitted > 0 {
        out.extend_from_slice(b"  # ");
        decimal(request.omitted, out);
        out.extend_from_slice(b" bytes omitted");
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::Format::Document;
    use super::super::samples::{self, text, unescape};
    use proptest::prelude::*;

    #[track_caller]
    fn shows(raw: &[u8], expected: &str) {
        assert_eq!(
            text(Document, &samples::record(raw)),
            format!("{expected}\n")
        );
    }

    #[test]
    fn literals_are_those_of_python() {
        shows(b"", "b''");
        shows(b"hi", "b'hi'");
        shows(b"it's", "b\"it's\"");
        shows(b"\"", "b'\"'");
        shows(b"'\"", "b'\\'\"'");
        shows(
            b"\\\r\n\t\x00\x1b\x7f\xe4\xbd\xa0",
            r"b'\\\r\n\t\x00\x1b\x7f\xe4\xbd\xa0'",
        );
    }

    #[test]
    fn omitted_bytes_are_a_comment() {
        let mut record = samples::record(b"hi");
        record.request.omitted = 3;
        assert_eq!(text(Document, &record), "b'hi'  # 3 bytes omitted\n");
    }

    proptest! {
        /// The bytes can be restored, and only the last byte ends the line.
        #[test]
        fn exact(raw: Vec<u8>) {
            let line = text(Document, &samples::record(&raw));
            prop_assert!(line[..line.len() - 1].bytes().all(|b| matches!(b, b' '..=b'~')));
            prop_assert_eq!(unescape(&line[2..line.len() - 2]), raw);
        }
    }
}
