//! `line`: one line a record, for files, `grep` and `cut`.
//!
//! `TIME PEER #CONNECTION.REQUEST BYTES "RAW"`, then ` omitted=N`, ` incomplete` or
//! ` refused STATUS: REASON`, and ` odd: NOTE; NOTE`, where they say something. RAW is printable ASCII;
//! other bytes, the quote and the backslash are escaped as in Python: undoing the escapes gives the
//! exact bytes.

use super::super::decimal::decimal;
use super::super::record::Record;
use super::cache::Last;
use super::heading::{odd, state};
use super::stamp::Stamp;
use crate::escape::{Plain, backslash, escape, printable_ascii_except};

const PLAIN: Plain = printable_ascii_except(b"\"\\");

pub(super) fn write(record: &Record<'_>, stamp: &mut Stamp, last: &mut Last, out: &mut Vec<u8>) {
    let request = &record.request;
    // One reservation for the common case, where a request has a few line ends to escape.
    out.reserve(request.raw.len() + request.raw.len() / 8 + 128);
    stamp.write(record.time, out);
    out.push(b' ');
    out.extend_from_slice(record.origin.text());
    decimal(request.number, out);
    out.push(b' ');
    if request.omitted == 0 {
        last.append(request.raw, out, |raw, out| {
            decimal(raw.len() as u64, out);
            quoted(raw, out);
        });
    } else {
        decimal(request.bytes(), out);
        quoted(request.raw, out);
        out.extend_from_slice(b" omitted=");
        decimal(request.omitted, out);
    }
    if request.state.word().is_some() {
        out.push(b' ');
        state(request.state, out);
    }
    if !request.odd.is_empty() {
        out.push(b' ');
        odd(request.odd, out);
    }
    out.push(b'\n');
}

fn quoted(raw: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b" \"");
    escape(raw, &PLAIN, out, backslash);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::super::Format::Line;
    use super::super::Formatter;
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
    fn what_is_special_stands_behind_the_quotes() {
        let mut record = samples::record(b"POST");
        record.request.omitted = 1000;
        record.request.state = State::Incomplete;
        assert!(text(Line, &record).ends_with(" #12.1 1004 \"POST\" omitted=1000 incomplete\n"));
        record.request.state = State::Refused(rules::HOST_MISSING);
        let expected =
            " #12.1 1004 \"POST\" omitted=1000 refused 400: Host is missing (RFC 9112 3.2)\n";
        assert!(text(Line, &record).ends_with(expected));
    }

    #[test]
    fn the_same_bytes_of_a_longer_request_have_its_length() {
        let mut formatter = Formatter::new(Line, false);
        for omitted in [0, 0, 1000, 0] {
            let mut record = samples::record(b"POST");
            record.request.omitted = omitted;
            let mut out = Vec::new();
            formatter.write(&record, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text(Line, &record));
        }
    }

    proptest! {
        /// The bytes come back, and nothing but the last byte ends the line.
        #[test]
        fn exact(raw: Vec<u8>) {
            let line = text(Line, &samples::record(&raw));
            prop_assert!(line[..line.len() - 1].bytes().all(|b| matches!(b, b' '..=b'~')));
            let quoted = line.splitn(5, ' ').nth(4).unwrap().trim_end();
            prop_assert_eq!(unescape(&quoted[1..quoted.len() - 1]), raw);
        }
    }
}
