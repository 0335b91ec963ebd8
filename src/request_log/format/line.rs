//! The format `line`: one line a record, for files, `grep` and `cut`.
//!
//! `TIME PEER #CONNECTION.REQUEST BYTES "RAW"`, then optionally ` omitted=N`, ` incomplete` or ` refused
//! STATUS: REASON`, and ` odd: NOTE; NOTE`. RAW is printable ASCII. Other bytes, the quote and the
//! backslash are escaped as in Python.

use super::super::decimal::decimal;
use super::super::record::Record;
use super::heading::{odd, state};
use super::timestamp::Timestamp;
use crate::escape::{Plain, backslash, escape, printable_ascii_except};

const PLAIN: Plain = printable_ascii_except(b"\"\\");

pub(super) fn write(record: &Record<'_>, timestamp: &mut Timestamp, out: &mut Vec<u8>) {
    let request = &record.request;
    // Enough for a request with a few line ends to escape.
    out.reserve(request.raw.len() + request.raw.len() / 8 + 128);
    timestamp.write(record.time, out);
    out.push(b' ');
    out.extend_from_slice(record.connection.text());
    decimal(request.number, out);
    out.push(b' ');
    decimal(request.bytes(), out);
    out.extend_from_slice(b" \"");
    escape(request.raw, &PLAIN, out, backslash);
    out.push(b'"');
    if request.omitted > 0 {
        out.extend_from_slice(b" omitted=");
        decimal(request.omitted, out);
    }
    if request.state.label().is_some() {
        out.push(b' ');
        state(request.state, out);
    }
    if !request.odd.is_empty() {
        out.push(b' ');
        odd(request.odd, out);
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::Format::Line;
    use super::super::samples::{self, text, unescape};
    use crate::capture::State;
    use crate::capture::rules;
    use proptest::prelude::*;

    #[test]
    fn a_request() {
        assert_eq!(
            text(
                Line,
                &samples::record(b"GET / HTTP/1.1\r\nA: \"\\\t\0\xff'\r\n\r\n")
            ),
            "2026-11-22T21:47:20.123456Z 127.0.0.1:51234 #12.1 29 \
             \"GET / HTTP/1.1\\r\\nA: \\\"\\\\\\t\\x00\\xff'\\r\\n\\r\\n\"\n"
        );
    }

    #[test]
    fn remarks_follow_the_quotes() {
        let mut record = samples::record(b"POST");
        record.request.omitted = 1000;
        record.request.state = State::Incomplete;
        assert!(text(Line, &record).ends_with(" #12.1 1004 \"POST\" omitted=1000 incomplete\n"));
        record.request.state = State::Refused(rules::HOST_MISSING);
        let expected =
            " #12.1 1004 \"POST\" omitted=1000 refused 400: Host is missing (RFC 9112 3.2)\n";
        assert!(text(Line, &record).ends_with(expected));
    }

    proptest! {
        /// The bytes can be restored, and only the last byte ends the line.
        #[test]
        fn exact(raw: Vec<u8>) {
            let line = text(Line, &samples::record(&raw));
            prop_assert!(line[..line.len() - 1].bytes().all(|b| matches!(b, b' '..=b'~')));
            let quoted = line.splitn(5, ' ').nth(4).unwrap().trim_end();
            prop_assert_eq!(unescape(&quoted[1..quoted.len() - 1]), raw);
        }
    }
}
