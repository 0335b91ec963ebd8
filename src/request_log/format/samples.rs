//! Helpers of the formats' tests: a record, its text, a parser of the escapes, and the rules for what people
//! see.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::text::{MARK, NOTE, PAUSE};
use super::{Format, Formatter};
use crate::capture::{Captured, State};
use crate::escape::is_printable;
use crate::language::Language;
use crate::request_log::{Columns, Connection, Record, View};
use crate::wrap::width;

pub(super) static CONNECTION: LazyLock<Connection> =
    LazyLock::new(|| Connection::new(SocketAddr::from(([127, 0, 0, 1], 51_234)), 12));

/// The record of a whole request with these bytes.
pub(super) fn record(raw: &[u8]) -> Record<'_> {
    Record {
        time: UNIX_EPOCH + Duration::from_micros(1_795_384_040_123_456),
        connection: &CONNECTION,
        request: Captured {
            number: 1,
            raw,
            omitted: 0,
            state: State::Complete,
            head: 0,
            target: b"",
            odd: &[],
        },
        status: None,
    }
}

/// The text of a record, without color.
pub(super) fn text(format: Format, record: &Record<'_>) -> String {
    viewed(format, View::PLAIN, |formatter, out| {
        formatter.write(record, out);
    })
}

/// What a formatter writes in this view.
pub(super) fn viewed(
    format: Format,
    view: View,
    write: impl FnOnce(&mut Formatter, &mut Vec<u8>),
) -> String {
    let mut out = Vec::new();
    write(&mut Formatter::new(format, view), &mut out);
    String::from_utf8(out).unwrap()
}

/// A view of this width, without colors.
pub(super) fn columns(columns: usize) -> View {
    View {
        columns: Columns::Fixed(columns),
        ..View::PLAIN
    }
}

/// Checks a text for people: rows begin with a mark, are blank before the third column, or are empty. They
/// fit into `columns` if it is 20 or more. Only our own colors are in it. Returns the rows without them.
#[track_caller]
pub(super) fn rows(text: &str, columns: usize) -> Vec<String> {
    let mut plain = text.to_owned();
    for sequence in ["0", "1", "2", "31", "32", "33"] {
        plain = plain.replace(&format!("\x1b[{sequence}m"), "");
    }
    let rows = plain.strip_suffix('\n').unwrap().split('\n');
    for row in rows.clone() {
        let is_text = |c| matches!(c, ' '..='~') || is_printable(c);
        assert!(row.chars().all(is_text), "{row:?} in {text:?}");
        let begins = row.is_empty() || row.starts_with([MARK, PAUSE]) || row.starts_with("  ");
        assert!(begins, "{row:?} in {text:?}");
        let is_first = row.starts_with([MARK, PAUSE]);
        let marks = row.matches([MARK, PAUSE]).count();
        assert_eq!(marks, usize::from(is_first), "{row:?} in {text:?}");
        let is_note = row.starts_with(&format!("  {NOTE} "));
        let notes = row.matches(NOTE).count();
        assert_eq!(notes, usize::from(is_note), "{row:?} in {text:?}");
        assert!(
            columns < 20 || width(row) <= columns,
            "{row:?} is over {columns}"
        );
    }
    rows.map(str::to_owned).collect()
}

/// Requests, and what a terminal, or a reader of records, could take for something else.
pub(super) fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let text = "[\\PC▶◌↳…㉈\\\\\r\n\t\x1b\x07\u{9b}\u{202e}\u{200d}\u{301}\u{83dc}👩 ]{0,80}";
    let bytes = prop_oneof![any::<Vec<u8>>(), text.prop_map(String::into_bytes)];
    let head = prop_oneof![
        Just(""),
        Just("POST /"),
        Just("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    ];
    (head, bytes).prop_map(|(head, bytes)| [head.as_bytes(), &bytes].concat())
}

/// A view of up to 200 columns, with and without colors, in each language.
pub(super) fn view() -> impl Strategy<Value = (View, usize)> {
    let language = prop_oneof![Just(Language::English), Just(Language::Chinese)];
    (1..=200_usize, any::<bool>(), language).prop_map(|(width, color, language)| {
        let view = View {
            color,
            language,
            ..columns(width)
        };
        (view, width)
    })
}

/// Restores the bytes from the escapes of `line`, `document` and `pretty`.
pub(super) fn unescape(escaped: &str) -> Vec<u8> {
    let mut bytes = escaped.bytes();
    let mut raw = Vec::new();
    while let Some(byte) = bytes.next() {
        raw.push(match byte {
            b'\\' => match bytes.next().unwrap() {
                b'r' => b'\r',
                b'n' => b'\n',
                b't' => b'\t',
                b'x' => {
                    let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                    u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                b'u' => {
                    let digits: Vec<u8> = bytes
                        .by_ref()
                        .skip(1)
                        .take_while(|&byte| byte != b'}')
                        .collect();
                    let code = u32::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap();
                    let character = char::from_u32(code).unwrap();
                    raw.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    continue;
                }
                itself => itself,
            },
            _ => byte,
        });
    }
    raw
}
